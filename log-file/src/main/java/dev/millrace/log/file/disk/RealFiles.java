package dev.millrace.log.file.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The file system of the machine. */
public final class RealFiles implements FilePort {
    private static final int BLOCK_BYTES = 4096;
    private final ConcurrentHashMap<Path, FileStore> stores = new ConcurrentHashMap<>();
    private static final OpenOption DIRECT = directOption();

    @Override
    public StoreFile open(Path file, Access access) throws IOException {
        Set<OpenOption> options = switch (access) {
            case READ -> Set.of(StandardOpenOption.READ);
            case READ_DIRECT -> Set.of(StandardOpenOption.READ, DIRECT);
            case WRITE -> Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
            case WRITE_DIRECT -> Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE,
                    DIRECT);
            case WRITE_DIRECT_SYNC -> Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE,
                    StandardOpenOption.CREATE, DIRECT, StandardOpenOption.DSYNC);
        };
        return new ChannelFile(FileChannel.open(file, options));
    }

    /**
     * O_DIRECT. The JDK offers it only as a constant of an exported class of module jdk.unsupported, whose name javac
     * answers with a warning that nothing can switch off; hence the look-up by name, here and nowhere else.
     */
    private static OpenOption directOption() {
        try {
            for (Object constant : Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants()) {
                if (constant instanceof OpenOption option && constant.toString().equals("DIRECT")) {
                    return option;
                }
            }
        } catch (ClassNotFoundException otherJdk) {
            return Unsupported.DIRECT;
        }
        return Unsupported.DIRECT;
    }

    /** Stands in where the JDK has no O_DIRECT; opening a file with it is refused, as on a file system without it. */
    private enum Unsupported implements OpenOption {
        DIRECT
    }

    @Override
    public List<String> list(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    @Override
    public void createFolders(Path folder) throws IOException {
        Path absolute = folder.toAbsolutePath();
        if (Files.isDirectory(absolute)) {
            return;
        }
        Path parent = absolute.getParent();
        if (parent != null) {
            createFolders(parent);
        }
        Files.createDirectory(absolute);
        if (parent != null) {
            syncFolder(parent);
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public long usableBytes(Path folder) throws IOException {
        return store(folder).getUsableSpace();
    }

    @Override
    public long totalBytes(Path folder) throws IOException {
        return store(folder).getTotalSpace();
    }

    /** Kept, because finding it reads the list of mounts; asking it is one system call. */
    private FileStore store(Path folder) throws IOException {
        FileStore known = stores.get(folder);
        if (known == null) {
            known = Files.getFileStore(folder);
            stores.put(folder, known);
        }
        return known;
    }

    @Override
    public boolean takesDirect(Path folder) throws IOException {
        Path probe = folder.resolve("probe.tmp");
        ByteBuffer block = ByteBuffer.allocateDirect(2 * BLOCK_BYTES).alignedSlice(BLOCK_BYTES).slice(0, BLOCK_BYTES);
        try (StoreFile file = open(probe, Access.WRITE_DIRECT_SYNC)) {
            return file.write(block, 0) == BLOCK_BYTES && file.read(block.clear(), 0) == BLOCK_BYTES;
        } catch (IOException | UnsupportedOperationException refused) {
            // The only question was whether it works; a disk that is broken altogether fails at the next real write.
            return false;
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    @Override
    public FolderLock lock(Path file, String text) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE,
                StandardOpenOption.CREATE);
        try {
            FileLock lock = tryLock(channel);
            if (lock == null) {
                String holder = Files.readString(file).strip();
                throw new LockedException(holder.isEmpty() ? "a process that has not written its id yet" : holder);
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
            return channel::close;
        } catch (IOException failure) {
            channel.close();
            throw failure;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    /** A file of the machine. */
    private record ChannelFile(FileChannel channel) implements StoreFile {
        @Override
        public int write(ByteBuffer source, long offset) throws IOException {
            return channel.write(source, offset);
        }

        @Override
        public int read(ByteBuffer target, long offset) throws IOException {
            return channel.read(target, offset);
        }

        @Override
        public void force() throws IOException {
            channel.force(false);
        }

        @Override
        public long sizeBytes() throws IOException {
            return channel.size();
        }

        @Override
        public void truncate(long bytes) throws IOException {
            channel.truncate(bytes);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
