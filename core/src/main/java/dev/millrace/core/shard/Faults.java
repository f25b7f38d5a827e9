package dev.millrace.core.shard;

import dev.millrace.core.log.LogException;
import dev.millrace.core.machine.Machine;

/** What goes wrong in a shard and is got over: counted and told. Owner thread only. */
final class Faults {
    private final Machine machine;
    private final ShardMetrics metrics;
    private final ShardListener listener;
    private static final long MAIL_EVERY_NANOS = 60_000_000_000L;
    private long mailToldNanos;
    private boolean mailTold;
    /** While a batch is written and answers leave: what fails then is no command's failure. */
    private boolean appending;

    Faults(Machine machine, ShardMetrics metrics, ShardListener listener) {
        this.machine = machine;
        this.metrics = metrics;
        this.listener = listener;
    }

    void appendBegins() {
        appending = true;
    }

    void appendEnds() {
        appending = false;
    }

    /** Goes on after a command that threw while it decided; throws it again if it has begun to change the state. */
    void refuse(String what, RuntimeException reason) {
        if (reason instanceof LogException || appending || !machine.decisions.takeBack()) {
            throw reason;
        }
        metrics.failedCommands++;
        listener.failedCommand(what, reason);
    }

    void snapshotFailed(RuntimeException problem) {
        metrics.failedSnapshots++;
        listener.trouble("a snapshot failed: " + problem.getMessage());
    }

    void clockJumped(long millis) {
        metrics.clockJumps++;
        listener.trouble(
                "the wall clock jumped " + (millis < 0 ? "back" : "forward") + " by " + Math.abs(millis) + " ms");
    }

    /** A mail has to wait; told at most once a minute. */
    void mailRefused(long number, String why, long nanos) {
        if (!mailTold || nanos - mailToldNanos >= MAIL_EVERY_NANOS) {
            mailTold = true;
            mailToldNanos = nanos;
            listener.trouble("mail " + number + " waits, one of " + machine.tracked().mail().waiting() + ": " + why);
        }
    }

    void moveFailed(RuntimeException problem) {
        metrics.failedMoves++;
        listener.trouble("moving messages out of old segments failed: " + problem.getMessage());
    }
}
