package dev.millrace.node;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Reads the dead letters of a group as the consumer of a topic would: those there are, oldest first, then each that
 * comes. A letter is lent to one reader of its channel at a time and stays dead until a reader that takes has finished
 * it; what is lent, given back or seen is known to this process only, so after a restart all that are dead are lent
 * again.
 *
 * <p>
 * Thread safety: all methods may be called from any thread. Futures may complete on a shard's thread.
 */
public interface DeadReader extends AutoCloseable {
    /**
     * Lends letters, each for {@code leaseMillis}, as soon as there is one and fewer than {@code most} (0 or more) are on
     * loan to this reader. Completes with none when the reader is closed, or another call has taken its place. Bodies of
     * one answer have about 256 KiB together at most, or are one.
     */
    CompletableFuture<List<DeadLoan>> take(int most, long leaseMillis);

    /**
     * The letter ({@link DeadLetter#cursor()}) is dealt with: a reader that takes removes it from the dead, counted as
     * purged; for one that looks it stays dead and is not lent again in its channel.
     *
     * @return false if it is not on loan to this reader
     */
    CompletableFuture<Boolean> finish(long cursor);

    /** Ends the loan; the letter may be lent again after the delay. False if it is not on loan to this reader. */
    boolean giveBack(long cursor, long delayMillis);

    /** The loan now ends {@code leaseMillis} from now. False if it is not on loan to this reader. */
    boolean extend(long cursor, long leaseMillis);

    /** Completes with the reason when the group is gone. */
    CompletableFuture<String> ended();

    /** Ends its loans. Idempotent. */
    @Override
    void close();
}
