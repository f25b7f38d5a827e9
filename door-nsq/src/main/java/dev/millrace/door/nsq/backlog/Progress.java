package dev.millrace.door.nsq.backlog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * How far an import came, in a file: one line per queue, {@code name = file,offset,messages}, and
 * {@code name = done} for a topic that is finished. Written beside, synced and renamed, so that it is always whole.
 */
final class Progress {
    /** How far one queue was brought over. */
    record Queue(DiskQueue.Position next, long messages) {}

    private static final String DONE = "done";

    private final Path file;
    private final Map<String, String> lines = new TreeMap<>();

    Progress(Path file) throws IOException {
        this.file = file;
        if (Files.exists(file)) {
            Properties saved = new Properties();
            try (var in = Files.newBufferedReader(file)) {
                saved.load(in);
            }
            saved.forEach((name, value) -> lines.put(name.toString(), value.toString()));
        }
    }

    /** What is known of a queue, or {@code otherwise}. */
    Queue queue(String name, Queue otherwise) {
        String line = lines.get(key(name));
        if (line == null) {
            return otherwise;
        }
        String[] parts = line.split(",", -1);
        return new Queue(new DiskQueue.Position(Long.parseLong(parts[0]), Long.parseLong(parts[1])),
                Long.parseLong(parts[2]));
    }

    boolean isDone(String step) {
        return DONE.equals(lines.get(key(step)));
    }

    void done(String step) throws IOException {
        lines.put(key(step), DONE);
        save();
    }

    void queue(String name, DiskQueue.Position next, long messages) throws IOException {
        lines.put(key(name), next.file() + "," + next.offset() + "," + messages);
        save();
    }

    /** Names hold colons and number signs, which mean something in such a file. */
    private static String key(String name) {
        return name.replace(':', '/').replace('#', '+');
    }

    private void save() throws IOException {
        StringBuilder text = new StringBuilder("# millrace import: delete this file to begin anew\n");
        lines.forEach((name, value) -> text.append(name).append(" = ").append(value).append('\n'));
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel out = FileChannel.open(beside, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
