package dev.millrace.core.machine;

/**
 * Replays or purges all dead letters that a group has when it starts. It is in the log, so it goes on after a restart;
 * {@link Operations} does it slice by slice.
 *
 * <p>
 * Thread safety: owner thread only.
 */
public final class DeadJob {
    /** There was none yet. */
    static final int NONE = 0;
    public static final int REPLAY = 1;
    public static final int PURGE = 2;

    int what = NONE;
    /** Letters with lower numbers are its own. */
    int end;
    long total;
    long left;
    /** Derived: no letter of its own has a lower number. */
    int next;

    /** {@link #REPLAY}, {@link #PURGE}, or 0 as long as there was none. */
    public int what() {
        return what;
    }

    /** Letters that it found. */
    public long total() {
        return total;
    }

    /** Those it has still to do; 0: it is over. */
    public long left() {
        return left;
    }

    void start(int kind, int endNumber, long letters) {
        what = kind;
        end = endNumber;
        total = letters;
        left = letters;
        next = 0;
    }

    /** A dead letter is gone, whoever took it. */
    void gone(int number) {
        if (number < end && left > 0) {
            left--;
        }
    }
}
