package dev.millrace.core.machine;

import org.jspecify.annotations.Nullable;

/**
 * A group's state: a cursor into its topic, and what is not as the cursor alone would say.
 *
 * <p>
 * Every message below the cursor is done unless it is leased, retrying, given back ({@link #returned}) or dead, and only
 * those have entries. Conservation: offered = scheduled + ready + leased + retrying + done + dead + cancelled +
 * expired + purged + filtered + dropped.
 *
 * <p>
 * Thread safety: owner thread only.
 */
public final class Group {
    final int number;
    final Topic topic;
    final String name;
    final boolean ephemeral;
    /** Given back and deliverable: seq (48) | attempts (16), in the order of return. */
    LongQueue returned = new LongQueue();
    final DeadTable deadTable = new DeadTable();
    /** What past attempts of messages that are not dead left. */
    NoteTable notes = new NoteTable();
    /** The same of dead letters. */
    NoteTable deadNotes = new NoteTable();
    boolean paused;
    /** Rises when the group is emptied, so that leases and retries from before are known to be gone. */
    int generation;
    final long startSeq;
    /** Next message of the topic that was never delivered; in none of its gaps. */
    long cursor;
    /** Chunk that holds the cursor, or the number of chunks when there is none. */
    int cursorOrdinal;
    /** Dead letters that went back to ready. */
    long redriven;
    /** Tracked messages that are not due yet. */
    long scheduled;
    long leased;
    long retrying;
    long done;
    long dead;
    long cancelled;
    long expired;
    long purged;
    long filtered;
    long dropped;
    long retries;
    long timeouts;
    int maxAttempts;
    long minBackoffMillis;
    long maxBackoffMillis;
    int jitterPercent;
    /** Messages that a replay offered anew. */
    long replayed;
    final Replays replays = new Replays();
    final DeadJob deadJob = new DeadJob();
    boolean removed;
    private @Nullable Tracking tracking;
    /** Leases and retries that name this group, those from before it was emptied or deleted included. */
    long held;
    /** Whose turn it was last when only one message could be taken. Not part of the state. */
    boolean backFirst;
    /** For the runtime: whatever it wants to find here. Not part of the state. */
    private Object attachment = Group.class;

    Group(int number, Topic topic, String name, boolean ephemeral, long startSeq) {
        this.number = number;
        this.topic = topic;
        this.name = name;
        this.ephemeral = ephemeral;
        this.startSeq = startSeq;
        this.cursor = startSeq;
    }

    public int number() {
        return number;
    }

    public Topic topic() {
        return topic;
    }

    public String name() {
        return name;
    }

    public boolean ephemeral() {
        return ephemeral;
    }

    public boolean paused() {
        return paused;
    }

    /** False once the group or its topic was deleted. */
    public boolean exists() {
        return !removed;
    }

    public long offered() {
        return topic.offeredSeq - startSeq + replayed;
    }

    /** Whether the message of this dead letter was offered anew since it died. */
    boolean wasReplayed(int number) {
        return !replays.isEmpty() && deadTable.holds(number)
                && replays.covers(deadTable.seqAndAttempts(number) >>> 16, number);
    }

    /** Those among the offered that a replay offered anew. */
    public long replayed() {
        return replayed;
    }

    /** The last job about all dead letters of the group. */
    public DeadJob deadJob() {
        return deadJob;
    }

    public long ready() {
        return tracking != null ? tracking.ready : fresh() + returned.size();
    }

    /** Of a group of a tracked topic. */
    Tracking tracking() {
        if (tracking == null) {
            throw new IllegalStateException("the messages of topic " + topic.name + " are not tracked");
        }
        return tracking;
    }

    void track(Tracking what) {
        tracking = what;
    }

    boolean tracked() {
        return tracking != null;
    }

    /** Messages that are offered and were never delivered. */
    long fresh() {
        return topic.gaps.isEmpty() ? topic.offeredSeq - cursor : topic.gaps.apart(cursor, topic.offeredSeq);
    }

    /** How many of {@code max} messages should be ones that were given back: half, more when there are no others. */
    int shareOfReturned(int max) {
        long back = returned.size();
        long fresh = fresh();
        int half = max / 2;
        if (max % 2 == 1 && back > 0 && fresh > 0) {
            // The odd one goes to each in turn, so that neither starves where one is taken at a time.
            backFirst = !backFirst;
            half += backFirst ? 1 : 0;
        }
        long first = Math.min(back, fresh == 0 ? max : half);
        return (int) Math.min(back, max - Math.min(fresh, max - first));
    }

    /** Whether a delivery could be made now if somebody wanted one. */
    public boolean deliverable() {
        if (tracking != null) {
            return !paused && !removed && !topic.paused && tracking.hasCandidates();
        }
        return !paused && !removed && (cursor < topic.offeredSeq || !returned.isEmpty());
    }

    /** Tracked messages that wait for the instant at which they may be delivered first. */
    public long scheduled() {
        return scheduled;
    }

    /** How it hands out; of a tracked topic. */
    public GroupLimits limits() {
        return tracking().settings;
    }

    /** When messages of one group key are delivered together; of a tracked topic. */
    public GatherLimits gatherLimits() {
        return tracking().gathering.settings;
    }

    /** Done messages that are kept to be looked at. */
    public long kept() {
        return tracking == null ? 0 : tracking.kept;
    }

    public long leased() {
        return leased;
    }

    public long retrying() {
        return retrying;
    }

    public long done() {
        return done;
    }

    public long dead() {
        return dead;
    }

    public long cancelled() {
        return cancelled;
    }

    public long expired() {
        return expired;
    }

    public long purged() {
        return purged;
    }

    public long filtered() {
        return filtered;
    }

    public long dropped() {
        return dropped;
    }

    public long retries() {
        return retries;
    }

    public long redriven() {
        return redriven;
    }

    public long timeouts() {
        return timeouts;
    }

    public int maxAttempts() {
        return maxAttempts;
    }

    public long minBackoffMillis() {
        return minBackoffMillis;
    }

    public long maxBackoffMillis() {
        return maxBackoffMillis;
    }

    /** By how much of itself a backoff is shortened at most. */
    public int jitterPercent() {
        return jitterPercent;
    }

    /** Delay before the attempt after {@code attempts} failed ones. */
    static long backoffMillis(int attempts, long minMillis, long maxMillis) {
        int doublings = Math.min(Math.max(0, attempts - 1), 40);
        long delay = minMillis << doublings;
        return delay >>> doublings != minMillis || delay > maxMillis ? maxMillis : delay;
    }

    public void attach(Object object) {
        attachment = object;
    }

    public Object attachment() {
        return attachment;
    }
}
