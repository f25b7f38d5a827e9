package dev.millrace.verification.crash;

import dev.millrace.log.file.disk.FilePort;
import dev.millrace.log.file.disk.StoreFile;
import dev.millrace.log.file.sim.PowerCut;
import dev.millrace.log.file.sim.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The simulated disk under a process with real threads. It begins with what a real folder holds; when the power goes off
 * in the middle of some operation, what was synced by then, and as much of the rest as chance leaves, becomes the content
 * of the real folder, and the process ends at once, in the middle of whatever its threads do.
 *
 * <p>
 * Thread safety: all methods may be called by any thread; one at a time uses the disk.
 */
final class PowerCutDisk implements FilePort {
    /** Exit status of a process that lost its power. */
    static final int STATUS = 77;

    private interface Work<T> {
        T run() throws IOException;
    }

    private final SimulatedDisk disk;
    private final Path folder;

    PowerCutDisk(Path folder, SimulatedDisk disk) throws IOException {
        this.folder = folder.toAbsolutePath().normalize();
        this.disk = disk;
        Files.createDirectories(this.folder);
        try (Stream<Path> files = Files.walk(this.folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                load(file);
            }
        }
    }

    private void load(Path file) throws IOException {
        Path parent = Objects.requireNonNull(file.getParent());
        disk.createFolders(parent);
        try (StoreFile target = disk.open(file, Access.WRITE)) {
            target.write(ByteBuffer.wrap(Files.readAllBytes(file)), 0);
            target.force();
        }
        disk.syncFolder(parent);
    }

    /** The power goes off at the n-th operation from now. */
    synchronized void cutAfter(long operations) {
        disk.cutPowerAfter(operations);
    }

    private synchronized <T> T on(Work<T> work) throws IOException {
        try {
            return work.run();
        } catch (PowerCut cut) {
            // Holding the lock: no other thread gets anything onto the disk any more.
            keepWhatIsStored();
            Runtime.getRuntime().halt(STATUS);
            throw cut;
        }
    }

    private void keepWhatIsStored() throws IOException {
        List<Path> stored = disk.files();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!stored.contains(file)) {
                    Files.delete(file);
                }
            }
        }
        for (Path file : stored) {
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            Files.write(file, disk.content(file));
        }
    }

    @Override
    public StoreFile open(Path file, Access access) throws IOException {
        StoreFile opened = on(() -> disk.open(file, access));
        return new StoreFile() {
            @Override
            public int write(ByteBuffer source, long offset) throws IOException {
                return on(() -> opened.write(source, offset));
            }

            @Override
            public int read(ByteBuffer target, long offset) throws IOException {
                return on(() -> opened.read(target, offset));
            }

            @Override
            public void force() throws IOException {
                on(() -> {
                    opened.force();
                    return true;
                });
            }

            @Override
            public long sizeBytes() throws IOException {
                return on(opened::sizeBytes);
            }

            @Override
            public void truncate(long bytes) throws IOException {
                on(() -> {
                    opened.truncate(bytes);
                    return bytes;
                });
            }

            @Override
            public void close() throws IOException {
                on(() -> {
                    opened.close();
                    return true;
                });
            }
        };
    }

    @Override
    public List<String> list(Path listed) throws IOException {
        return on(() -> disk.list(listed));
    }

    @Override
    public void createFolders(Path made) throws IOException {
        on(() -> {
            disk.createFolders(made);
            return true;
        });
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        on(() -> {
            disk.rename(from, to);
            return true;
        });
    }

    @Override
    public void delete(Path file) throws IOException {
        on(() -> {
            disk.delete(file);
            return true;
        });
    }

    @Override
    public void syncFolder(Path synced) throws IOException {
        on(() -> {
            disk.syncFolder(synced);
            return true;
        });
    }

    @Override
    public long usableBytes(Path asked) throws IOException {
        return on(() -> disk.usableBytes(asked));
    }

    @Override
    public long totalBytes(Path asked) throws IOException {
        return on(() -> disk.totalBytes(asked));
    }

    @Override
    public boolean takesDirect(Path asked) throws IOException {
        return on(() -> disk.takesDirect(asked));
    }

    @Override
    public FolderLock lock(Path file, String text) throws IOException {
        return on(() -> disk.lock(file, text));
    }
}
