package dev.millrace.log.file;

import dev.millrace.core.log.ShardLog;
import dev.millrace.log.contract.Recovered;
import dev.millrace.log.contract.Texts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Another process that holds a data folder and appends to it, saying each answer, until it is killed. */
final class FolderHolder {
    private FolderHolder() {}

    /** The program: folder and write mode. */
    public static void main(String[] arguments) {
        FileLogOptions options = FileLogOptions.of(Path.of(arguments[0]))
                .withWriteMode(WriteMode.valueOf(arguments[1]))
                .withSegmentBytes(1 << 20);
        FileLogFactory factory = FileLogFactory.onDisk(options, defect -> Runtime.getRuntime().halt(3));
        ShardLog log = factory.open(0);
        Recovered recovered = new Recovered();
        log.recover(recovered);
        for (int i = recovered.texts.size(); i < 1_000_000; i++) {
            Texts.append(log, "number " + i + " ".repeat(i % 900), true);
            System.out.println(i);
        }
    }

    /** A running child and what it says. */
    record Child(Process process, BufferedReader lines) implements AutoCloseable {
        static Child start(Path folder, WriteMode mode) throws IOException {
            Process process = new ProcessBuilder(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m", "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                    FolderHolder.class.getName(), folder.toString(), mode.name()))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            return new Child(process,
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)));
        }

        /** Waits until it has answered so many more; the last number. */
        int await(int answers) throws IOException {
            int last = -1;
            for (int i = 0; i < answers; i++) {
                String line = lines.readLine();
                if (line == null) {
                    throw new IOException("the child has ended");
                }
                last = Integer.parseInt(line);
            }
            return last;
        }

        /** kill -9; the last number it managed to say. */
        int kill(int last) throws IOException, InterruptedException {
            // Through the handle: killing the process itself would close what it said.
            process.toHandle().destroyForcibly();
            int answered = last;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                answered = line.isEmpty() ? answered : Integer.parseInt(line);
            }
            process.waitFor();
            return answered;
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
