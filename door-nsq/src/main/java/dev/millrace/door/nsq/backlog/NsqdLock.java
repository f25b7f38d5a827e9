package dev.millrace.door.nsq.backlog;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * The lock of an nsqd's data path, which is flock(2) on the folder: shows that no nsqd runs on it, and keeps one from
 * starting. Java's own file locks are of another kind and cannot be had for a folder. On a file system without such
 * locks nsqd has none either, and neither has this.
 */
@SuppressWarnings("restricted") // flock(2) is native; the jar's manifest enables native access
final class NsqdLock implements AutoCloseable {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));
    private static final MethodHandle OPEN = handle("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle FLOCK = LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow("flock"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), Linker.Option.captureCallState("errno"));
    private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final int READ_ONLY = 0;
    private static final int EXCLUSIVE_AT_ONCE = 2 | 4;
    /** EWOULDBLOCK of Linux, and of macOS and the BSDs. */
    private static final int LINUX_WOULD_BLOCK = 11;
    private static final int BSD_WOULD_BLOCK = 35;

    private final int descriptor;

    private NsqdLock(int descriptor) {
        this.descriptor = descriptor;
    }

    private static MethodHandle handle(String function, FunctionDescriptor signature) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(function), signature);
    }

    /**
     * Takes it.
     *
     * @throws BacklogException
     *             if an nsqd has it
     */
    static NsqdLock take(Path folder) {
        try (Arena arena = Arena.ofConfined()) {
            int descriptor = (int) OPEN.invokeExact(arena.allocateFrom(folder.toString()), READ_ONLY);
            if (descriptor < 0) {
                throw new BacklogException(folder + " is no folder that can be read. Name the folder that was nsqd's"
                        + " --data-path");
            }
            NsqdLock lock = new NsqdLock(descriptor);
            MemorySegment state = arena.allocate(STATE);
            int refused = (int) FLOCK.invokeExact(state, descriptor, EXCLUSIVE_AT_ONCE);
            int errno = (int) ERRNO.get(state, 0L);
            if (refused != 0 && (errno == LINUX_WOULD_BLOCK || errno == BSD_WOULD_BLOCK)) {
                lock.close();
                throw new BacklogException("an nsqd is running on " + folder + " (the folder is locked). Stop it with"
                        + " SIGTERM, wait until it has ended, and import then: it writes what it has in memory at its end");
            }
            return lock;
        } catch (BacklogException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("locking " + folder + " failed", e);
        }
    }

    @Override
    public void close() {
        try {
            int _ = (int) CLOSE.invokeExact(descriptor);
        } catch (Throwable e) {
            throw new IllegalStateException("close(2) failed", e);
        }
    }
}
