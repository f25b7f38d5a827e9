package dev.millrace.bench.e2e.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The Java heap of another process, asked through jcmd of this JVM's own JDK. */
public final class JavaHeap {
    private static final Pattern USED = Pattern.compile("used (\\d+)K");
    private static final long JCMD_SECONDS = 120;

    private JavaHeap() {}

    /** Bytes of heap in use after a full collection; empty if neither the process nor a child of it is a JVM. */
    public static OptionalLong usedAfterCollection(long pid) throws IOException {
        OptionalLong jvm = findJvm(pid);
        if (jvm.isEmpty()) {
            return jvm;
        }
        jcmd(jvm.getAsLong(), "GC.run");
        return parseUsed(jcmd(jvm.getAsLong(), "GC.heap_info"));
    }

    /** The first figure of heap in use, in bytes. */
    static OptionalLong parseUsed(String heapInfo) {
        Matcher used = USED.matcher(heapInfo);
        return used.find() ? OptionalLong.of(Long.parseLong(used.group(1)) * 1024) : OptionalLong.empty();
    }

    private static OptionalLong findJvm(long pid) {
        return ProcessHandle.of(pid)
                .stream()
                .flatMap(p -> Stream.concat(Stream.of(p), p.descendants()))
                .filter(p -> p.info().command().filter(command -> command.endsWith("/java")).isPresent())
                .mapToLong(ProcessHandle::pid)
                .findFirst();
    }

    private static String jcmd(long pid, String command) throws IOException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process process = new ProcessBuilder(jcmd.toString(), String.valueOf(pid), command).redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(JCMD_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException("jcmd " + pid + " " + command + " failed: " + output);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted during jcmd " + pid + " " + command, e);
        }
        return output;
    }
}
