package dev.millrace.log.file.sim;

import dev.millrace.log.file.disk.FilePort;
import dev.millrace.log.file.disk.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A disk that keeps only what it must: unsynced writes are lost, kept or torn in sectors of 512 bytes, in any order;
 * names that were not synced with their folder come and go; calls fail or are short; it fills up; bits flip. What
 * happens follows from the seed and the order of calls alone.
 *
 * <p>
 * Thread safety: none; a simulation runs on one thread.
 */
public final class SimulatedDisk implements FilePort {
    /** A change of names: durable once the folder is synced; never without an earlier one of the same name. */
    private record NameChange(Path folder, @Nullable Path from, @Nullable Path to, @Nullable Inode inode) {}

    private final Random random;
    private final long capacityBytes;
    private final boolean direct;
    private final TreeMap<Path, Inode> names = new TreeMap<>();
    private final TreeMap<Path, Inode> storedNames = new TreeMap<>();
    private final List<NameChange> pending = new ArrayList<>();
    private final Set<Path> folders = new HashSet<>();
    private final Map<Path, String> locks = new HashMap<>();
    private long operations;
    private long cutAt = Long.MAX_VALUE;
    private int life;
    private int failWriteOneIn;
    private int shortWriteOneIn;
    private int failForceOneIn;
    private boolean failNextForce;
    private long othersBytes;

    /** {@code direct}: whether it takes writes past the page cache. */
    public SimulatedDisk(long seed, long capacityBytes, boolean direct) {
        random = new Random(seed);
        this.capacityBytes = capacityBytes;
        this.direct = direct;
    }

    // ---- what a test does to it ----

    /** The power goes off at the n-th operation from now, 1 being the next; there are two in each call that writes. */
    public void cutPowerAfter(long n) {
        cutAt = operations + n;
    }

    /** No power cut is planned any more. */
    public void keepPower() {
        cutAt = Long.MAX_VALUE;
    }

    /** Operations so far. */
    public long operations() {
        return operations;
    }

    /** From now on one call in so many fails by chance; 0 for none. */
    public void fail(int writesOneIn, int shortWritesOneIn, int forcesOneIn) {
        failWriteOneIn = writesOneIn;
        shortWriteOneIn = shortWritesOneIn;
        failForceOneIn = forcesOneIn;
    }

    /** The next sync of a file fails. */
    public void failNextForce() {
        failNextForce = true;
    }

    /** Others have so many bytes on the same disk. */
    public void others(long bytes) {
        othersBytes = bytes;
    }

    /** The process that used the disk is killed: its files are closed and its locks end, nothing else happens. */
    public void kill() {
        life++;
        locks.clear();
    }

    /** The power goes off now and comes back: what was not synced may be lost. */
    public void losePower() {
        kill();
        keepPower();
        Set<Path> lost = new HashSet<>();
        for (NameChange change : pending) {
            boolean later = lost.contains(change.from) || lost.contains(change.to);
            if (!later && random.nextInt(3) > 0) {
                apply(change, storedNames);
            } else {
                lost.add(change.from);
                lost.add(change.to);
                lost.remove(null);
            }
        }
        pending.clear();
        names.clear();
        names.putAll(storedNames);
        Set<Inode> once = new HashSet<>();
        for (Inode inode : names.values()) {
            if (once.add(inode)) {
                inode.losePower(random);
            }
        }
    }

    /** Flips one bit of what is stored. */
    public void flip(Path file, long bit) throws IOException {
        inode(file).flip(bit);
    }

    /** The files that are there. */
    public List<Path> files() {
        return List.copyOf(names.keySet());
    }

    /** The bytes of a file. */
    public byte[] content(Path file) throws IOException {
        Inode inode = inode(file);
        byte[] bytes = new byte[inode.size()];
        inode.read(bytes, 0);
        return bytes;
    }

    // ---- the port ----

    @Override
    public StoreFile open(Path file, Access access) throws IOException {
        operation();
        Path key = key(file);
        Inode inode = names.get(key);
        boolean writes = access == Access.WRITE || access == Access.WRITE_DIRECT || access == Access.WRITE_DIRECT_SYNC;
        if (inode == null) {
            if (!writes || !folders.contains(folderOf(key))) {
                throw new NoSuchFileException(file.toString());
            }
            inode = new Inode();
            change(new NameChange(folderOf(key), null, key, inode));
        }
        return new OpenFile(inode, access, life);
    }

    @Override
    public List<String> list(Path folder) {
        Path key = key(folder);
        return names.keySet()
                .stream()
                .filter(path -> key.equals(path.getParent()))
                .map(path -> path.getFileName().toString())
                .toList();
    }

    @Override
    public void createFolders(Path folder) {
        for (Path at = key(folder); at != null; at = at.getParent()) {
            folders.add(at);
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        operation();
        inode(from);
        change(new NameChange(folderOf(key(to)), key(from), key(to), null));
    }

    @Override
    public void delete(Path file) {
        operation();
        if (names.containsKey(key(file))) {
            change(new NameChange(folderOf(key(file)), key(file), null, null));
        }
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        operation();
        if (chance(failForceOneIn)) {
            throw new IOException("Input/output error (simulated, folder)");
        }
        Path key = key(folder);
        List<NameChange> rest = new ArrayList<>();
        for (NameChange change : pending) {
            if (key.equals(change.folder) || (change.from != null && key.equals(change.from.getParent()))) {
                apply(change, storedNames);
            } else {
                rest.add(change);
            }
        }
        pending.clear();
        pending.addAll(rest);
        operation();
    }

    @Override
    public long usableBytes(Path folder) {
        long used = othersBytes;
        for (Inode inode : new HashSet<>(names.values())) {
            used += inode.size();
        }
        return Math.max(0, capacityBytes - used);
    }

    @Override
    public long totalBytes(Path folder) {
        return capacityBytes;
    }

    @Override
    public boolean takesDirect(Path folder) {
        return direct;
    }

    @Override
    public FolderLock lock(Path file, String text) throws IOException {
        String holder = locks.putIfAbsent(key(file), text);
        if (holder != null) {
            throw new LockedException(holder);
        }
        return () -> locks.remove(key(file));
    }

    // ---- how it works ----

    private static Path key(Path path) {
        return path.toAbsolutePath().normalize();
    }

    private static Path folderOf(Path key) {
        Path folder = key.getParent();
        if (folder == null) {
            throw new IllegalArgumentException(key + " is in no folder");
        }
        return folder;
    }

    private Inode inode(Path file) throws IOException {
        Inode inode = names.get(key(file));
        if (inode == null) {
            throw new NoSuchFileException(file.toString());
        }
        return inode;
    }

    private void change(NameChange change) {
        apply(change, names);
        pending.add(change);
        operation();
    }

    private static void apply(NameChange change, Map<Path, Inode> to) {
        Inode inode = change.from == null ? change.inode : to.remove(change.from);
        if (inode != null && change.to != null) {
            to.put(change.to, inode);
        }
    }

    private void operation() {
        if (++operations >= cutAt) {
            long at = operations;
            losePower();
            throw new PowerCut(at);
        }
    }

    private boolean chance(int oneIn) {
        return oneIn > 0 && random.nextInt(oneIn) == 0;
    }

    /** A file of one life of the process. */
    private final class OpenFile implements StoreFile {
        private final Inode inode;
        private final Access access;
        private final int openedIn;
        private boolean closed;

        OpenFile(Inode inode, Access access, int openedIn) {
            this.inode = inode;
            this.access = access;
            this.openedIn = openedIn;
        }

        @Override
        public int write(ByteBuffer source, long offset) throws IOException {
            check();
            operation();
            if (access == Access.READ || access == Access.READ_DIRECT) {
                throw new IOException("opened for reading");
            }
            checkAlignment(source.remaining(), offset);
            int length = source.remaining();
            boolean failing = chance(failWriteOneIn);
            if (failing || chance(shortWriteOneIn)) {
                length = random.nextInt(length);
            }
            long grown = offset + length - inode.size();
            if (grown > usableBytes(Path.of("/"))) {
                throw new IOException("No space left on device (simulated)");
            }
            byte[] bytes = new byte[length];
            source.get(bytes);
            inode.write(bytes, length, (int) offset);
            operation();
            if (failing) {
                throw new IOException("Input/output error (simulated, write)");
            }
            if (access == Access.WRITE_DIRECT_SYNC) {
                inode.store((int) offset, length);
                operation();
            }
            return length;
        }

        private void checkAlignment(int length, long offset) throws IOException {
            if (access != Access.WRITE && (length % 4096 != 0 || offset % 4096 != 0)) {
                throw new IOException("direct access is not aligned: " + length + " bytes at " + offset);
            }
        }

        @Override
        public int read(ByteBuffer target, long offset) throws IOException {
            check();
            byte[] bytes = new byte[target.remaining()];
            int length = inode.read(bytes, (int) offset);
            if (length > 0) {
                target.put(bytes, 0, length);
            }
            return length;
        }

        @Override
        public void force() throws IOException {
            check();
            operation();
            if (failNextForce || chance(failForceOneIn)) {
                failNextForce = false;
                inode.storeSome(random);
                throw new IOException("Input/output error (simulated, sync)");
            }
            inode.store();
            operation();
        }

        @Override
        public long sizeBytes() throws IOException {
            check();
            return inode.size();
        }

        @Override
        public void truncate(long bytes) throws IOException {
            check();
            operation();
            if (chance(failWriteOneIn)) {
                throw new IOException("Input/output error (simulated, truncate)");
            }
            inode.truncate((int) bytes);
            operation();
        }

        @Override
        public void close() {
            closed = true;
        }

        private void check() throws IOException {
            if (closed || openedIn != life) {
                throw new java.nio.channels.ClosedChannelException();
            }
        }
    }
}
