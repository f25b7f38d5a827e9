package dev.millrace.node.embedded;

import dev.millrace.api.MillraceException;
import dev.millrace.core.log.LogException;
import dev.millrace.core.shard.Outcome;
import dev.millrace.node.BrokerException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** What goes wrong in the node, as the API says it. */
final class Failures {
    private Failures() {}

    static <T> CompletableFuture<T> translate(CompletableFuture<T> future) {
        return future.handle((value, failure) -> {
            if (failure == null) {
                return value;
            }
            throw of(failure);
        });
    }

    static MillraceException of(Throwable failure) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause()
                : failure;
        String message = String.valueOf(cause.getMessage());
        return switch (cause) {
            case MillraceException known -> known;
            case BrokerException refused -> switch (refused.category()) {
                case NOT_FOUND -> new MillraceException.NotFound(message, refused);
                case INVALID -> new MillraceException.Invalid(message, refused);
                case LIMIT, NO_ROOM -> new MillraceException.LimitReached(message, refused);
                case UNAVAILABLE -> new MillraceException.UnknownOutcome(message, refused);
                case INTERNAL -> new MillraceException.Fatal(message + "; this is a defect of Millrace", refused);
            };
            case LogException log -> switch (log.category()) {
                case CALLER -> new MillraceException.Invalid(message, log);
                case LOCKED -> new MillraceException.Unavailable(message, log);
                case UNKNOWN_OUTCOME -> new MillraceException.UnknownOutcome(message, log);
                case DAMAGED, FENCED -> new MillraceException.Fatal(message, log);
            };
            default -> new MillraceException.Fatal(cause + "; this is a defect of Millrace", cause);
        };
    }

    /** Why a publish was refused. */
    static MillraceException refused(byte outcome, String what, Supplier<String> noRoom) {
        String limit = Outcome.limit(outcome);
        if (!limit.isEmpty()) {
            return new MillraceException.LimitReached(what + ": " + limit);
        }
        return switch (outcome) {
            case Outcome.NO_ROOM -> new MillraceException.LimitReached(what + ": " + noRoom.get()
                    + "; nothing that adds messages is taken. Free space there, or consume, which goes on");
            case Outcome.NOT_FOUND -> new MillraceException.NotFound(what + ": the topic is gone");
            default -> new MillraceException.Fatal(what + ": the engine failed at it; its log says more");
        };
    }
}
