package dev.millrace.door.nsq;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class after which a buffer of Netty's was collected without having been released. Every buffer is watched.
 * JUnit finds it by META-INF/services, before any class of Netty's is initialized; so it is there for all tests of this
 * room.
 */
public final class LeakCheck implements AfterAllCallback {
    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();
    private static final long COLLECTION_MILLIS = 10_000;

    static {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new Factory());
    }

    /** Makes detectors that keep what they find. */
    private static final class Factory extends ResourceLeakDetectorFactory {
        @Override
        @Deprecated
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int sampling, long maxActive) {
            return new Detector<>(resource, sampling);
        }

        @Override
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int sampling) {
            return new Detector<>(resource, sampling);
        }
    }

    private static final class Detector<T> extends ResourceLeakDetector<T> {
        Detector(Class<T> resource, int sampling) {
            super(resource, sampling);
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String resource, String records) {
            LEAKS.add(resource + ", touched by:" + records);
        }

        @Override
        protected void reportUntracedLeak(String resource) {
            LEAKS.add(resource);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        check();
    }

    /** Throws if anything has leaked since the last call. */
    static void check() throws InterruptedException {
        List<String> leaks = collect();
        if (!leaks.isEmpty()) {
            throw new AssertionError(leaks.size() + " buffers were not released (by this class, or one before it):\n"
                    + String.join("\n", leaks));
        }
    }

    /** What has leaked since the last call. Detectors look for it whenever a buffer is made. */
    private static List<String> collect() throws InterruptedException {
        List<String> leaks = new ArrayList<>();
        for (int round = 0; round < 2; round++) {
            awaitCollection();
            ByteBufAllocator.DEFAULT.directBuffer(1).release();
            for (String leak = LEAKS.poll(); leak != null; leak = LEAKS.poll()) {
                leaks.add(leak);
            }
        }
        return leaks;
    }

    private static void awaitCollection() throws InterruptedException {
        ReferenceQueue<Object> collected = new ReferenceQueue<>();
        WeakReference<Object> probe = new WeakReference<>(new Object(), collected);
        System.gc();
        if (collected.remove(COLLECTION_MILLIS) == null) {
            throw new AssertionError("no garbage was collected within " + COLLECTION_MILLIS + " ms: " + probe.get());
        }
    }
}
