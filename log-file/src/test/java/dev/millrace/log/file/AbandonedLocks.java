package dev.millrace.log.file;

import dev.millrace.log.file.disk.FilePort;
import dev.millrace.log.file.disk.StoreFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file port whose process can die inside this one: {@link #abandon} closes its locks and files, so that nothing it
 * still tries does anything.
 */
final class AbandonedLocks implements FilePort {
    private final FilePort port;
    private final List<AutoCloseable> held = new ArrayList<>();
    private boolean dead;

    AbandonedLocks(FilePort port) {
        this.port = port;
    }

    synchronized void abandon() {
        dead = true;
        for (AutoCloseable open : held) {
            try {
                open.close();
            } catch (Exception failure) {
                throw new AssertionError(failure);
            }
        }
    }

    private synchronized <T extends AutoCloseable> T hold(T open) throws IOException {
        check();
        held.add(open);
        return open;
    }

    private synchronized void check() throws IOException {
        if (dead) {
            throw new IOException("this process is dead");
        }
    }

    @Override
    public StoreFile open(Path file, Access access) throws IOException {
        check();
        return hold(port.open(file, access));
    }

    @Override
    public List<String> list(Path folder) throws IOException {
        check();
        return port.list(folder);
    }

    @Override
    public void createFolders(Path folder) throws IOException {
        check();
        port.createFolders(folder);
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        check();
        port.rename(from, to);
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
        check();
        port.delete(file);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        check();
        port.syncFolder(folder);
    }

    @Override
    public long usableBytes(Path folder) throws IOException {
        check();
        return port.usableBytes(folder);
    }

    @Override
    public long totalBytes(Path folder) throws IOException {
        check();
        return port.totalBytes(folder);
    }

    @Override
    public boolean takesDirect(Path folder) throws IOException {
        check();
        return port.takesDirect(folder);
    }

    @Override
    public FolderLock lock(Path file, String text) throws IOException {
        check();
        return hold(port.lock(file, text));
    }
}
