package dev.millrace.api.internal;

import dev.millrace.api.spi.Feed;
import dev.millrace.api.spi.FeedListener;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One source of a {@link WorkLoop} with what came from it and waits for a handler. Guarded by the loop's lock. */
final class WorkLine {
    /** Opens a feed; credit is given by the loop. */
    @FunctionalInterface
    interface Opener {
        CompletableFuture<Feed> open(FeedListener listener);
    }

    /** The topic or queue. */
    final String name;
    final Opener opener;
    final int credit;
    final int weight;
    final ArrayDeque<Held> waiting = new ArrayDeque<>();
    /** For weights: who has the most is next. */
    long turn;
    @Nullable Feed feed;
    /** Which opening deliveries must be of. */
    int generation;
    boolean over;
    /** Why it has no feed, or empty. */
    String problem = "";

    /**
     * A line.
     *
     * @param name
     *            the topic or queue
     * @param credit
     *            messages it may hold
     * @param weight
     *            its share beside other lines, at least 1
     */
    WorkLine(String name, Opener opener, int credit, int weight) {
        this.name = name;
        this.opener = opener;
        this.credit = credit;
        this.weight = weight;
    }

    /**
     * The line to be served, null when nothing waits; by weights each gets its share over time, whoever falls silent or comes
     * back: a silent line saves nothing up, and one that was served more than its share beside others that are silent now
     * owes those that wait no more than one round.
     */
    static @Nullable WorkLine next(List<WorkLine> lines, boolean strict) {
        long total = 0;
        for (WorkLine line : lines) {
            if (line.waiting.isEmpty()) {
                line.turn = 0;
            } else if (strict) {
                return line;
            } else {
                total += line.weight;
            }
        }
        WorkLine best = null;
        for (WorkLine line : lines) {
            if (!line.waiting.isEmpty()) {
                line.turn = Math.max(-total, Math.min(total, line.turn)) + line.weight;
                best = best == null || line.turn > best.turn ? line : best;
            }
        }
        if (best != null) {
            best.turn -= total;
        }
        return best;
    }
}
