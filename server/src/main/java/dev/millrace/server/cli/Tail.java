package dev.millrace.server.cli;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The last bytes of a stream, at most so many. Thread-safe. */
final class Tail {
    private final int limit;
    private byte[] bytes = new byte[0];

    Tail(int limit) {
        this.limit = limit;
    }

    synchronized void add(byte[] chunk, int length) {
        byte[] both = Arrays.copyOf(bytes, bytes.length + length);
        System.arraycopy(chunk, 0, both, bytes.length, length);
        bytes = both.length <= limit ? both : Arrays.copyOfRange(both, both.length - limit, both.length);
    }

    synchronized int length() {
        return bytes.length;
    }

    synchronized byte[] bytes() {
        return bytes.clone();
    }

    /** As UTF-8 without the space around it; a character that was cut at the beginning is left out. */
    synchronized String text() {
        int from = 0;
        while (from < bytes.length && from < 4 && (bytes[from] & 0xC0) == 0x80) {
            from++;
        }
        return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8).strip();
    }
}
