package dev.millrace.client;

import dev.millrace.api.ConnectOptions;
import dev.millrace.api.DeadLetter;
import dev.millrace.api.GroupStart;
import dev.millrace.api.Message;
import dev.millrace.api.MessageId;
import dev.millrace.api.MillraceException;
import dev.millrace.api.Page;
import dev.millrace.api.Published;
import dev.millrace.api.RetryPolicy;
import dev.millrace.api.TopicStats;
import dev.millrace.api.spi.Engine;
import dev.millrace.api.spi.Feed;
import dev.millrace.api.spi.FeedListener;
import dev.millrace.api.spi.Leased;
import dev.millrace.api.spi.TaskEngine;
import dev.millrace.grpc.v1.GetServerResponse;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** The API's engine behind a connection. Thread-safe. */
final class GrpcEngine implements Engine {
    private static final int TICK_MILLIS = 2_500;
    private static final int SWEEP_MILLIS = 250;
    private static final long GOODBYE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Link link;
    private final long timeoutMillis;
    private final ExecutorService threads = Executors.newCachedThreadPool(daemons("millrace-client-"));
    private final ScheduledExecutorService timer = Executors
            .newSingleThreadScheduledExecutor(daemons("millrace-timer-"));
    private final PublishLine line;
    private final EnqueueLine enqueues;
    private final GrpcTasks tasks;
    private final AdminCalls admin;
    private final Set<WorkerSession> sessions = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();

    GrpcEngine(Link link, ConnectOptions options, GetServerResponse server) {
        this.link = link;
        timeoutMillis = options.timeout().toMillis();
        line = new PublishLine(link, timeoutMillis, server.getMaxRequestBytes());
        enqueues = new EnqueueLine(link, timeoutMillis, server.getMaxRequestBytes());
        admin = new AdminCalls(link, timeoutMillis);
        tasks = new GrpcTasks(this, enqueues);
        every(TICK_MILLIS, () -> sessions.forEach(WorkerSession::tick));
        every(SWEEP_MILLIS, line::sweep);
        every(SWEEP_MILLIS, enqueues::sweep);
    }

    private static ThreadFactory daemons(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    @SuppressWarnings("FutureReturnValueIgnored") // it ends with the timer
    private void every(int millis, Runnable task) {
        timer.scheduleWithFixedDelay(task, millis, millis, TimeUnit.MILLISECONDS);
    }

    /** Runs it on the timer's thread, which it must not hold up; not once the engine is closed. */
    @SuppressWarnings("FutureReturnValueIgnored") // it ends with the timer
    void after(long millis, Runnable task) {
        if (!closed.get()) {
            timer.schedule(task, millis, TimeUnit.MILLISECONDS);
        }
    }

    Link link() {
        return link;
    }

    long timeoutMillis() {
        return timeoutMillis;
    }

    @Override
    public Executor executor() {
        return threads;
    }

    // ---- messages ----

    @Override
    public CompletableFuture<List<MessageId>> publish(String topic, List<Message> messages) {
        try {
            return line.publish(topic, messages);
        } catch (MillraceException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletableFuture<List<Published>> publishOnce(String topic, List<Message> messages) {
        try {
            return line.publishOnce(topic, messages);
        } catch (MillraceException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletableFuture<Feed> subscribe(String topic, String group, long leaseMillis, FeedListener listener) {
        return subscribe(WorkerSession.Wish.group(topic, group, leaseMillis), listener);
    }

    CompletableFuture<Feed> subscribe(WorkerSession.Wish wish, FeedListener listener) {
        WorkerSession session = new WorkerSession(this, wish, listener);
        return start(session, session.opened());
    }

    @Override
    public Optional<TaskEngine> tasks() {
        return Optional.of(tasks);
    }

    @Override
    public CompletableFuture<List<Leased>> pull(String topic, String group, Pull pull) {
        PullSession session = new PullSession(this, topic, group, pull);
        return start(session.session(), session.result());
    }

    private <T> CompletableFuture<T> start(WorkerSession session, CompletableFuture<T> result) {
        sessions.add(session);
        if (closed.get()) {
            session.abandon();
        } else {
            session.start();
        }
        return result;
    }

    /** A session is over. */
    void ended(WorkerSession session) {
        sessions.remove(session);
    }

    // ---- administration ----

    @Override
    public CompletableFuture<Boolean> createTopic(String topic) {
        return admin.createTopic(topic);
    }

    @Override
    public CompletableFuture<Boolean> createGroup(String topic, String group, GroupStart start) {
        return admin.createGroup(topic, group, start);
    }

    @Override
    public CompletableFuture<Void> deleteTopic(String topic) {
        return admin.deleteTopic(topic);
    }

    @Override
    public CompletableFuture<Void> deleteGroup(String topic, String group) {
        return admin.deleteGroup(topic, group);
    }

    @Override
    public CompletableFuture<Void> emptyTopic(String topic) {
        return admin.emptyTopic(topic);
    }

    @Override
    public CompletableFuture<Void> emptyGroup(String topic, String group) {
        return admin.emptyGroup(topic, group);
    }

    @Override
    public CompletableFuture<Void> pauseTopic(String topic, boolean paused) {
        return admin.pauseTopic(topic, paused);
    }

    @Override
    public CompletableFuture<Void> pauseGroup(String topic, String group, boolean paused) {
        return admin.pauseGroup(topic, group, paused);
    }

    @Override
    public CompletableFuture<Void> retryPolicy(String topic, String group, RetryPolicy policy) {
        return admin.retryPolicy(topic, group, policy);
    }

    @Override
    public CompletableFuture<List<TopicStats>> topics() {
        return admin.stats("");
    }

    @Override
    public CompletableFuture<TopicStats> topic(String topic) {
        return admin.stats(topic).thenApply(found -> {
            if (found.isEmpty()) {
                throw new MillraceException.NotFound("there is no topic " + topic);
            }
            return found.get(0);
        });
    }

    @Override
    public CompletableFuture<Page<DeadLetter>> deadLetters(String topic, String group, String cursor, int limit) {
        return admin.deadLetters(topic, group, cursor, limit);
    }

    @Override
    public CompletableFuture<Long> replayDead(String topic, String group, List<MessageId> ids) {
        return admin.replayDead(topic, group, ids);
    }

    @Override
    public CompletableFuture<Long> replayAllDead(String topic, String group) {
        return admin.replayAllDead(topic, group);
    }

    @Override
    public CompletableFuture<Long> purgeDead(String topic, String group, List<MessageId> ids) {
        return admin.purgeDead(topic, group, ids);
    }

    @Override
    public CompletableFuture<Long> purgeAllDead(String topic, String group) {
        return admin.purgeAllDead(topic, group);
    }

    // ---- the end ----

    /** Says goodbye for every session, waits a moment for the answers, and lets the connection go. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        line.close();
        enqueues.close();
        List<WorkerSession> left = List.copyOf(sessions);
        CountDownLatch gone = new CountDownLatch(left.size());
        for (WorkerSession session : left) {
            Ends.of(session.close(), done -> gone.countDown(), failure -> gone.countDown());
        }
        await(gone);
        sessions.forEach(WorkerSession::abandon);
        timer.shutdownNow();
        link.close(); // its last words still need threads, which end by themselves when they are idle
    }

    private static void await(CountDownLatch gone) {
        long deadline = System.nanoTime() + GOODBYE_NANOS;
        boolean interrupted = false;
        boolean over = false;
        while (!over) {
            try {
                over = gone.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)
                        || System.nanoTime() - deadline > 0;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
