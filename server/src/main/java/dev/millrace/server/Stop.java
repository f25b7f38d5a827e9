package dev.millrace.server;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/**
 * Waits for SIGTERM or SIGINT. The first one stops in good order; a second one ends the process as soon as the sync under
 * way is done; a third one, or a sync that takes more than ten seconds, at once. Nothing that was answered is lost by
 * that, the next start only has more to read.
 *
 * <p>
 * The JVM's own shutdown hooks cannot do this: they know of one signal only, and the exit code would be the signal's.
 */
// sun.misc.Signal is the only way to signals; the module jdk.unsupported exports it for this.
final class Stop {
    private static final Logger LOG = LoggerFactory.getLogger(Stop.class);
    private static final int EXIT_IN_A_HURRY = 1;
    private static final Duration LAST_SYNC = Duration.ofSeconds(10);

    private final CountDownLatch asked = new CountDownLatch(1);
    private final AtomicReference<@Nullable Server> serving = new AtomicReference<>();
    private final AtomicInteger signals = new AtomicInteger();

    /** Signals are this object's from now on. */
    static Stop onSignals() {
        Stop stop = new Stop();
        for (String name : new String[]{"TERM", "INT"}) {
            Signal.handle(new Signal(name), _ -> stop.signalled(name));
        }
        return stop;
    }

    private void signalled(String name) {
        switch (signals.incrementAndGet()) {
            case 1 -> {
                LOG.info("SIG{}: stopping", name);
                asked.countDown();
            }
            case 2 -> {
                LOG.warn("SIG{} again: ending after the sync under way", name);
                Thread.ofPlatform().daemon().start(this::end);
            }
            default -> Runtime.getRuntime().halt(EXIT_IN_A_HURRY);
        }
    }

    private void end() {
        Server server = serving.get();
        if (server != null) {
            server.hurry(LAST_SYNC);
        }
        Runtime.getRuntime().halt(EXIT_IN_A_HURRY);
    }

    /** Blocks until a signal asks for it, then closes the server; the process's exit code. */
    int awaitAndClose(Server server, Duration drain) {
        serving.set(server);
        try {
            asked.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        long began = System.nanoTime();
        boolean well = server.close(drain);
        LOG.info("stopped after {} ms", (System.nanoTime() - began) / 1_000_000);
        return well ? 0 : 1;
    }
}
