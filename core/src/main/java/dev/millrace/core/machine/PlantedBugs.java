package dev.millrace.core.machine;

import java.util.EnumSet;
import java.util.List;

/**
 * Mistakes that tests plant to prove that the simulator finds them. Nothing but {@link #NONE} can be had outside of this
 * package, so no shipped code can plant one.
 */
public final class PlantedBugs {
    /** No mistakes; what every shipped shard has. */
    public static final PlantedBugs NONE = new PlantedBugs(List.of());

    /** The mistakes there are. */
    public enum Bug {
        /** Answers and deliveries leave before the batch they depend on is written. */
        REPLY_BEFORE_DURABLE,
        /** The answer of a query does not wait for what it saw to be durable. */
        QUERY_FROM_UNDURABLE,
        /** A token is taken for that of whatever lease stands in its slot now. */
        TOKEN_NOT_CHECKED,
        /** A message given back is delivered again under the same attempt number. */
        ATTEMPT_NOT_COUNTED,
        /** Timers fire in the millisecond before the one in which they are due. */
        TICK_EARLY,
        /** Leases that recovery finds never end. */
        LEASE_FORGOTTEN,
        /** Delays count from the beginning of the cycle, not from when the command is taken. */
        DELAY_FROM_CYCLE_START,
        /** Records say that messages were moved before the copies are synced. */
        COPIES_NOT_SYNCED,
        /** The number in a topic reference is believed without comparing the name. */
        TOPIC_NUMBER_TRUSTED,
        /** A unique key is free again two milliseconds before its window ends. */
        UNIQUE_WINDOW_SHORT,
        /** When the current message of an ordering key is over, two others become current. */
        KEY_RELEASED_TWICE,
        /** What has gathered is delivered two milliseconds before its grace period is over. */
        GRACE_SHORT,
        /** A member of a batch counts when it dies, and again when it is done after it was offered anew. */
        MEMBER_COUNTED_TWICE,
        /** The next step of a chain is enqueued, but its mail is not forgotten. */
        MAIL_NOT_FORGOTTEN,
        /** A letter of another shard that came before is taken again. */
        LETTER_TAKEN_TWICE,
        /** Of a letter whose topic is deleted while it is under way the shard says itself that nothing comes of it. */
        LETTER_NOT_CALLED_BACK,
        /** A step follows a task that is dead. */
        STEP_AFTER_DEATH,
        /** A member that expires does not count in its batch. */
        MEMBER_LOST,
        /** What gathers waits for its grace period, however long the first has waited. */
        GATHER_DELAY_FORGOTTEN,
        /** Messages that wait do not count for more after a while. */
        AGEING_FORGOTTEN,
        /** What leases had of a limit at recovery is never given back. */
        LIMIT_SLOT_LOST,
        /** That a message which a worker has was cancelled is forgotten at recovery. */
        CANCEL_FORGOTTEN,
        /** A message expires two milliseconds after its time. */
        EXPIRY_LATE,
        /** What waits for the wall clock does not see that it is set. */
        WALL_NOT_FOLLOWED,
        /** A group that was read from a snapshot hands out what has the lowest priority. */
        PRIORITY_FORGOTTEN
    }

    private final EnumSet<Bug> bugs = EnumSet.noneOf(Bug.class);

    private PlantedBugs(List<Bug> planted) {
        bugs.addAll(planted);
    }

    static PlantedBugs of(List<Bug> planted) {
        return new PlantedBugs(planted);
    }

    public boolean has(Bug bug) {
        return bugs.contains(bug);
    }
}
