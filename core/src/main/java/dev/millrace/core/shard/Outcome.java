package dev.millrace.core.shard;

/** How one command of a {@link Submission} ended. Constants, not an enum, because results live in a byte array. */
public final class Outcome {
    /** Done, and durable as far as the sync level says. */
    public static final byte OK = 0;
    /** The token's lease has ended, or was never given: nothing changed. */
    public static final byte STALE = 1;
    /** The disk is under its low mark; see the shard's usage. Nothing was stored. */
    public static final byte NO_ROOM = 2;
    /** One publish command is larger than the log takes. Nothing was stored. For the others see {@link #limit}. */
    public static final byte LIMIT = 3;
    /** The topic is gone and may not be created. */
    public static final byte NOT_FOUND = 4;
    /** The machine failed on the command; it is logged and counted. Nothing changed. */
    public static final byte INTERNAL = 5;

    /** The shard has as many topics as it may. */
    public static final byte LIMIT_TOPICS = 6;
    /** As many deferred messages wait as may. */
    public static final byte LIMIT_DEFERRED = 7;
    /** The topic's quota of messages is used up. */
    public static final byte LIMIT_MESSAGES = 8;
    /** The topic's quota of bytes is used up. */
    public static final byte LIMIT_BYTES = 9;
    /** The topic's oldest message is older than its quota allows. */
    public static final byte LIMIT_AGE = 10;

    /** The lease goes on, but its message was cancelled: the worker should stop and give it back. */
    public static final byte STOP_ASKED = 11;
    /** A message that has not ended, or whose window has not, holds the unique key. Nothing was stored. */
    public static final byte DUPLICATE = 12;
    /** The topic holds messages that are not tracked one by one. Nothing was stored. */
    public static final byte NOT_TRACKED = 13;
    /** As many tracked messages as may be are not over. */
    public static final byte LIMIT_TRACKED = 14;
    /** The topic has met as many different terms (attempts, backoff, retention) as it can tell apart. */
    public static final byte LIMIT_TERMS = 15;
    /** The topic has as many groups as it may. */
    public static final byte LIMIT_GROUPS = 16;
    /** No batch of the id that the message names is open in the topic that it names. Nothing was stored. */
    public static final byte NO_BATCH = 17;

    private Outcome() {}

    /** Which limit refused a command, with the setting that raises it; empty for other outcomes. */
    public static String limit(byte outcome) {
        return switch (outcome) {
            case LIMIT -> "one publish is larger than half a file of the log (segment-size)";
            case LIMIT_TOPICS -> "the shard has as many topics as max-topics allows";
            case LIMIT_DEFERRED -> "as many deferred messages wait as max-deferred allows";
            case LIMIT_MESSAGES -> "the topic keeps as many messages as max-topic-messages allows";
            case LIMIT_BYTES -> "the topic keeps as many bytes as max-topic-bytes allows";
            case LIMIT_AGE -> "the topic's oldest message is older than max-topic-age allows";
            case LIMIT_TRACKED -> "as many tasks are under way as max-tracked allows";
            case LIMIT_TERMS -> "the queue has met 65,536 different combinations of attempts, backoff and retention;"
                    + " use fewer of them";
            case NO_BATCH ->
                    "no batch of this id is open in the queue that it names: it was closed, is over, or was never"
                            + " there";
            case LIMIT_GROUPS -> "the topic has as many groups as max-groups allows";
            default -> "";
        };
    }
}
