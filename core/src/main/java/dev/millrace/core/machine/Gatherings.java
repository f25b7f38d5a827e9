package dev.millrace.core.machine;

import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The group keys of a group of a tracked topic for which messages gather, as they were at one moment, and what there is of
 * one now.
 *
 * <p>
 * Thread safety: made by the owner thread; {@link #after} may then be called by one thread, whichever, {@link #look} by the
 * owner thread.
 */
public final class Gatherings {
    /**
     * The messages of one key that are to be delivered together.
     *
     * @param size
     *            how many wait; those that were cancelled meanwhile are none of them
     * @param sinceMillis
     *            elapsed time when the first of them came
     * @param first
     *            the first that waits, whose envelope has the key
     */
    public record Waiting(long size, long sinceMillis, TrackedList.Entry first) {}

    private final State state;
    private final Group group;
    private final LongTable.Frozen rows;

    Gatherings(State state, Group group) {
        this.state = state;
        this.group = group;
        rows = group.tracking().gathering.sets.freeze();
    }

    /**
     * Hashes of the keys, in their order as unsigned numbers.
     *
     * @param hash
     *            those above this one; 0: all
     */
    public long[] after(long hash, int limit) {
        TreeSet<Long> found = new TreeSet<>(Long::compareUnsigned);
        LongTable.Frozen all = rows.anew();
        while (all.visit(Integer.MAX_VALUE, (words, at) -> {
            if (Long.compareUnsigned(words[at], hash) > 0) {
                found.add(words[at]);
            }
            if (found.size() > limit) {
                found.pollLast();
            }
        }) > 0) {
            // the next pages
        }
        return found.stream().mapToLong(Long::longValue).toArray();
    }

    /** What waits of a key; null when nothing does any more. Looks at up to {@value GatherLimits#MOST} messages. */
    public @Nullable Waiting look(long hash) {
        if (group.removed) {
            return null;
        }
        Gathering gathering = group.tracking().gathering;
        long first = gathering.firstLive(hash);
        TrackedList.Entry entry = first < 0 ? null
                : TrackedList.entry(state, group, group.tracking(), first, group.topic.chunks.find(first));
        return entry == null ? null : new Waiting(gathering.live(hash), gathering.sinceMillis(hash), entry);
    }
}
