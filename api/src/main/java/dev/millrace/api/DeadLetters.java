package dev.millrace.api;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The messages that a group gave up, oldest first. */
public interface DeadLetters {
    /** The first page, of at most 100. */
    default Page<DeadLetter> list() {
        return list("", 100);
    }

    /**
     * A page.
     *
     * @param cursor
     *            {@link Page#next} of the page before, or empty for the first one
     * @param limit
     *            1 to 1,000
     */
    Page<DeadLetter> list(String cursor, int limit);

    CompletableFuture<Page<DeadLetter>> listAsync(String cursor, int limit);

    /** Offers these to the group anew, attempts counted from the beginning; ids that are not dead are skipped. */
    long replay(List<MessageId> ids);

    CompletableFuture<Long> replayAsync(List<MessageId> ids);

    /** Replays all that are dead now; returns how many. */
    long replayAll();

    CompletableFuture<Long> replayAllAsync();

    /** Deletes these for good; ids that are not dead are skipped. */
    long purge(List<MessageId> ids);

    CompletableFuture<Long> purgeAsync(List<MessageId> ids);

    /** Deletes all that are dead now; returns how many. */
    long purgeAll();

    CompletableFuture<Long> purgeAllAsync();
}
