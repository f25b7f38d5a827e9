package dev.millrace.door.grpc;

import dev.millrace.grpc.v1.Settled;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a session's results, and the answers that its client may not have got: each number is carried out once,
 * however often it is sent. Thread safety: the session's serial executor.
 */
final class ReplyBook {
    private static final int MAX_UNSEEN = 1_000;

    private final ArrayDeque<Settled> replies = new ArrayDeque<>();
    private long last;
    private int underWay;

    /** Whether these results are to be carried out: not if they were, or are being. Refuses numbers out of order. */
    boolean isNew(long number, long seen) {
        while (!replies.isEmpty() && replies.getFirst().getNumber() <= seen) {
            replies.removeFirst();
        }
        if (number < 1 || (last > 0 && number > last + 1)) {
            throw RefusedException.invalid("results must be numbered 1, 2, 3, ...; " + number + " came after " + last);
        }
        if (number <= seen) {
            throw RefusedException.invalid("results " + number + " were seen to be answered up to " + seen);
        }
        if (number <= last) {
            return false;
        }
        if (underWay + replies.size() >= MAX_UNSEEN) {
            throw RefusedException.limit("more than " + MAX_UNSEEN
                    + " results have answers that the client does not say it has seen");
        }
        last = number;
        underWay++;
        return true;
    }

    void settled(Settled reply) {
        underWay--;
        replies.addLast(reply);
    }

    /** The answer that was given to this number, or null: it is still being carried out. */
    @Nullable
    Settled reply(long number) {
        for (Settled reply : replies) {
            if (reply.getNumber() == number) {
                return reply;
            }
        }
        return null;
    }

    int underWay() {
        return underWay;
    }
}
