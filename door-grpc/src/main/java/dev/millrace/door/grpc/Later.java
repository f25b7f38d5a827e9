package dev.millrace.door.grpc;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Goes on with what a future brings. */
final class Later {
    private static final Logger LOG = LoggerFactory.getLogger(Later.class);

    private Later() {}

    /** Runs one of them on the executor; {@code failed} also gets what {@code done} throws. */
    static <T> void run(CompletableFuture<T> future, Executor executor, Consumer<T> done, Consumer<Throwable> failed) {
        CompletableFuture<?> last = future.thenAcceptAsync(done, executor).exceptionallyAsync(failure -> {
            failed.accept(failure);
            return null;
        }, executor);
        LOG.trace("goes on: {}", last);
    }
}
