package dev.millrace.core.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a tracked topic with one group should do, told with ordinary collections. */
final class TrackedModel {
    enum Status {
        SCHEDULED, READY, LEASED, RETRYING, DEAD, KEPT, KEPT_CANCELLED, KEPT_EXPIRED
    }

    /** One message. */
    static final class Task {
        final long id;
        final int priority;
        final @Nullable String key;
        final @Nullable String limitKey;
        final @Nullable String uniqueKey;
        @Nullable String clientId;
        int maxAttempts;
        long backoffMillis = -1;
        long retentionMillis;
        long expiresMillis;
        Status status = Status.READY;
        int attempts;
        long dueMillis;
        /** Of one that is scheduled by the wall clock; 0: by elapsed time. */
        long wallDueMillis;
        long deadlineMillis;
        long token;
        int consumer;
        boolean cancelAsked;
        /** What workers said last of each kind. */
        final TreeMap<Integer, String> said = new TreeMap<>();
        /** Rises when it comes forward in its key; messages that were delayed have places that only the machine knows. */
        boolean delayed;

        Task(long id, int priority, @Nullable String key, @Nullable String limitKey, @Nullable String uniqueKey) {
            this.id = id;
            this.priority = priority;
            this.key = key;
            this.limitKey = limitKey;
            this.uniqueKey = uniqueKey;
        }

        private boolean isDue(long nowMillis, long wallMillis) {
            boolean byWall = status == Status.SCHEDULED && wallDueMillis > 0;
            return byWall ? wallDueMillis <= wallMillis : dueMillis <= nowMillis;
        }

        boolean isUnderWay() {
            return status != Status.DEAD && !isKept();
        }

        boolean isKept() {
            return status == Status.KEPT || status == Status.KEPT_CANCELLED || status == Status.KEPT_EXPIRED;
        }
    }

    /** A unique key that is taken. */
    record Hold(long id, long endsMillis, boolean untilDone) {}

    final TreeMap<Long, Task> tasks = new TreeMap<>();
    final TreeMap<Long, Task> leased = new TreeMap<>();
    final TreeMap<String, Hold> holds = new TreeMap<>();
    /** Instants of leases of each limit key. */
    final TreeMap<String, List<Long>> starts = new TreeMap<>();
    GroupLimits limits = GroupLimits.NONE;
    long accepted;
    long done;
    long cancelled;
    long expired;
    long purged;

    /** Who holds the key now, or 0. */
    long holder(String key, long nowMillis) {
        Hold hold = holds.get(key);
        if (hold == null) {
            return 0;
        }
        Task task = tasks.get(hold.id);
        boolean held = hold.untilDone && task != null && task.isUnderWay();
        return hold.endsMillis > nowMillis || held ? hold.id : 0;
    }

    /** Who has this id of a client, or 0: whatever can be looked at still has it. */
    long holderOfId(@Nullable String clientId) {
        return tasks.values()
                .stream()
                .filter(task -> clientId != null && clientId.equals(task.clientId))
                .mapToLong(task -> task.id)
                .findFirst()
                .orElse(0);
    }

    long count(Status status) {
        return tasks.values().stream().filter(task -> task.status == status).count();
    }

    /** Whether nothing but a limit can stand between the message and a worker. */
    boolean isNext(Task task) {
        return task.status == Status.READY && (task.key == null || tasks.values()
                .stream()
                .noneMatch(other -> other != task && Objects.equals(other.key, task.key) && isBefore(other, task)));
    }

    /** Whether the first must be over before the one that looks may start. */
    private static boolean isBefore(Task first, Task looking) {
        return switch (first.status) {
            case LEASED, RETRYING -> true;
            case READY -> !first.delayed && !looking.delayed && first.id < looking.id;
            case SCHEDULED, DEAD, KEPT, KEPT_CANCELLED, KEPT_EXPIRED -> false;
        };
    }

    void started(Task task, long token, int attempts, int consumer, long deadlineMillis, long nowMillis) {
        task.status = Status.LEASED;
        task.token = token;
        task.attempts = attempts;
        task.consumer = consumer;
        task.deadlineMillis = deadlineMillis;
        leased.put(token, task);
        if (task.limitKey != null) {
            starts.computeIfAbsent(task.limitKey, key -> new ArrayList<>()).add(nowMillis);
        }
    }

    void acked(Task task, long nowMillis) {
        leased.remove(task.token);
        done++;
        if (task.retentionMillis > 0) {
            task.status = Status.KEPT;
            task.dueMillis = nowMillis + 1 + task.retentionMillis;
        } else {
            tasks.remove(task.id);
        }
    }

    /** A delay below 0 means the backoff. */
    void failed(Task task, long delayMillis, boolean counts, long nowMillis) {
        leased.remove(task.token);
        if (isOver(task, nowMillis)) {
            return;
        }
        if (counts && task.maxAttempts > 0 && task.attempts >= task.maxAttempts) {
            die(task);
            return;
        }
        long delay = delayMillis >= 0 ? delayMillis : task.backoffMillis >= 0 ? backoff(task) : 0;
        task.attempts -= counts ? 0 : 1;
        task.status = delay == 0 ? Status.READY : Status.RETRYING;
        task.dueMillis = delay == 0 ? 0 : nowMillis + 1 + delay;
        task.delayed = true;
    }

    private static long backoff(Task task) {
        return Math.min(task.backoffMillis << Math.min(task.attempts - 1, 10), 4 * task.backoffMillis);
    }

    void buried(Task task, long nowMillis) {
        leased.remove(task.token);
        if (!isOver(task, nowMillis)) {
            die(task);
        }
    }

    /** What it held until it is over is free, also when it is replayed. */
    void die(Task task) {
        task.status = Status.DEAD;
        Hold hold = task.uniqueKey == null ? null : holds.get(task.uniqueKey);
        if (hold != null && hold.id == task.id) {
            holds.put(task.uniqueKey, new Hold(task.id, hold.endsMillis, false));
        }
    }

    private boolean isOver(Task task, long nowMillis) {
        boolean late = task.expiresMillis > 0 && task.expiresMillis <= nowMillis;
        if (task.cancelAsked || late) {
            over(task, task.cancelAsked ? Status.KEPT_CANCELLED : Status.KEPT_EXPIRED, nowMillis);
            return true;
        }
        return false;
    }

    /** Cancelled or expired: gone, unless it is to be kept. */
    void over(Task task, Status how, long nowMillis) {
        cancelled += how == Status.KEPT_CANCELLED ? 1 : 0;
        expired += how == Status.KEPT_EXPIRED ? 1 : 0;
        if (task.retentionMillis > 0) {
            task.status = how;
            task.dueMillis = nowMillis + 1 + task.retentionMillis;
        } else {
            tasks.remove(task.id);
        }
    }

    /** Everything that falls due by now, but for leases; the wall clock may have been set back. */
    void passTime(long nowMillis, long wallMillis) {
        for (Task task : List.copyOf(tasks.values())) {
            boolean waits = task.status == Status.SCHEDULED || task.status == Status.RETRYING;
            if (task.isKept() && task.dueMillis <= nowMillis) {
                tasks.remove(task.id);
            } else if (task.expiresMillis > 0 && task.expiresMillis <= nowMillis && task.isUnderWay()
                    && task.status != Status.LEASED) {
                over(task, Status.KEPT_EXPIRED, nowMillis);
            } else if (waits && task.isDue(nowMillis, wallMillis)) {
                task.status = Status.READY;
                task.delayed = true;
            }
        }
    }
}
