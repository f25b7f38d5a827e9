package dev.millrace.bench.e2e;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The workloads by their ids. An id that ends in o is the same with syncing left to the operating system. */
enum Workload {
    P1(Kind.PRODUCE, "produce 100 B, MPUB 100, window 1,000", 100, 100, 1_000, 4_000_000),
    P1W(Kind.PRODUCE, "produce 100 B, MPUB 100, window 10,000", 100, 100, 10_000, 4_000_000),
    P1O(Kind.PRODUCE, "P1, sync by the operating system", 100, 100, 1_000, 4_000_000),
    P1WO(Kind.PRODUCE, "P1w, sync by the operating system", 100, 100, 10_000, 4_000_000),
    P2(Kind.PRODUCE, "produce 1 KiB, MPUB 100, window 1,000", 1_024, 100, 1_000, 1_000_000),
    P2W(Kind.PRODUCE, "produce 1 KiB, MPUB 100, window 10,000", 1_024, 100, 10_000, 1_000_000),
    P2O(Kind.PRODUCE, "P2, sync by the operating system", 1_024, 100, 1_000, 1_000_000),
    P3(Kind.PRODUCE, "produce 100 B, single PUB, window 256", 100, 1, 256, 1_000_000),
    P3W(Kind.PRODUCE, "produce 100 B, single PUB, window 10,000", 100, 1, 10_000, 1_000_000),
    P3O(Kind.PRODUCE, "P3, sync by the operating system", 100, 1, 256, 1_000_000),
    P4(Kind.CONSUME, "consume a backlog of 100 B, FIN each", 100, 100, 10_000, 0),
    P5(Kind.BOTH, "produce (MPUB 100, window 1,000) and consume 100 B at once", 100, 100, 1_000, 0),
    P5O(Kind.BOTH, "P5, sync by the operating system", 100, 100, 1_000, 0),
    P6(Kind.LATENCY, "latency publish to delivered at a fixed rate, 100 B", 100, 1, 256, 0),
    P6O(Kind.LATENCY, "P6, sync by the operating system", 100, 1, 256, 0),
    P7T(Kind.TOPICS, "1,000 topics with a consumer each, 100 B, MPUB 10", 100, 10, 1_000, 0),
    P7G(Kind.GROUPS, "one topic, 10 groups with a consumer each, 100 B, MPUB 100; messages delivered",
            100, 100, 1_000, 0),
    P7I(Kind.IDLE_TOPICS, "memory of 10,000 idle topics", 100, 1, 1, 10_000),
    Q1S(Kind.QUIET_SATURATED, "latency of a quiet topic while P5 runs on another", 100, 100, 1_000, 0),
    Q1B(Kind.QUIET_BACKLOG, "latency of a quiet topic while a backlog is consumed on another", 100, 100, 10_000, 0),
    Q1D(Kind.QUIET_DEFERRED, "latency of a quiet topic while 100,000 messages fall due at once on another",
            100, 100, 1_000, 100_000),
    Q2(Kind.QUIET_VANISHED, "latency of a quiet topic while 1,000 consumers with 2,500 in flight each vanish",
            100, 100, 10_000, 2_500_000),
    W3(Kind.TASKS, "tasks over gRPC: enqueued in batches of 100, handled by a remote worker, done; 100 B", 100, 100,
            10_000, 1_000_000),
    M1(Kind.BACKLOG, "memory of a backlog of 100 B in one group, then kill -9 and restart (M4)",
            100, 100, 10_000, 50_000_000),
    M5(Kind.SOAK, "soak: P5 at half its peak rate; heap, pauses, bytes written (M7)", 100, 100, 1_000, 0),
    M3(Kind.IDLE, "idle server: memory, start, kill -9 and restart", 100, 1, 1, 0);

    /** What is done. */
    enum Kind {
        PRODUCE,
        CONSUME,
        BOTH,
        LATENCY,
        TOPICS,
        GROUPS,
        QUIET_SATURATED,
        QUIET_BACKLOG,
        QUIET_DEFERRED,
        QUIET_VANISHED,
        TASKS,
        IDLE_TOPICS,
        BACKLOG,
        SOAK,
        IDLE;

        /** Whether a round starts a fresh server of its own. */
        boolean lifecycle() {
            return this == IDLE_TOPICS || this == BACKLOG || this == SOAK || this == IDLE;
        }

        /** Whether it does not need the NSQ protocol. */
        boolean anyClient() {
            return this == PRODUCE || this == CONSUME || this == BOTH || this == LATENCY;
        }

        /** Whether a quiet topic is measured beside a loud one. */
        boolean quiet() {
            return this == QUIET_SATURATED || this == QUIET_BACKLOG || this == QUIET_DEFERRED
                    || this == QUIET_VANISHED;
        }
    }

    /**
     * Sizes.
     *
     * @param batch messages in one command: 1 is PUB, more is MPUB
     * @param windowMessages the most messages without an answer
     */
    record Shape(int bodyBytes, int batch, int windowMessages) {
        static Shape of(int bodyBytes, int batch, int windowMessages) {
            return new Shape(bodyBytes, batch, windowMessages);
        }

        /** This shape with the values that are not 0 taken from elsewhere. */
        Shape with(int bodyBytes, int batch, int windowMessages) {
            return new Shape(bodyBytes > 0 ? bodyBytes : this.bodyBytes, batch > 0 ? batch : this.batch,
                    windowMessages > 0 ? windowMessages : this.windowMessages);
        }
    }

    private static final long MEM_QUEUE = 5_000_000;

    private final Kind kind;
    private final String title;
    private final int bodyBytes;
    private final int batch;
    private final int windowMessages;
    private final long count;

    Workload(Kind kind, String title, int bodyBytes, int batch, int windowMessages, long count) {
        this.kind = kind;
        this.title = title;
        this.bodyBytes = bodyBytes;
        this.batch = batch;
        this.windowMessages = windowMessages;
        this.count = count;
    }

    /** P1, P1o, P7t: as the budgets write it. */
    String id() {
        return name().substring(0, 2) + name().substring(2).toLowerCase(Locale.ROOT);
    }

    Kind kind() {
        return kind;
    }

    String title() {
        return title;
    }

    Shape shape() {
        return Shape.of(bodyBytes, batch, windowMessages);
    }

    /** Messages or topics of one round; 0 where the round goes by time. */
    long count() {
        return count;
    }

    boolean syncByOs() {
        return name().endsWith("O");
    }

    /** Messages that a nsqd which is to stay in memory must hold for this workload, in each of its queues. */
    long memQueueSize() {
        return switch (kind) {
            case CONSUME -> 2 * MEM_QUEUE;
            case BACKLOG -> count + MEM_QUEUE;
            case TOPICS, IDLE_TOPICS -> 10_000;
            default -> MEM_QUEUE;
        };
    }

    /**
     * Reads a list of ids separated by commas. An id stands also for all that begin with it and differ by letters
     * (P7 is P7t, P7g and P7i) if there is none of just that name; {@code all} is every workload.
     *
     * @throws IllegalArgumentException for an id that there is not
     */
    static Set<Workload> parse(String ids) {
        Set<Workload> chosen = new LinkedHashSet<>();
        for (String id : ids.split(",", -1)) {
            String name = id.trim().toUpperCase(Locale.ROOT);
            List<Workload> exact = Arrays.stream(values()).filter(w -> w.name().equals(name)).toList();
            List<Workload> group = Arrays.stream(values()).filter(w -> w.name().matches(name + "[A-Z]")).toList();
            List<Workload> found = name.equals("ALL") ? List.of(values()) : exact.isEmpty() ? group : exact;
            if (found.isEmpty()) {
                List<String> all = new ArrayList<>();
                Arrays.stream(values()).forEach(w -> all.add(w.id()));
                throw new IllegalArgumentException(
                        "there is no workload \"" + id + "\"; there are: all, " + String.join(", ", all));
            }
            chosen.addAll(found);
        }
        return chosen;
    }
}
