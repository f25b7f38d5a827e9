package dev.millrace.node;

import java.time.Instant;

/** Where a replay starts. */
public sealed interface ReplayFrom {
    /** The first message that is kept. */
    record Earliest() implements ReplayFrom {}

    /** The first message that was published at this time or later. */
    record Time(Instant instant) implements ReplayFrom {}

    /** This message. */
    record Message(long id) implements ReplayFrom {}
}
