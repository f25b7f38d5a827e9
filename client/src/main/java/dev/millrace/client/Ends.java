package dev.millrace.client;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** What happens at the end of futures. */
final class Ends {
    private Ends() {}

    /** Runs one of them, which must not throw. */
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the end of an end
    static <T> void of(CompletableFuture<T> future, Consumer<T> done, Consumer<Throwable> failed) {
        future.thenAccept(done).exceptionally(failure -> {
            failed.accept(failure.getCause() == null ? failure : failure.getCause());
            return null;
        });
    }

    /** It ends by itself. */
    static <T> void ignore(CompletableFuture<T> future) {
        of(future, done -> {}, failure -> {});
    }
}
