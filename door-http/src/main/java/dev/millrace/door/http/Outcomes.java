package dev.millrace.door.http;

import dev.millrace.core.shard.Outcome;
import dev.millrace.net.http.HttpFailure;
import java.util.function.Supplier;

/** What a command's outcome is in HTTP. */
final class Outcomes {
    private Outcomes() {}

    /** {@code noRoom}: why the shard has no room for more, if that is the outcome. */
    static HttpFailure failure(byte outcome, String what, Supplier<String> noRoom) {
        String limit = Outcome.limit(outcome);
        if (!limit.isEmpty()) {
            return new HttpFailure(429, "LIMIT", what + ": " + limit);
        }
        return switch (outcome) {
            case Outcome.NO_ROOM -> new HttpFailure(507, "NO_ROOM", what + ": " + noRoom.get()
                    + "; nothing that adds messages is taken. Free space there, or consume, which goes on");
            case Outcome.NOT_FOUND -> Problems.notFound(what + ": the topic is gone");
            case Outcome.STALE -> new HttpFailure(409, "STALE", what + ": the lease has ended");
            default -> new HttpFailure(500, "INTERNAL_COMMAND", what + ": the server failed at it; its log says more");
        };
    }
}
