package dev.millrace.door.grpc;

import dev.millrace.grpc.v1.ErrorDetail.Category;
import dev.millrace.grpc.v1.Open;
import dev.millrace.node.Broker;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** All workers' sessions, those that wait for their client included. Thread-safe. */
final class WorkerSessions {
    /** How often silence is looked for. */
    static final int SWEEP_MILLIS = 250;
    /** Later than this, and the process stood still. */
    private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int ID_BYTES = 16;

    private final Broker broker;
    private final Executor threads;
    private final int most;
    private final SecureRandom random = new SecureRandom();
    private final ConcurrentHashMap<String, WorkerSession> sessions = new ConcurrentHashMap<>();
    private volatile boolean stopping;
    private long sweptAtNanos = System.nanoTime();

    WorkerSessions(Broker broker, Executor threads, int most) {
        this.broker = broker;
        this.threads = threads;
        this.most = most;
    }

    /** Gives the stream its session: the one it names, or a new one. Refuses what is wrong. */
    WorkerSession open(Open open, WorkerStream stream) {
        if (stopping) {
            throw new RefusedException(
                    Refusals.detail(Category.CATEGORY_UNAVAILABLE, "the server is stopping; try again later"));
        }
        List<Place> wishes = OpenReader.places(open, broker);
        WorkerSession known = sessions.get(open.getResume().getSessionId());
        WorkerSession session = known == null ? create(open) : known;
        session.open(stream, wishes);
        return session;
    }

    private WorkerSession create(Open open) {
        if (sessions.size() >= most) {
            throw RefusedException.limit("the server has as many workers' sessions as grpc-max-sessions allows: "
                    + most);
        }
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        WorkerSession session = new WorkerSession(HexFormat.of().formatHex(id), open, broker, this, threads);
        sessions.put(session.id(), session);
        return session;
    }

    void ended(WorkerSession session) {
        sessions.remove(session.id(), session);
    }

    int count() {
        return sessions.size();
    }

    /** Ends those of which nothing is heard; called every {@link #SWEEP_MILLIS} by one thread at a time. */
    void sweep() {
        long now = System.nanoTime();
        boolean stood = now - sweptAtNanos > STALL_NANOS;
        sweptAtNanos = now;
        for (WorkerSession session : sessions.values()) {
            if (stood) {
                session.forgiveSilence();
            } else {
                session.endIfSilent(now);
            }
        }
    }

    /** From now on no session is opened; those that are end when their results are carried out. */
    void stop() {
        stopping = true;
        sessions.values().forEach(WorkerSession::stop);
    }
}
