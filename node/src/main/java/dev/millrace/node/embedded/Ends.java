package dev.millrace.node.embedded;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What is done when a future ends and nobody waits for it. */
final class Ends {
    private Ends() {}

    /** The action must not throw. */
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the end of an end
    static <T> void then(CompletableFuture<T> future, BiConsumer<@Nullable T, @Nullable Throwable> action) {
        future.whenComplete(action);
    }

    /** Its failure is told elsewhere: the session's end says what went wrong. */
    static void ignore(CompletableFuture<?> future) {
        if (future.isCompletedExceptionally()) {
            return;
        }
        then(future, (done, failure) -> {
            // told elsewhere
        });
    }
}
