package dev.millrace.verification.simulation;

/** What happens in a run oftener than elsewhere, so that mistakes which only show then are found soon. */
public enum Emphasis {
    /** Nothing in particular. */
    NONE,
    /** Syncs of the log fail, one at a time, and soon after the power is cut. */
    FAILED_SYNCS,
    /** Segments are soon empty and used again; the process lives long enough for that. */
    REUSED_FILES,
    /** Most of a segment is soon dead, the rest is moved, and soon after the power is cut. */
    MOVES,
    /** Somebody asks for what is being written while the process is killed, and asks again when it is back. */
    QUESTIONS,
    /** A queue is deleted while a letter from it has arrived, and its shard has not heard so. */
    LETTERS;

    /** That of a seed, for runs that are to meet everything: mostly none. */
    static Emphasis of(long seed) {
        int place = (int) Math.floorMod(seed, 2L * values().length);
        return place < values().length ? values()[place] : NONE;
    }

    /** Whether topics are emptied often, and segments are as small as can be. */
    boolean emptiesTopics() {
        return this == REUSED_FILES || this == MOVES;
    }
}
