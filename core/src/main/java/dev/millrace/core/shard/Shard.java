package dev.millrace.core.shard;

import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogFactory;
import dev.millrace.core.log.RecoveryReport;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.machine.Group;
import dev.millrace.core.machine.Machine;
import dev.millrace.core.machine.MissingException;
import dev.millrace.core.machine.Topic;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
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
    /** Body bytes taken from one session before the next one has its turn. */
    private static final int QUANTUM_BYTES = 256 << 10;
    private static final int TIMERS_PER_CYCLE = 2_000;
    private static final int LEASES_PER_CYCLE = 8_192;
    private static final int ENDED_PER_CYCLE = 1_000;
    private static final int CALLS_PER_CYCLE = 64;
    /** A batch that nobody waits for is appended after this time, or when it has grown to this size. */
    private static final long QUIET_NANOS = 100_000_000;
    private static final long TIDYING_NANOS = 10_000_000_000L;
    private static final long FINAL_SNAPSHOT_NANOS = 10_000_000_000L;
    private static final long LAZY_NANOS = 10_000_000;
    private static final int LAZY_BYTES = 64 << 10;

    private final int number;
    private final int batchBytes;
    private final int reservedBytes;
    private final ShardOptions options;
    private final ShardClock clock;
    private final ShardLog log;
    private final Inbox inbox;
    private final Outbox outbox;
    private final Topology topology;
    private final ShardMetrics metrics = new ShardMetrics();
    private final Machine machine;
    private final RecoveryReport recovery;
    private final Snapshots snapshots;
    private final Reclaimer reclaimer;
    private final Mover mover;
    private final ArrayDeque<Feed> hungry = new ArrayDeque<>();
    private final ArrayDeque<ClientSession> ending = new ArrayDeque<>();
    private final ArrayDeque<Feed.Consumer> settled = new ArrayDeque<>();
    private final List<ClientSession> sessions = new ArrayList<>();
    private final BitSet consumerNumbers = new BitSet();
    private final List<Feed.@Nullable Consumer> consumers = new ArrayList<>();
    private final Feed.Courier courier;

    private long elapsedBaseMillis;
    private final long startNanos;
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
    private int tidyingSnapshots;
    private long snapshotAtNanos;
    private boolean hasRoom = true;
    private boolean recoveredLeases;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable Throwable readFailure;
    private volatile boolean stopped;

    /**
     * Opens the log and recovers; the calling thread becomes the owner until it hands the shard to another.
     *
     * @throws LogException
     *             as {@link LogFactory#open} and {@link ShardLog#recover}
     */
    public Shard(int number, ShardOptions options, LogFactory logs, Surroundings around) {
        this.number = number;
        this.options = options;
        this.clock = around.clock();
        inbox = new Inbox(clock);
        outbox = new Outbox(clock, metrics.publishToDurable());
        topology = new Topology(this, around.listener());
        log = logs.open(number);
        try {
            batchBytes = (int) Math.min(MAX_BATCH_BYTES, log.segmentBytes() / BATCH_SHARE);
            reservedBytes = 4 * batchBytes;
            machine = new Machine(options.origin(), 0, log.segmentBytes());
            snapshots = new Snapshots(machine, log, options.snapshotEveryBytes(), around.background());
            recovery = log.recover(snapshots.replayTarget());
        } catch (RuntimeException e) {
            log.close();
            throw e;
        }
        mover = new Mover(machine, log, around.background());
        reclaimer = new Reclaimer(machine.segments(), log, mover);
        startNanos = clock.nanos();
        syncedAtNanos = startNanos;
        snapshotAtNanos = startNanos;
        long slept = Math.max(0, clock.wallMillis() - recovery.lastWallMillis());
        elapsedBaseMillis = recovery.lastWallMillis() == 0 ? 0 : recovery.lastElapsedMillis() + slept;
        nowMillis = elapsedBaseMillis;
        machine.limitWaiting(options.limits().waiting());
        machine.serve(topology, nowMillis);
        topology.adopt(machine);
        courier = new Feed.Courier() {
            @Override
            public Delivery start(Feed.Consumer consumer, int expected) {
                return new Delivery(consumer, log.reader(), Shard.this::readFailed, expected);
            }

            @Override
            public void send(Feed.Consumer consumer, Delivery delivery) {
                awaited = true;
                metrics.delivered += delivery.size();
                outbox.send(consumer.session, delivery);
            }
        };
    }

    // ---- any thread ----

    public int number() {
        return number;
    }

    /** Opens a session; its listener is called on the owner thread. */
    public Session openSession(SessionListener listener) {
        ClientSession session = new ClientSession(listener, inbox);
        inbox.offer(new PendingCall<>(shard -> {
            shard.sessions.add(session);
            return session;
        }));
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
        nowMillis = elapsedBaseMillis + (began - startNanos) / 1_000_000;
        machine.begin(nowMillis, clock.wallMillis());
        stall.cycleStarts(began, nowMillis, machine);
        attach(reservedBytes);
        hasRoom = log.hasRoom();
        boolean more = endSessions();
        more |= takeCalls();
        more |= takeSessions();
        // After what was received: an ack that is here already is in time.
        more |= !machine.advance(TIMERS_PER_CYCLE);
        forgetSettled();
        more |= feed();
        more |= mover.work();
        machine.finish();
        appendIfDue(began);
        more |= keepHouse(began);
        long ended = clock.nanos();
        metrics.cycle(ended - began);
        stall.cycleEnds(ended);
        return more;
    }

    /** Nanoseconds until {@link #doWork} has something to do by itself, if nothing arrives. */
    public long idleNanos() {
        long now = clock.nanos();
        long wait = 1_000_000_000L;
        long due = machine.nextDueMillis();
        if (due != Long.MAX_VALUE) {
            long dueNanos = (due - elapsedBaseMillis) * 1_000_000 + startNanos - now;
            wait = Math.min(wait, Math.max(0, dueNanos));
        }
        if (!log.batch().isEmpty()) {
            wait = Math.min(wait, Math.max(0, lazySince + LAZY_NANOS - now));
        }
        if (!marked) {
            wait = Math.min(wait, Math.max(0, appendedAtNanos + QUIET_NANOS - now));
        }
        stall.sleepsUntil(now + wait);
        return wait;
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
        if (awaited || began - lazySince >= LAZY_NANOS || log.batch().length() >= LAZY_BYTES) {
            append();
        }
        syncIfDue(began);
    }

    private void append() {
        machine.finish();
        if (!log.batch().isEmpty()) {
            appendBatch();
        }
        awaited = false;
        lazySince = 0;
        outbox.release();
    }

    private void appendBatch() {
        log.batch().stamp(nowMillis, clock.wallMillis());
        log.append(options.syncLevel() == SyncLevel.ALWAYS);
        metrics.appends++;
        appendedAtNanos = clock.nanos();
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
            // Replay keeps a released segment until both kept snapshots are newer.
            tidyingSnapshots = 2;
        }
        boolean tidy = tidyingSnapshots > 0 && began - snapshotAtNanos >= TIDYING_NANOS && snapshots.isWorthwhile();
        if (snapshots.isDue() || tidy) {
            append();
            snapshots.start(nowMillis, clock.wallMillis());
            snapshotAtNanos = began;
            tidyingSnapshots = Math.max(0, tidyingSnapshots - 1);
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
        }
        return true;
    }

    private boolean takeSessions() {
        while (machine.batchLength() < batchBytes) {
            ClientSession session = inbox.pollSession();
            if (session == null) {
                return false;
            }
            take(session);
        }
        return true;
    }

    private void take(ClientSession session) {
        int quantum = QUANTUM_BYTES;
        while (quantum > 0) {
            Submission submission = session.poll();
            if (submission == null) {
                break;
            }
            quantum -= submission.publishedBytes + submission.size * 8;
            makeRoomFor(submission.publishedBytes + submission.size * 64);
            Commands.run(this, submission);
            session.copied(submission);
            if (submission.publishes > 0) {
                awaited = true;
                metrics.publishes += submission.publishes;
                metrics.publishedBytes += submission.publishedBytes;
            }
            outbox.complete(session, submission);
        }
        if (session.isClosing() && !session.ended) {
            end(session);
        }
        session.rest();
    }

    /** Appends what there is if so much more would not fit into the reserved room. */
    private void makeRoomFor(int more) {
        long needed = (long) machine.batchLength() + more + batchBytes;
        if (needed > reserved) {
            append();
            attached = false;
            attach(Math.max(reservedBytes, more + 2 * batchBytes));
        }
    }

    private boolean feed() {
        machine.finish();
        int left = Math.min(LEASES_PER_CYCLE, options.limits().leases() - machine.leases());
        for (int i = hungry.size(); i > 0 && left > 0; i--) {
            Feed feed = hungry.remove();
            feed.queued = false;
            left -= feed.serve(machine, nowMillis, left, courier);
            if (feed.group.deliverable() && feed.isHungry()) {
                enqueue(feed);
            }
        }
        return !hungry.isEmpty();
    }

    void enqueue(Feed feed) {
        if (!feed.queued) {
            feed.queued = true;
            hungry.add(feed);
        }
    }

    // ---- sessions and subscriptions, owner thread ----

    private void end(ClientSession session) {
        session.ended = true;
        sessions.remove(session);
        ending.add(session);
    }

    private boolean endSessions() {
        if (!recoveredLeases) {
            recoveredLeases = !machine.endAllConsumers(ENDED_PER_CYCLE);
            if (!recoveredLeases) {
                return true;
            }
        }
        ClientSession session = ending.peek();
        if (session == null) {
            return false;
        }
        for (int i = session.consumers.size() - 1; i >= 0; i--) {
            Feed.Consumer consumer = session.consumers.get(i);
            consumer.ended = true;
            if (machine.endConsumer(consumer.number, ENDED_PER_CYCLE)) {
                return true;
            }
            forget(consumer);
            session.consumers.remove(i);
        }
        ending.remove();
        return !ending.isEmpty();
    }

    private void forget(Feed.Consumer consumer) {
        consumer.feed.consumers.remove(consumer);
        consumers.set(consumer.number, null);
        consumerNumbers.clear(consumer.number);
        topology.consumerLeft(consumer.feed.group);
    }

    /** Subscribes a session of this shard; creates topic and group when missing. */
    public Subscription subscribe(Session session, String topicName, String groupName, long leaseMillis,
            int maxConsumers) {
        ClientSession client = (ClientSession) session;
        if (client.ended) {
            throw new LimitException("the session has ended");
        }
        Topic topic = topology.topic(topicName);
        Group group = topology.group(topic, groupName, topic.groups().isEmpty());
        Feed feed = topology.feed(group);
        if (maxConsumers > 0 && feed.consumers.size() >= maxConsumers) {
            throw new LimitException("consumers for " + topicName + ":" + groupName + " exceeds limit of "
                    + maxConsumers);
        }
        int free = consumerNumbers.nextClearBit(1);
        consumerNumbers.set(free);
        while (consumers.size() <= free) {
            consumers.add(null);
        }
        Feed.Consumer consumer = new Feed.Consumer(client, feed, free, leaseMillis);
        consumers.set(free, consumer);
        feed.consumers.add(consumer);
        client.consumers.add(consumer);
        return consumer;
    }

    /** Ends a subscription; its leases stay until they are settled or the session ends. */
    public void unsubscribe(Subscription subscription) {
        Feed.Consumer consumer = (Feed.Consumer) subscription;
        consumer.ended = true;
        consumer.feed.consumers.remove(consumer);
        if (consumer.inFlight == 0) {
            settled.add(consumer);
        }
    }

    /** Subscriptions that ended before their session, once their last lease is over. */
    private void forgetSettled() {
        for (Feed.Consumer consumer = settled.poll(); consumer != null; consumer = settled.poll()) {
            if (!consumer.session.ended && consumers.get(consumer.number) == consumer) {
                forget(consumer);
                consumer.session.consumers.remove(consumer);
            }
        }
    }

    void credit(Feed.Consumer consumer, int credit) {
        consumer.credit = credit;
        if (consumer.capacity() > 0 && consumer.feed.group.deliverable()) {
            enqueue(consumer.feed);
        }
    }

    void leaseEnded(int consumerNumber) {
        Feed.Consumer consumer = consumerNumber < consumers.size() ? consumers.get(consumerNumber) : null;
        if (consumer != null) {
            consumer.inFlight--;
            if (consumer.ended && consumer.inFlight == 0) {
                settled.add(consumer); // not at once: the machine is in the middle of a command
            } else if (consumer.capacity() > 0 && consumer.feed.group.deliverable()) {
                enqueue(consumer.feed);
            }
        }
    }

    /** Ends the sessions that subscribed a group that is gone. */
    void groupGone(Feed feed, String reason) {
        for (Feed.Consumer consumer : List.copyOf(feed.consumers)) {
            if (!consumer.session.ended) {
                consumer.session.listener.ended(reason);
                end(consumer.session);
            }
        }
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

    /** Bytes of bodies that one publish command may have. */
    public long maxPublishBytes() {
        return log.segmentBytes() / 2;
    }

    /** Whether commands that add bodies may be taken. */
    public boolean hasRoom() {
        return hasRoom;
    }

    // ---- the end ----

    private void readFailed(LogException reason) {
        readFailure = reason;
        inbox.wake();
    }

    /** Stops in good order: appends what there is, tells sessions, closes the log. */
    public void stop() {
        if (stopped) {
            return;
        }
        try {
            append();
            finalSnapshot();
            log.close();
        } catch (RuntimeException e) {
            failure = e;
        }
        end("the server is stopping");
    }

    /** So that the next start has nothing to replay; given up after {@value #FINAL_SNAPSHOT_NANOS} ns. */
    private void finalSnapshot() {
        if (log.tail() == snapshots.lastPosition() && !snapshots.isActive()) {
            return;
        }
        long deadline = clock.nanos() + FINAL_SNAPSHOT_NANOS;
        while (snapshots.isActive() && clock.nanos() < deadline) {
            if (!snapshots.work()) {
                snapshots.awaitBackground();
            }
        }
        if (!snapshots.isActive()) {
            snapshots.start(nowMillis, clock.wallMillis());
            while (snapshots.isActive() && clock.nanos() < deadline) {
                if (!snapshots.work()) {
                    snapshots.awaitBackground();
                }
            }
        }
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
            reason.addSuppressed(e);
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
        for (ClientSession session : List.copyOf(sessions)) {
            if (!session.ended) {
                session.ended = true;
                session.listener.ended(message);
            }
        }
        sessions.clear();
    }
}
