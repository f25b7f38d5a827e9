package dev.millrace.api.internal;

import dev.millrace.api.spi.Feed;
import dev.millrace.api.spi.FeedListener;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One source of a {@link WorkLoop} with what came from it and waits for a handler. Guarded by the loop's lock. */
final class WorkLine extends WeightedLine {
    /** Opens a feed; credit is given by the loop. */
    @FunctionalInterface
    interface Opener {
        CompletableFuture<Feed> open(FeedListener listener);
    }

    /** The topic or queue. */
    final String name;
    final Opener opener;
    final int credit;
    final ArrayDeque<Held> waiting = new ArrayDeque<>();
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
        super(weight);
        this.name = name;
        this.opener = opener;
        this.credit = credit;
    }

    @Override
    protected boolean waits() {
        return !waiting.isEmpty();
    }
}
