package dev.millrace.door.nsq.backlog;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One of nsqd's disk queues, for reading.
 *
 * <pre>
 *   NAME.diskqueue.meta.dat     depth LF readFile,readPos LF writeFile,writePos LF
 *   NAME.diskqueue.NNNNNN.dat   (int32 length, message)*, big-endian
 *   message                     int64 timestamp (ns), uint16 attempts, 16 digits of the id, body
 * </pre>
 *
 * <p>
 * After an unclean stop the meta file is behind: as nsqd does, everything from the read position to the end of the files
 * is read. A record that cannot be one ends its file; the reader goes on with the next and says what it left.
 */
final class DiskQueue {
    private static final Pattern META = Pattern.compile("(-?\\d+)\\s+(\\d+),(\\d+)\\s+(\\d+),(\\d+)\\s*");
    private static final int HEADER_BYTES = 26;
    /** Longer messages than any nsqd was configured for; a length beyond is damage. */
    private static final int MAX_MESSAGE_BYTES = 1 << 30;

    /** A place in the queue: the next record starts here. */
    record Position(long file, long offset) implements Comparable<Position> {
        @Override
        public int compareTo(Position other) {
            return file != other.file ? Long.compare(file, other.file) : Long.compare(offset, other.offset);
        }
    }

    private final Path folder;
    private final String name;

    DiskQueue(Path folder, String name) {
        this.folder = folder;
        this.name = name;
    }

    /** The first message that nobody has read, or null if there is no such queue. */
    @Nullable
    Position start() throws IOException {
        Matcher numbers = meta();
        if (numbers != null) {
            return new Position(Long.parseLong(numbers.group(2)), Long.parseLong(numbers.group(3)));
        }
        return Files.exists(file(0)) ? new Position(0, 0) : null;
    }

    private @Nullable Matcher meta() throws IOException {
        Path meta = metaFile();
        if (!Files.exists(meta)) {
            return null;
        }
        Matcher numbers = META.matcher(Files.readString(meta, StandardCharsets.ISO_8859_1));
        if (!numbers.matches()) {
            throw new BacklogException(meta + " is damaged: it does not hold nsqd's two positions. Put it back from a"
                    + " backup, or remove it: the queue is then read from its file 000000 on");
        }
        return numbers;
    }

    private Path metaFile() {
        return folder.resolve(name + ".diskqueue.meta.dat");
    }

    /** Reads from a position on; close it. */
    Reader read(Position from) throws IOException {
        Matcher numbers = meta();
        return new Reader(from, numbers == null ? 0 : Long.parseLong(numbers.group(4)));
    }

    /** Whether one of its files has this name. */
    boolean owns(String fileName) {
        return fileName.equals(name + ".diskqueue.meta.dat")
                || fileName.matches(Pattern.quote(name) + "\\.diskqueue\\.\\d{6,}\\.dat");
    }

    private Path file(long number) {
        return folder.resolve(String.format(java.util.Locale.ROOT, "%s.diskqueue.%06d.dat", name, number));
    }

    /** Goes through the messages. One thread. */
    final class Reader implements AutoCloseable {
        private @Nullable FileChannel channel;
        private @Nullable DataInputStream in;
        private final List<Survey.Damage> damages = new ArrayList<>();
        private final long lastFile;
        private Position next;

        /** {@code lastFile}: up to this file there must be every one. */
        Reader(Position from, long lastFile) {
            next = from;
            this.lastFile = lastFile;
        }

        /** Where the message after the last one starts. */
        Position position() {
            return next;
        }

        /** What could not be read so far. */
        List<Survey.Damage> damages() {
            return List.copyOf(damages);
        }

        /** The body of the next message, or null at the end. */
        byte @Nullable [] next() throws IOException {
            while (open() || next.file < lastFile) {
                byte[] body = tryNext();
                if (body != null) {
                    return body;
                }
                close();
                if (next.file >= lastFile && !Files.exists(file(next.file + 1))) {
                    return null;
                }
                next = new Position(next.file + 1, 0);
            }
            return null;
        }

        private boolean open() throws IOException {
            if (in != null) {
                return true;
            }
            if (!Files.exists(file(next.file))) {
                if (next.file < lastFile) {
                    damages.add(new Survey.Damage(file(next.file), next.offset, 0,
                            "the file is missing (read before nsqd noted it, or lost)"));
                }
                return false;
            }
            FileChannel opened = FileChannel.open(file(next.file), StandardOpenOption.READ).position(next.offset);
            channel = opened;
            in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(opened), 1 << 18));
            return true;
        }

        /** Null at the end of the file or of what can be read of it. */
        private byte @Nullable [] tryNext() throws IOException {
            DataInputStream from = in;
            FileChannel file = channel;
            if (from == null || file == null) {
                return null;
            }
            long left = file.size() - next.offset;
            if (left <= 0) {
                return null;
            }
            int length = left < Integer.BYTES ? -1 : from.readInt();
            if (length <= HEADER_BYTES || length > MAX_MESSAGE_BYTES || length > left - Integer.BYTES) {
                damages.add(new Survey.Damage(file(next.file), next.offset, left, "no message starts here"));
                next = new Position(next.file, file.size());
                return null;
            }
            from.skipNBytes(HEADER_BYTES);
            byte[] body = new byte[length - HEADER_BYTES];
            try {
                from.readFully(body);
            } catch (EOFException e) {
                throw new IOException(file(next.file) + " became shorter while it was read: is an nsqd running?", e);
            }
            next = new Position(next.file, next.offset + Integer.BYTES + length);
            return body;
        }

        @Override
        public void close() throws IOException {
            if (in != null) {
                in.close();
                in = null;
                channel = null;
            }
        }
    }
}
