package dev.millrace.door.nsq.backlog;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes what an nsqd leaves behind, by the format's description. */
final class NsqdFiles {
    private final Path folder;

    NsqdFiles(Path folder) {
        this.folder = folder;
    }

    void metadata(String json) throws IOException {
        Files.writeString(folder.resolve("nsqd.dat"), json);
    }

    void meta(String queue, String text) throws IOException {
        Files.writeString(folder.resolve(queue + ".diskqueue.meta.dat"), text);
    }

    void data(String queue, int file, byte[] bytes) throws IOException {
        Files.write(folder.resolve(String.format(java.util.Locale.ROOT, "%s.diskqueue.%06d.dat", queue, file)), bytes);
    }

    /** A queue in one file, read from its start. */
    void queue(String queue, List<String> bodies) throws IOException {
        byte[] bytes = records(bodies);
        data(queue, 0, bytes);
        meta(queue, bodies.size() + "\n0,0\n0," + bytes.length + "\n");
    }

    static byte[] records(List<String> bodies) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String body : bodies) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            out.writeBytes(ByteBuffer.allocate(30 + bytes.length)
                    .putInt(26 + bytes.length)
                    .putLong(1_700_000_000_000_000_000L)
                    .putShort((short) 3)
                    .put("0123456789abcdef".getBytes(StandardCharsets.US_ASCII))
                    .put(bytes)
                    .array());
        }
        return out.toByteArray();
    }
}
