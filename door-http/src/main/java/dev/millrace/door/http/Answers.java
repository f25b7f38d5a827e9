package dev.millrace.door.http;

import dev.millrace.net.http.HttpFailure;
import dev.millrace.node.BrokerException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits, on a request's own thread, for what the node answers. */
final class Answers {
    private static final int PATIENCE_SECONDS = 60;
    /** What goes through millions of messages in slices. */
    private static final int BULK_PATIENCE_SECONDS = 540;

    private Answers() {}

    /** The answer; a refusal becomes an {@link HttpFailure}. */
    static <T> T await(CompletableFuture<T> future) {
        return await(future, PATIENCE_SECONDS);
    }

    /** The answer to a change of everything. */
    static <T> T awaitBulk(CompletableFuture<T> future) {
        return await(future, BULK_PATIENCE_SECONDS);
    }

    private static <T> T await(CompletableFuture<T> future, int seconds) {
        try {
            return future.get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw failure(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw new HttpFailure(503, "UNAVAILABLE",
                    "no answer within " + seconds + " s; whether it was done is unknown", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HttpFailure(503, "UNAVAILABLE", "the server is stopping; whether it was done is unknown", e);
        }
    }

    private static HttpFailure failure(Throwable cause) {
        return switch (cause) {
            case HttpFailure known -> known;
            case BrokerException refused -> Problems.of(refused);
            default -> new HttpFailure(500, HttpFailure.INTERNAL, "internal error; the server's log says more", cause);
        };
    }
}
