package dev.millrace.log.file;

import dev.millrace.log.file.disk.FilePort;
import dev.millrace.log.file.disk.FilePort.Access;
import dev.millrace.log.file.disk.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The folder of one shard: names, and the few things that are done to whole files. */
record ShardFolder(FilePort port, Path path, Set<PlantedBug> bugs) {
    private static final String SEGMENT_SUFFIX = ".seg";
    private static final String SNAPSHOT_SUFFIX = ".snap";
    private static final String TEMPORARY_SUFFIX = ".tmp";

    /** What stands in the folder, by kind, rising. */
    record Listing(List<Long> segments, List<Long> cold, List<Long> snapshots, List<Path> spares,
            List<Path> temporary) {}

    Path meta() {
        return path.resolve("meta");
    }

    Path torn() {
        return path.resolve("torn");
    }

    Path segment(long number, boolean cold) {
        return path.resolve(String.format(Locale.ROOT, cold ? "cold-%015x.seg" : "log-%015x.seg", number));
    }

    Path snapshot(long position) {
        return path.resolve(String.format(Locale.ROOT, "snap-%016x.snap", position));
    }

    Path spare(long serial) {
        return path.resolve(String.format(Locale.ROOT, "spare-%010x.seg", serial));
    }

    Path temporary(Path file) {
        return path.resolve(file.getFileName() + TEMPORARY_SUFFIX);
    }

    Listing list() throws IOException {
        Listing listing = new Listing(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(),
                new ArrayList<>());
        for (String name : port.list(path)) {
            if (name.endsWith(TEMPORARY_SUFFIX)) {
                listing.temporary.add(path.resolve(name));
            } else if (name.startsWith("spare-") && name.endsWith(SEGMENT_SUFFIX)) {
                listing.spares.add(path.resolve(name));
            } else {
                number(name, "log-", SEGMENT_SUFFIX, listing.segments);
                number(name, "cold-", SEGMENT_SUFFIX, listing.cold);
                number(name, "snap-", SNAPSHOT_SUFFIX, listing.snapshots);
            }
        }
        return listing;
    }

    private static void number(String name, String prefix, String suffix, List<Long> into) {
        if (name.startsWith(prefix) && name.endsWith(suffix)) {
            String digits = name.substring(prefix.length(), name.length() - suffix.length());
            if (digits.length() <= 16 && digits.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
                into.add(Long.parseUnsignedLong(digits, 16));
            }
        }
    }

    /** Makes all names in the folder durable. */
    void sync() throws IOException {
        if (!bugs.contains(PlantedBug.SKIP_FOLDER_SYNC)) {
            port.syncFolder(path);
        }
    }

    /** Moves a file into torn/, durably. */
    void setAside(Path file) throws IOException {
        port.createFolders(torn());
        port.rename(file, torn().resolve(String.valueOf(file.getFileName())));
        port.syncFolder(torn());
        port.syncFolder(path);
    }

    /** The first {@code bytes} of a file, fewer if it is shorter. */
    ByteBuffer head(Path file, int bytes) throws IOException {
        try (StoreFile open = port.open(file, Access.READ)) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
            readFully(open, buffer, 0);
            return buffer.flip();
        }
    }

    long bytes(Path file) throws IOException {
        try (StoreFile open = port.open(file, Access.READ)) {
            return open.sizeBytes();
        }
    }

    /** Gives back what a file holds behind so many bytes, durably; what a direct read needs stays. */
    void cut(Path file, long bytes) throws IOException {
        long kept = BatchHeader.align(bytes, (byte) 12);
        try (StoreFile open = port.open(file, FilePort.Access.WRITE)) {
            if (open.sizeBytes() > kept) {
                open.truncate(kept);
                open.force();
            }
        }
    }

    /** Writes a small file beside, syncs, renames, syncs the folder. */
    void replace(Path file, ByteBuffer content) throws IOException {
        Path temporary = temporary(file);
        port.delete(temporary);
        try (StoreFile open = port.open(temporary, Access.WRITE)) {
            writeFully(open, content, 0);
            open.force();
        }
        port.rename(temporary, file);
        sync();
    }

    /** Writes all or throws: a short write is a failed one. */
    static void writeFully(StoreFile file, ByteBuffer bytes, long offset) throws IOException {
        int wanted = bytes.remaining();
        int written = file.write(bytes, offset);
        if (written != wanted) {
            throw new IOException("only " + written + " of " + wanted + " bytes were written at offset " + offset);
        }
    }

    /** Fills the buffer from {@code offset} on, as far as the file goes; the bytes read. */
    static int readFully(StoreFile file, ByteBuffer bytes, long offset) throws IOException {
        int total = 0;
        while (bytes.hasRemaining()) {
            int read = file.read(bytes, offset + total);
            if (read <= 0) {
                break;
            }
            total += read;
        }
        return total;
    }
}
