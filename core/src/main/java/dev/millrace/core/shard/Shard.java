package dev.millrace.core.shard;

import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogFactory;
import dev.millrace.core.log.RecoveryReport;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.machine.HeldLeases;
import dev.millrace.core.machine.Machine;
import dev.millrace.core.machine.MissingException;
import dev.millrace.core.machine.Parcel;
import dev.millrace.core.machine.PlantedBugs;
import dev.millrace.core.machine.PlantedBugs.Bug;
import dev.millrace.core.shard.Slices.Part;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A shard at work: takes commands from its inbox, lets the machine decide, appends the batch, lets the answers go.
 *
 * <p>
 * {@link #doWork} is one cycle, run again and again by the one thread that owns the shard ({@link ShardThread}, or a
 * simulator). What arrives while a batch is being synced is the next batch. No answer, delivery or query result leaves
 * before everything it depends on is durable (at the sync level chosen).
 *
 * <p>
 * Thread safety: {@link #openSession}, {@link #call} and {@link #stopped} may be used from any thread; everything else
 * belongs to the owner thread.
 */
public final class Shard {
    /** A batch that holds so much is appended before more commands are taken. */
    private static final int MAX_BATCH_BYTES = 512 << 10;
    /** Of a segment, a batch takes at most one in so many before it is closed; small segments are for tests. */
    private static final int BATCH_SHARE = 16;
    private static final int TIMERS_PER_CYCLE = 2_000;
    private static final int LEASES_PER_CYCLE = 8_192;
    private static final int CALLS_PER_CYCLE = 64;
    /** A lease writes at most so much, or a look at a group that leads to none. */
    private static final int LEASE_BYTES = 64;
    /** What falls due, the end of a lease with the note of its attempt included, writes at most so much. */
    private static final int END_BYTES = 192;
    private static final int MOVE_BYTES = 64;
    private static final long QUIET_NANOS = 100_000_000;
    /** A jump of the wall clock is noticed within this time. */
    private static final long MAX_SLEEP_NANOS = 1_000_000_000L;
    private static final long FINAL_SNAPSHOT_NANOS = 10_000_000_000L;
    /** A batch that nobody waits for is appended after this time, or when it has grown to this size. */
    private static final long LAZY_NANOS = 10_000_000;
    private static final int LAZY_BYTES = 64 << 10;

    private final int number;
    private final PlantedBugs bugs;
    private final int batchBytes;
    private final int reservedBytes;
    private final ShardOptions options;
    private final ShardClock clock;
    private final ShardLog log;
    private final Inbox inbox;
    private final Outbox outbox;
    private final Topology topology;
    private final ShardMetrics metrics;
    private final Machine machine;
    private final RecoveryReport recovery;
    private final Snapshots snapshots;
    private final Reclaimer reclaimer;
    private final Outstanding outstanding = new Outstanding();
    private final Mover mover;
    private final Consumers consumers;
    private final Quotas quotas;
    private final Dispatch dispatch;
    private final Intake intake;
    private final Carrier carrier;
    private final Faults faults;
    private final ClockJumps jumps;
    private final ShardTime time;
    private long nowMillis;
    private boolean attached;
    private int reserved;
    private boolean awaited;
    private long lazySince;
    private long syncedAtNanos;
    private final Stall stall = new Stall();
    private long appendedAtNanos;
    /** The last batch is an empty one, or there is none. */
    private boolean marked = true;
    private boolean hasRoom = true;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable Throwable readFailure;
    private volatile boolean stopped;
    private volatile boolean hurried;

    /**
     * Opens the log and recovers; the calling thread becomes the owner until it hands the shard to another.
     *
     * @throws LogException
     *             as {@link LogFactory#open} and {@link ShardLog#recover}
     */
    public Shard(int number, ShardOptions options, LogFactory logs, Surroundings around) {
        this(number, options, logs, around, PlantedBugs.NONE);
    }

    /** The same, with planted bugs. */
    public Shard(int number, ShardOptions options, LogFactory logs, Surroundings around, PlantedBugs bugs) {
        this.bugs = bugs;
        this.number = number;
        this.options = options;
        this.clock = around.clock();
        inbox = new Inbox(clock);
        metrics = new ShardMetrics(around.listener());
        outbox = new Outbox(clock, metrics);
        topology = new Topology(this, around.listener());
        log = logs.open(number);
        try {
            batchBytes = (int) Math.min(MAX_BATCH_BYTES, log.segmentBytes() / BATCH_SHARE);
            reservedBytes = 4 * batchBytes;
            machine = new Machine(options.origin(), 0, log.segmentBytes(), bugs);
            machine.tracked().mail().shard(number);
            faults = new Faults(machine, metrics, around.listener());
            snapshots = new Snapshots(machine, log, options.snapshotEveryBytes(), around.background(), clock.nanos(),
                    faults::snapshotFailed);
            recovery = log.recover(snapshots.replayTarget());
        } catch (RuntimeException e) {
            log.close();
            throw e;
        }
        jumps = new ClockJumps(faults);
        mover = new Mover(machine, log, around.background(), bugs);
        reclaimer = new Reclaimer(machine.segments(), log, mover, outstanding, faults::moveFailed, clock.nanos());
        time = new ShardTime(clock, recovery);
        syncedAtNanos = time.startNanos();
        nowMillis = time.elapsedMillis(time.startNanos());
        machine.limit(options.limits().ceilings());
        consumers = new Consumers(this, machine, nowMillis);
        quotas = new Quotas(machine, options.limits(), clock);
        carrier = new Carrier(this, machine, log, around);
        machine.serve(topology, nowMillis, clock.wallMillis());
        machine.tracked().mail().epoch(log.epoch());
        carrier.adopt();
        topology.adopt(machine);
        dispatch = new Dispatch(log, outbox, outstanding, metrics, this::readFailed);
        intake = new Intake(this, clock, outbox);
    }

    // ---- any thread ----

    public int number() {
        return number;
    }

    /** Opens a session; its listener is called on the owner thread. */
    public Session openSession(SessionListener listener) {
        return openSession(listener, SessionKind.ORDINARY);
    }

    /** Opens a session of this kind. */
    public Session openSession(SessionListener listener, SessionKind kind) {
        ClientSession session = new ClientSession(listener, inbox, kind);
        CompletableFuture<Session> opened = call(shard -> {
            shard.consumers.open(session);
            return session;
        });
        opened.exceptionally(reason -> {
            session.tellEnded("the shard has stopped");
            return session;
        });
        return session;
    }

    /**
     * Runs {@code work} on the owner thread; the answer comes once everything it saw is durable.
     *
     * <p>
     * The future fails with what the work threw ({@link MissingException}, {@link LimitException}), or with
     * {@link ShardException} when the shard stops first.
     */
    public <T> CompletableFuture<T> call(Function<Shard, T> work) {
        PendingCall<T> call = new PendingCall<>(work);
        inbox.offer(call);
        Throwable reason = failure;
        if (stopped || reason != null) {
            call.fail(new ShardException("shard " + number + " is not serving", reason));
        }
        return call.future;
    }

    /** Whether it will do no more work. */
    public boolean stopped() {
        return stopped;
    }

    /** Why it stopped by itself, or null. */
    public @Nullable Throwable failure() {
        return failure;
    }

    public RecoveryReport recovery() {
        return recovery;
    }

    public ShardMetrics metrics() {
        return metrics;
    }

    /** Bytes of bodies that wait to be taken, all sessions together. */
    public long inboxBytes() {
        return inbox.bytes.get();
    }

    /** Figures of the log; from the owner thread or once stopped. */
    public ShardLog log() {
        return log;
    }

    Inbox inbox() {
        return inbox;
    }

    // ---- the cycle, owner thread ----

    /** One cycle; returns whether there may be more to do at once. */
    public boolean doWork() {
        Throwable reason = readFailure;
        if (reason != null) {
            throw new LogException(LogException.Category.DAMAGED, String.valueOf(reason.getMessage()), reason);
        }
        long began = clock.nanos();
        readClocks(began);
        jumps.look(began, clock.wallMillis());
        stall.cycleStarts(began, nowMillis, machine);
        attach(reservedBytes);
        hasRoom = log.hasRoom();
        Slices slices = metrics.slices().begin(began);
        boolean more = consumers.endSome();
        topology.dropEphemerals();
        slices.ended(Part.ENDINGS, clock.nanos());
        more |= takeCalls();
        slices.ended(Part.CALLS, clock.nanos());
        more |= intake.work();
        more |= carrier.work(began);
        slices.ended(Part.COMMANDS, clock.nanos());
        // After what was received: an ack that is here already is in time.
        makeRoomFor(0);
        more |= !machine.advance(Math.min(TIMERS_PER_CYCLE, endsPerSlice()));
        consumers.forgetSettled();
        slices.ended(Part.TIMERS, clock.nanos());
        more |= feed();
        slices.ended(Part.DELIVERIES, clock.nanos());
        makeRoomFor(0);
        more |= quotas.work(began);
        more |= mover.work(batchBytes / MOVE_BYTES);
        machine.finish();
        slices.ended(Part.RELOCATION, clock.nanos());
        appendIfDue(began);
        more |= keepHouse(began);
        long ended = clock.nanos();
        slices.ended(Part.HOUSEKEEPING, ended);
        metrics.cycle(ended - began);
        stall.cycleEnds(ended);
        return more || consumers.areEnding();
    }

    /** Nanoseconds until {@link #doWork} has something to do by itself, if nothing arrives. */
    public long idleNanos() {
        long now = clock.nanos();
        long wait = time.untilDue(machine, now, MAX_SLEEP_NANOS);
        if (!log.batch().isEmpty()) {
            wait = Math.min(wait, Math.max(0, lazySince + LAZY_NANOS - now));
        }
        wait = Math.min(wait, carrier.idleNanos(now));
        if (!marked) {
            wait = Math.min(wait, Math.max(0, appendedAtNanos + QUIET_NANOS - now));
        }
        stall.sleepsUntil(now + wait);
        return wait;
    }

    /** Commands that follow happen at this very moment. */
    void readClocks() {
        readClocks(clock.nanos());
    }

    /** Commands that follow happen now. */
    void readClocks(long nanos) {
        nowMillis = time.elapsedMillis(nanos);
        machine.begin(nowMillis, clock.wallMillis());
    }

    private void attach(int bytes) {
        if (!attached) {
            machine.attach(log.batch(), log.reserve(bytes));
            reserved = bytes;
            attached = true;
        }
    }

    private void appendIfDue(long began) {
        boolean empty = log.batch().isEmpty();
        if (empty) {
            // Only what was durable already was seen.
            outbox.release();
            awaited = false;
            if (!marked && began - appendedAtNanos >= QUIET_NANOS) {
                // An empty batch records that the one before it is durable.
                appendBatch();
                marked = true;
            }
            syncIfDue(began);
            return;
        }
        if (lazySince == 0) {
            lazySince = began;
        }
        if (awaited || began - lazySince >= LAZY_NANOS || log.batch().length() >= Math.min(LAZY_BYTES, batchBytes)) {
            append();
        }
        syncIfDue(began);
    }

    private void append() {
        faults.appendBegins();
        machine.finish();
        if (bugs.has(Bug.REPLY_BEFORE_DURABLE)) {
            outbox.release();
        }
        if (!log.batch().isEmpty()) {
            appendBatch();
        }
        awaited = false;
        lazySince = 0;
        outbox.release();
        faults.appendEnds();
    }

    private void appendBatch() {
        log.batch().stamp(nowMillis, machine.wallMillis());
        long began = clock.nanos();
        log.append(options.syncLevel() == SyncLevel.ALWAYS);
        metrics.appends++;
        appendedAtNanos = clock.nanos();
        metrics.append().record(appendedAtNanos - began);
        marked = false;
        attached = false;
    }

    private void syncIfDue(long now) {
        if (options.syncLevel() == SyncLevel.INTERVAL && log.durable() < log.tail()
                && now - syncedAtNanos >= options.syncIntervalMillis() * 1_000_000) {
            log.sync();
            syncedAtNanos = now;
        }
    }

    /** Snapshots and the release of log segments, a slice at a time. */
    private boolean keepHouse(long began) {
        long releases = reclaimer.releases();
        if (log.batch().isEmpty()) {
            reclaimer.work(began);
        }
        if (reclaimer.releases() > releases) {
            snapshots.tidy();
        }
        if (snapshots.isDue(began)) {
            append();
            if (!snapshots.isWorthwhile()) {
                // Nothing happened since the last one, and only a newer one gives the segments back.
                attach(reservedBytes);
                appendBatch();
                marked = true;
            }
            snapshots.start(nowMillis, machine.wallMillis(), began);
        }
        return snapshots.work();
    }

    private boolean takeCalls() {
        for (int i = 0; i < CALLS_PER_CYCLE; i++) {
            PendingCall<?> call = inbox.pollCall();
            if (call == null) {
                return false;
            }
            makeRoomFor(0);
            call.run(this);
            awaited = true;
            outbox.answer(call);
            if (bugs.has(Bug.QUERY_FROM_UNDURABLE)) {
                call.release();
            }
        }
        return true;
    }

    /** Somebody waits for what this cycle writes. */
    void isAwaited() {
        awaited = true;
    }

    /** How many leases one slice of work may end. */
    int endsPerSlice() {
        return batchBytes / END_BYTES;
    }

    /** Whether more may go into this batch before it is appended. */
    boolean hasRoomInBatch() {
        return machine.batchLength() < batchBytes;
    }

    /** Appends what there is if so much more would not fit into the reserved room. */
    void makeRoomFor(int more) {
        long needed = (long) machine.batchLength() + more + batchBytes;
        if (needed > reserved) {
            append();
            attached = false;
            attach(Math.max(reservedBytes, more + 2 * batchBytes));
            readClocks(clock.nanos());
        }
    }

    private boolean feed() {
        machine.finish();
        makeRoomFor(0);
        int left = Math.min(Math.min(LEASES_PER_CYCLE, batchBytes / LEASE_BYTES),
                options.limits().leases() - machine.leases());
        boolean more = dispatch.serve(machine, left);
        awaited |= dispatch.takeSent();
        return more;
    }

    void enqueue(Feed feed) {
        dispatch.enqueue(feed);
    }

    // ---- sessions and subscriptions, owner thread ----

    /** Subscribes a session of this shard; creates topic and group when missing. */
    public Subscription subscribe(Session session, String topicName, String groupName, long leaseMillis,
            int maxConsumers) {
        return consumers.subscribe((ClientSession) session, topicName, groupName, leaseMillis, maxConsumers);
    }

    /**
     * Subscribes a resumable session, and takes up the leases of one that held these tokens before the shard was opened
     * anew, if they still wait; all of its leases, also those that are not named.
     */
    public Subscription resume(Session session, String topicName, String groupName, long leaseMillis, long[] tokens) {
        return consumers.resume((ClientSession) session, topicName, groupName, leaseMillis, tokens);
    }

    /** Tokens of the leases of a subscription of an ordinary or resumable session. */
    public long[] tokens(Subscription subscription) {
        return new HeldLeases(machine).tokensOf(((Feed.Consumer) subscription).number);
    }

    /** Ends a subscription; its leases stay until they are settled or the session ends. */
    public void unsubscribe(Subscription subscription) {
        consumers.unsubscribe((Feed.Consumer) subscription);
    }

    void credit(Feed.Consumer consumer, int credit) {
        consumer.credit(credit);
        if (consumer.capacity() > 0 && consumer.feed.group.deliverable()) {
            enqueue(consumer.feed);
        }
    }

    Consumers consumers() {
        return consumers;
    }

    // ---- what calls use, owner thread ----

    public Machine machine() {
        return machine;
    }

    /** Topics and groups by name, created on demand. */
    public Topology topology() {
        return topology;
    }

    public ShardOptions options() {
        return options;
    }

    /** Elapsed time of this cycle. */
    public long nowMillis() {
        return nowMillis;
    }

    /** Wall time, now. */
    public long wallMillis() {
        return clock.wallMillis();
    }

    /** Bytes of bodies that one publish command may have. */
    public long maxPublishBytes() {
        return log.segmentBytes() / 2;
    }

    Quotas quotas() {
        return quotas;
    }

    /** Takes mail of another shard; an {@link Outcome}. For calls. */
    public byte receive(Parcel parcel) {
        return Letters.receive(this, parcel);
    }

    Carrier carrier() {
        return carrier;
    }

    Faults faults() {
        return faults;
    }

    PlantedBugs bugs() {
        return bugs;
    }

    /** Whether a command that adds bodies may be taken; if not, the metrics say why. */
    boolean hasRoom() {
        if (!hasRoom) {
            metrics.refusedForRoom(log.usage());
        }
        return hasRoom;
    }

    /** A message that this consumer has was cancelled. */
    void stopAsked(long token, int consumer) {
        consumers.stopAsked(token, consumer, outbox);
    }

    /** Something was due at this elapsed time and is ready now. */
    void wasDue(long dueMillis) {
        outbox.wasDue(time.nanos(dueMillis), clock.nanos());
    }

    /** The same at this wall time. */
    void wasDueByWall(long dueMillis) {
        outbox.wasDue(time.nanosOfWall(dueMillis), clock.nanos());
    }

    // ---- the end ----

    private void readFailed(LogException reason) {
        readFailure = reason;
        inbox.wake();
    }

    /** A stop in good order that is under way, or comes, does without a snapshot. Any thread. */
    public void hurry() {
        hurried = true;
    }

    /** Stops in good order: appends what there is, takes a snapshot, tells sessions, closes the log. */
    public void stop() {
        if (stopped) {
            return;
        }
        try {
            readClocks();
            append();
            long deadline = clock.nanos() + FINAL_SNAPSHOT_NANOS;
            snapshots.last(nowMillis, machine.wallMillis(), () -> !hurried && clock.nanos() < deadline);
            log.close();
        } catch (RuntimeException e) {
            failure = e;
        }
        end("the server is stopping");
    }

    /** Stops at once: nothing that is not durable leaves. */
    public void fail(Throwable reason) {
        if (stopped) {
            return;
        }
        failure = reason;
        try {
            log.close();
        } catch (RuntimeException e) {
            // A log that has failed says so again, with the same exception.
            if (!e.equals(reason)) {
                reason.addSuppressed(e);
            }
        }
        end("the shard has stopped; what was under way has an unknown outcome");
    }

    private void end(String message) {
        stopped = true;
        ShardException unknown = new ShardException("shard " + number + ": " + message, failure);
        outbox.fail(unknown);
        for (PendingCall<?> call = inbox.pollCall(); call != null; call = inbox.pollCall()) {
            call.fail(unknown);
        }
        consumers.shardEnded(message);
    }
}
