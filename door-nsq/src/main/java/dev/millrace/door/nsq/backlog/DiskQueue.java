package dev.millrace.door.nsq.backlog;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
 * is read. A record that cannot be one ends its file; the reader goes on with the next and counts the bytes it left.
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
        Path meta = folder.resolve(name + ".diskqueue.meta.dat");
        if (Files.exists(meta)) {
            Matcher numbers = META.matcher(Files.readString(meta));
            if (!numbers.matches()) {
                throw new BacklogException(meta + " is not what nsqd writes");
            }
            return new Position(Long.parseLong(numbers.group(2)), Long.parseLong(numbers.group(3)));
        }
        return Files.exists(file(0)) ? new Position(0, 0) : null;
    }

    /** Reads from a position on; close it. */
    Reader read(Position from) {
        return new Reader(from);
    }

    private Path file(long number) {
        return folder.resolve(String.format(java.util.Locale.ROOT, "%s.diskqueue.%06d.dat", name, number));
    }

    /** Goes through the messages. One thread. */
    final class Reader implements AutoCloseable {
        private @Nullable FileChannel channel;
        private @Nullable DataInputStream in;
        private Position next;
        private long damagedBytes;

        Reader(Position from) {
            next = from;
        }

        /** Where the message after the last one starts. */
        Position position() {
            return next;
        }

        /** Bytes that could not be read as messages. */
        long damagedBytes() {
            return damagedBytes;
        }

        /** The body of the next message, or null at the end. */
        byte @Nullable [] next() throws IOException {
            while (open()) {
                byte[] body = tryNext();
                if (body != null) {
                    return body;
                }
                close();
                if (!Files.exists(file(next.file + 1))) {
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
                damagedBytes += left;
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
