package dev.millrace.core.shard;

/** How one command of a {@link Submission} ended. Constants, not an enum, because results live in a byte array. */
public final class Outcome {
    /** Done, and durable as far as the sync level says. */
    public static final byte OK = 0;
    /** The token's lease has ended, or was never given: nothing changed. */
    public static final byte STALE = 1;
    /** The disk is under its low mark; see the shard's usage. Nothing was stored. */
    public static final byte NO_ROOM = 2;
    /** A limit (messages waiting, groups, ...) is reached. Nothing was stored. */
    public static final byte LIMIT = 3;
    /** The topic is gone and may not be created. */
    public static final byte NOT_FOUND = 4;
    /** The machine failed on the command; it is logged and counted. Nothing changed. */
    public static final byte INTERNAL = 5;

    private Outcome() {}
}
