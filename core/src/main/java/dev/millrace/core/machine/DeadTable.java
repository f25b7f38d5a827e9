package dev.millrace.core.machine;

import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Dead letters of a group in the order of their deaths; an entry is four longs. Bodies stay in the log.
 *
 * <pre>
 *   0  seq (48) | attempts (16)       0 with word 1 = 0: purged or replayed
 *   1  wall time of death, ms, + 1
 *   2  chunk ordinal (32) | reason (8)
 *   3  id of the message, 0 when not known to the machine
 * </pre>
 *
 * <p>
 * Thread safety: none; see {@link PagedLongs}.
 */
final class DeadTable {
    static final int WORDS = 4;
    private static final int PER_PAGE = PagedLongs.PAGE_LONGS / WORDS;

    private final PagedLongs words = new PagedLongs();
    /** What workers said; only for those who said something. */
    private final TreeMap<Integer, String> errors = new TreeMap<>();
    private int first;
    private int size;

    int add(long seqAndAttempts, long wallMillis, long ordinalAndReason, @Nullable String error) {
        int number = size++;
        long at = (long) number * WORDS;
        words.set(at, seqAndAttempts);
        words.set(at + 1, wallMillis + 1);
        words.set(at + 2, ordinalAndReason);
        words.set(at + 3, 0);
        if (error != null && !error.isEmpty()) {
            errors.put(number, error);
        }
        return number;
    }

    void remove(int number) {
        long at = (long) number * WORDS;
        words.set(at, 0);
        words.set(at + 1, 0);
        errors.remove(number);
        while (first < size && !holds(first)) {
            first++;
            if (first % PER_PAGE == 0) {
                words.drop(first / PER_PAGE - 1);
            }
        }
    }

    /** Numbers ever given. */
    int size() {
        return size;
    }

    /** Numbers below are gone. */
    int first() {
        return first;
    }

    boolean holds(int number) {
        return number >= first && number < size && words.get((long) number * WORDS + 1) != 0;
    }

    long seqAndAttempts(int number) {
        return words.get((long) number * WORDS);
    }

    long diedAtMillis(int number) {
        return words.get((long) number * WORDS + 1) - 1;
    }

    int ordinal(int number) {
        return (int) (words.get((long) number * WORDS + 2) >>> 32);
    }

    int reason(int number) {
        return (int) words.get((long) number * WORDS + 2) & 0xFF;
    }

    String error(int number) {
        String error = errors.get(number);
        return error == null ? "" : error;
    }

    /** For loading: a number that was purged or replayed. */
    void addHole() {
        long at = (long) size * WORDS;
        words.set(at, 0);
        words.set(at + 1, 0);
        words.set(at + 2, 0);
        words.set(at + 3, 0);
        size++;
    }

    /** For loading: numbers below were gone when the snapshot was taken. */
    void skipTo(int number) {
        first = number;
        size = number;
    }

    /** The table as it was at one moment. */
    record Frozen(PagedLongs.Frozen words, int first, int size, TreeMap<Integer, String> errors) {
        boolean holds(int number) {
            return words.get((long) number * WORDS + 1) != 0;
        }

        long word(int number, int word) {
            return words.get((long) number * WORDS + word);
        }

        String error(int number) {
            String error = errors.get(number);
            return error == null ? "" : error;
        }
    }

    Frozen freeze() {
        return new Frozen(words.freeze(), first, size, new TreeMap<>(errors));
    }
}
