package dev.millrace.core.machine;

import dev.millrace.core.message.BodyLayout;

/**
 * Kinds of records, their versions and fixed sizes. Every record starts with
 * {@code u8 kind, u8 version, u16 flags, i32 length}; they start at
 * multiples of 8. docs/log-records.md has the fields of each.
 */
public final class Records {
    /** Fills a gap, so that the next record starts where it may be pointed at. */
    public static final byte PAD = 0x00;
    public static final byte TOPIC_CREATE = 0x01;
    public static final byte GROUP_CREATE = 0x02;
    public static final byte TOPIC_DELETE = 0x03;
    public static final byte GROUP_DELETE = 0x04;
    public static final byte TOPIC_EMPTY = 0x05;
    public static final byte GROUP_EMPTY = 0x06;
    public static final byte TOPIC_PAUSE = 0x07;
    public static final byte GROUP_PAUSE = 0x08;
    public static final byte GROUP_POLICY = 0x09;
    /** From now on each message of the topic is tracked. */
    public static final byte TOPIC_TRACK = 0x0A;
    public static final byte GROUP_LIMITS = 0x0B;
    /** When messages of one group key are delivered together. */
    public static final byte GROUP_GATHER = 0x0C;
    public static final byte BATCH_CLOSE = 0x0D;
    /** How much of what all groups are done with a topic keeps. */
    public static final byte TOPIC_HISTORY = 0x0E;
    /** A group is offered anew what the topic still keeps. */
    public static final byte GROUP_REPLAY = 0x0F;
    public static final byte LEASE = 0x20;
    public static final byte ACK = 0x21;
    public static final byte RETRY = 0x22;
    public static final byte EXTEND = 0x23;
    public static final byte DUE = 0x24;
    public static final byte DEAD = 0x25;
    public static final byte REDRIVE = 0x26;
    public static final byte DEAD_PURGE = 0x27;
    public static final byte MOVE = 0x28;
    /** What an attempt that failed left to be read; pointed at. Layout: {@link Attempt}. */
    public static final byte ATTEMPT = 0x29;

    public static final byte DROP = 0x2A;
    /** Leases of tracked messages, one by one, and what was passed over. */
    public static final byte LEASE_EACH = 0x2B;
    /** Done, and kept to be looked at. */
    public static final byte KEEP = 0x2C;
    /** Leases whose messages were over before they ended. */
    public static final byte END = 0x2D;
    /** Commands about single tracked messages. */
    public static final byte TRACK = 0x2E;
    /** What the worker of a tracked message said; pointed at. Layout: {@link Output}. */
    public static final byte OUTPUT = 0x2F;

    /** Mails that have arrived, or of which nothing comes. */
    public static final byte MAIL_SENT = 0x30;

    /** Mails that go to another shard, as its next letters. */
    public static final byte MAIL_ADDRESS = 0x31;
    /** A letter of another shard has arrived. */
    public static final byte MAIL_RECEIVED = 0x32;
    /** Tracked messages that were given up while they waited. */
    public static final byte ARCHIVE = 0x33;
    /** All that are dead in a group are to be replayed or purged, slice by slice. */
    public static final byte DEAD_JOB = 0x34;

    /** Tracked messages that were cancelled or have expired, and are kept to be looked at. */
    public static final byte OVER_KEPT = 0x36;
    /** Flag of an OVER_KEPT: they were leased, and their leases end by it. */
    public static final int FLAG_LEASED = 1;

    /** Messages that were published with a key for a while. */
    public static final byte ONCE = 0x37;

    /** What waited for an instant of the wall clock was due. */
    public static final byte DUE_BY_WALL = 0x38;

    private static final byte THIRD_VERSION = 3;
    private static final byte SECOND_VERSION = 2;
    private static final byte FIRST_VERSION = 1;
    /** Kind, version, flags, length. */
    public static final int HEADER_BYTES = 8;

    /** Flag of a topic or group that goes with its last user. */
    static final int FLAG_EPHEMERAL = 1;
    /** Flag of an ACK: the messages were filtered, not done. */
    static final int FLAG_FILTERED = 1;

    /** Flag of a DROP: one group drops, not all of the topic. */
    static final int FLAG_ONE_GROUP = 1;
    /** Flag of a DROP: what all groups are done with is kept no longer. */
    static final int FLAG_HISTORY = 2;

    /** Why an attempt ended without success. */
    public static final int REASON_RETRY = 1;
    public static final int REASON_TIMEOUT = 2;
    public static final int REASON_SESSION = 3;
    public static final int REASON_BURIED = 4;
    /** Given back, and the attempt is not counted. */
    public static final int REASON_NOT_COUNTED = 5;
    /** Given up by an operator while it waited. */
    public static final int REASON_ARCHIVED = 6;

    private Records() {}

    /** Whether it is an {@link Attempt} or an {@link Output}. */
    static boolean isNote(byte kind) {
        return kind == ATTEMPT || kind == OUTPUT;
    }

    /** The version that is written; all from 1 on are read. */
    public static byte version(byte kind) {
        return switch (kind) {
            case DROP -> THIRD_VERSION;
            case MOVE, GROUP_POLICY -> SECOND_VERSION;
            case BodyLayout.DEFER, BodyLayout.ENQUEUE -> BodyLayout.WITH_WALL_DUE;
            default -> FIRST_VERSION;
        };
    }

    /** Name of a kind, for dumps and messages. */
    public static String name(byte kind) {
        return switch (kind) {
            case PAD -> "PAD";
            case TOPIC_CREATE -> "TOPIC_CREATE";
            case GROUP_CREATE -> "GROUP_CREATE";
            case TOPIC_DELETE -> "TOPIC_DELETE";
            case GROUP_DELETE -> "GROUP_DELETE";
            case TOPIC_EMPTY -> "TOPIC_EMPTY";
            case GROUP_EMPTY -> "GROUP_EMPTY";
            case TOPIC_PAUSE -> "TOPIC_PAUSE";
            case GROUP_PAUSE -> "GROUP_PAUSE";
            case GROUP_POLICY -> "GROUP_POLICY";
            case BodyLayout.PUBLISH -> "PUBLISH";
            case BodyLayout.DEFER -> "DEFER";
            case BodyLayout.ENQUEUE -> "ENQUEUE";
            case TOPIC_TRACK -> "TOPIC_TRACK";
            case GROUP_LIMITS -> "GROUP_LIMITS";
            case GROUP_GATHER -> "GROUP_GATHER";
            case BATCH_CLOSE -> "BATCH_CLOSE";
            case MAIL_SENT -> "MAIL_SENT";
            case MAIL_ADDRESS -> "MAIL_ADDRESS";
            case MAIL_RECEIVED -> "MAIL_RECEIVED";
            case TOPIC_HISTORY -> "TOPIC_HISTORY";
            case GROUP_REPLAY -> "GROUP_REPLAY";
            case DEAD_JOB -> "DEAD_JOB";
            case OVER_KEPT -> "OVER_KEPT";
            case ONCE -> "ONCE";
            case LEASE_EACH -> "LEASE_EACH";
            case KEEP -> "KEEP";
            case END -> "END";
            case TRACK -> "TRACK";
            case OUTPUT -> "OUTPUT";
            case ARCHIVE -> "ARCHIVE";
            case LEASE -> "LEASE";
            case ACK -> "ACK";
            case RETRY -> "RETRY";
            case EXTEND -> "EXTEND";
            case DUE -> "DUE";
            case DUE_BY_WALL -> "DUE_BY_WALL";
            case DEAD -> "DEAD";
            case REDRIVE -> "REDRIVE";
            case DEAD_PURGE -> "DEAD_PURGE";
            case MOVE -> "MOVE";
            case ATTEMPT -> "ATTEMPT";
            case DROP -> "DROP";
            default -> "kind " + kind;
        };
    }

    /** What a reason is called towards users. */
    public static String reason(int reason) {
        return switch (reason) {
            case REASON_RETRY -> "attempts exhausted: the last one was given back";
            case REASON_TIMEOUT -> "attempts exhausted: the last lease ended by time";
            case REASON_SESSION -> "attempts exhausted: the last worker went away";
            case REASON_BURIED -> "buried by a worker";
            case REASON_ARCHIVED -> "archived";
            default -> "reason " + reason;
        };
    }

    /** How an attempt ended, towards users. */
    static String attemptReason(int reason) {
        return switch (reason) {
            case REASON_RETRY -> "given back";
            case REASON_TIMEOUT -> "the lease ended by time";
            case REASON_SESSION -> "the worker went away";
            case REASON_BURIED -> "buried";
            case REASON_NOT_COUNTED -> "given back without being counted";
            default -> "reason " + reason;
        };
    }
}
