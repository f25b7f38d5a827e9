package dev.millrace.verification.simulation;

import dev.millrace.log.file.disk.StoreFile;
import dev.millrace.log.file.sim.DelegatingFiles;
import dev.millrace.log.file.sim.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.Predicate;

/** A disk whose operations take time, now and then a lot, and in the middle of which the process can be killed. */
final class SlowDisk extends DelegatingFiles {
    private final SimulatedDisk disk;
    private final VirtualClock clock;
    private final Random random;
    private final int speed;
    private long killAfter = Long.MAX_VALUE;
    private boolean failNextWrite;
    private boolean failNextSync;
    private boolean cutAfterCopy;
    private Predicate<Path> broken = file -> false;

    /** Operations take the full time, or one in so many parts of it. */
    SlowDisk(SimulatedDisk disk, VirtualClock clock, Random random, int speed) {
        super(disk);
        this.disk = disk;
        this.speed = speed;
        this.clock = clock;
        this.random = random;
    }

    /** The process is killed at the n-th operation from now. */
    void killAfter(long operations) {
        killAfter = operations;
    }

    /** The next write fails, and only that one. */
    void failNextWrite() {
        failNextWrite = true;
    }

    /** The next sync of the log fails, and only that one; soon after, the power is cut. */
    void failNextSync() {
        failNextSync = true;
    }

    /** Some time after something was copied in order to be moved, the power is cut. */
    void cutAfterNextCopy() {
        cutAfterCopy = true;
    }

    /** Writing to these files fails from now on. */
    void breakFiles(Predicate<Path> files) {
        broken = files;
    }

    void neverKill() {
        failNextWrite = false;
        failNextSync = false;
        cutAfterCopy = false;
        killAfter = Long.MAX_VALUE;
    }

    private void operation(long upToNanos) {
        if (--killAfter <= 0) {
            neverKill();
            throw new ProcessKilled();
        }
        clock.pass(1_000 + random.nextInt((int) upToNanos / speed));
        if (random.nextInt(2_000) == 0) {
            clock.pass(random.nextInt(3_000) * 1_000_000L);
        }
    }

    private static boolean isNamed(Path file, String prefix) {
        return String.valueOf(file.getFileName()).startsWith(prefix);
    }

    @Override
    public StoreFile open(Path path, Access access) throws IOException {
        operation(20_000);
        StoreFile opened = files.open(path, access);
        boolean syncs = access == Access.WRITE_DIRECT_SYNC;
        return new DelegatingFile(opened) {
            @Override
            public int write(ByteBuffer source, long offset) throws IOException {
                operation(syncs ? 2_000_000 : 50_000);
                if (failNextWrite || broken.test(path)) {
                    failNextWrite = false;
                    throw new IOException("Input/output error (simulated, broken file)");
                }
                if (cutAfterCopy && isNamed(path, "cold-")) {
                    cutAfterCopy = false;
                    disk.cutPowerAfter(20 + random.nextInt(400));
                }
                return super.write(source, offset);
            }

            @Override
            public int read(ByteBuffer target, long offset) throws IOException {
                operation(100_000);
                return super.read(target, offset);
            }

            @Override
            public void truncate(long bytes) throws IOException {
                operation(50_000);
                super.truncate(bytes);
            }

            @Override
            public void force() throws IOException {
                operation(2_000_000);
                if (failNextSync && isNamed(path, "log-")) {
                    failNextSync = false;
                    disk.failNextForce();
                    disk.cutPowerAfter(1 + random.nextInt(60));
                }
                super.force();
            }
        };
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        operation(20_000);
        files.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        operation(20_000);
        files.delete(file);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        operation(2_000_000);
        files.syncFolder(folder);
    }
}
