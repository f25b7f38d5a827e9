package dev.millrace.core.machine;

import java.util.Arrays;

/**
 * Which dead letters of a group were offered anew by a replay since they died: putting such a letter back would make two
 * of one message. Of each replay is kept from which sequence it went and the numbers that had been given to dead letters
 * by then; one that a later replay covers is forgotten, and there is hardly ever more than one.
 *
 * <p>
 * Thread safety: owner thread only.
 */
final class Replays {
    private static final long[] NONE = new long[0];

    /** Sequence, end of the numbers; both rise from pair to pair. */
    private long[] pairs = NONE;

    /** A replay from this sequence on, when numbers of dead letters were below {@code deadEnd}. */
    void add(long seq, int deadEnd) {
        int size = pairs.length;
        while (size > 0 && pairs[size - 2] >= seq) {
            size -= 2;
        }
        pairs = Arrays.copyOf(pairs, size + 2);
        pairs[size] = seq;
        pairs[size + 1] = deadEnd;
    }

    boolean isEmpty() {
        return pairs.length == 0;
    }

    /** Whether the message of this dead letter was offered anew since. */
    boolean covers(long seq, int number) {
        for (int i = 0; i < pairs.length; i += 2) {
            if (seq >= pairs[i] && number < pairs[i + 1]) {
                return true;
            }
        }
        return false;
    }

    /** Forgets replays before which no dead letter that there still is had died: numbers are from {@code first} on. */
    void forget(int first) {
        int gone = 0;
        while (gone < pairs.length && pairs[gone + 1] <= first) {
            gone += 2;
        }
        if (gone > 0) {
            pairs = gone == pairs.length ? NONE : Arrays.copyOfRange(pairs, gone, pairs.length);
        }
    }

    /** For a snapshot. */
    long[] pairs() {
        return pairs.clone();
    }

    /** Takes over what {@link #pairs} gave. */
    void restore(long[] saved) {
        pairs = saved;
    }
}
