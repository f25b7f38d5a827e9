package dev.millrace.node;

import dev.millrace.core.machine.Group;
import dev.millrace.core.machine.GroupLimits;
import dev.millrace.core.machine.Tracked;
import dev.millrace.core.machine.TrackedList;
import dev.millrace.core.message.ClientIds;
import dev.millrace.core.shard.Enqueue;
import dev.millrace.core.shard.Enqueues;
import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.Shard;
import dev.millrace.node.tasks.Enqueued;
import dev.millrace.node.tasks.QueueLimits;
import dev.millrace.node.tasks.TaskAnswer;
import dev.millrace.node.tasks.TaskFilter;
import dev.millrace.node.tasks.TaskFlows;
import dev.millrace.node.tasks.TaskInfo;
import dev.millrace.node.tasks.TaskPage;
import dev.millrace.node.tasks.TaskSpec;
import dev.millrace.node.tasks.TaskState;
import dev.millrace.node.tasks.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Task queues of a node; each request goes to the shard that is home to its queue. */
final class NodeTasks implements Tasks {
    /** Tasks of a bulk action in one slice. */
    private static final int SLICE = 500;
    /** Bytes of bodies on one page, but for the last one. */
    private static final long PAGE_BYTES = 8 << 20;

    private final NodeBroker broker;
    private final NodeFlows flows;

    NodeTasks(NodeBroker broker) {
        this.broker = broker;
        flows = new NodeFlows(broker);
    }

    BatchWaits waits() {
        return flows.waits();
    }

    @Override
    public TaskFlows flows() {
        return flows;
    }

    @Override
    public CompletableFuture<Boolean> createQueue(String queue) {
        boolean[] isNew = {false};
        return NodeBroker.translate(broker.at(queue, shard -> {
            isNew[0] = shard.machine().topicOrNull(queue) == null;
            return Enqueues.open(shard, broker.topic(queue), GROUP);
        }).thenApply(outcome -> {
            check(queue, outcome);
            return isNew[0];
        }));
    }

    @Override
    public CompletableFuture<List<Enqueued>> enqueue(String queue, List<TaskSpec> tasks) {
        return flows.enqueue(queue, tasks);
    }

    /** Enqueues these tasks at the home of this queue, unless the deadline of one has passed by the shard's clock. */
    CompletableFuture<List<Enqueued>> run(String queue, List<TaskSpec> tasks, Supplier<Enqueue> encoded) {
        Enqueue batch;
        try {
            batch = encoded.get();
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(new BrokerException(BrokerException.Category.INVALID,
                    String.valueOf(e.getMessage())));
        }
        return NodeBroker.translate(broker.at(queue, shard -> {
            Deadlines.check(tasks, shard.wallMillis());
            return Enqueues.run(shard, batch);
        }).thenApply(outcome -> {
            check(queue, outcome);
            return results(batch);
        }));
    }

    private static List<Enqueued> results(Enqueue batch) {
        List<Enqueued> results = new ArrayList<>(batch.count());
        for (int i = 0; i < batch.count(); i++) {
            byte outcome = batch.outcome(i);
            results.add(new Enqueued(batch.id(i), outcome == Outcome.DUPLICATE, Outcome.limit(outcome)));
        }
        return results;
    }

    private void check(String queue, byte outcome) {
        switch (outcome) {
            case Outcome.OK -> {
                // taken
            }
            case Outcome.NO_ROOM -> throw new BrokerException(BrokerException.Category.NO_ROOM,
                    broker.noRoom(broker.topic(queue).shard()));
            case Outcome.NOT_TRACKED -> throw new BrokerException(BrokerException.Category.INVALID, "topic " + queue
                    + " holds messages that are no tasks; empty it first, or use another name for the queue");
            default -> throw new BrokerException(BrokerException.Category.LIMIT, Outcome.limit(outcome));
        }
    }

    // ---- looking ----

    @Override
    public CompletableFuture<Optional<TaskInfo>> find(String queue, long id) {
        return NodeBroker.translate(broker.at(queue, shard -> {
            TaskPages pages = new TaskPages(shard);
            TrackedList.Entry entry = shard.machine().tracked().entry(group(shard, queue), id);
            if (entry != null) {
                pages.add(entry);
            }
            return pages;
        }).thenCompose(TaskPages::read).thenApply(page -> page.tasks().stream().findFirst()));
    }

    @Override
    public CompletableFuture<Long> idOf(String queue, String clientId) {
        if (!ClientIds.isValid(clientId)) {
            return CompletableFuture.failedFuture(new BrokerException(BrokerException.Category.INVALID,
                    ClientIds.RULE));
        }
        return broker.at(queue, shard -> shard.machine()
                .tracked()
                .idOf(group(shard, queue).topic(), ClientIds.high(clientId), ClientIds.low(clientId)));
    }

    @Override
    public CompletableFuture<TaskPage> page(String queue, TaskFilter which, long after, int limit) {
        if (limit < 1 || limit > 1_000) {
            return CompletableFuture.failedFuture(new BrokerException(BrokerException.Category.INVALID,
                    "limit must be 1..1000, not " + limit));
        }
        String type = which.type();
        if (type != null) {
            return TaskTypes.find(broker, queue, which, type, after)
                    .thenCompose(found -> still(queue, which, found.first(limit)));
        }
        return NodeBroker.translate(broker.at(queue, shard -> {
            TaskPages pages = new TaskPages(shard);
            TrackedList list = shard.machine().tracked().list(group(shard, queue), after);
            TrackedList.State wanted = TaskTypes.core(which.state());
            TrackedList.Entry entry = list.next(wanted);
            while (entry != null) {
                pages.add(entry);
                boolean full = pages.size() == limit || pages.bytes() >= PAGE_BYTES;
                entry = full ? null : list.next(wanted);
            }
            pages.next(list.isDone() ? 0 : list.lastId());
            return pages;
        }).thenCompose(TaskPages::read));
    }

    /** Those that are still there in the state that is wanted. */
    private CompletableFuture<TaskPage> still(String queue, TaskFilter which, TaskTypes.Found found) {
        return NodeBroker.translate(broker.at(queue, shard -> {
            TaskPages pages = new TaskPages(shard);
            pages.next(found.next());
            for (int i = 0; i < found.ids().size(); i++) {
                TrackedList.Entry entry = entry(shard, queue, which, found.ids().get(i));
                if (entry != null) {
                    pages.add(entry);
                }
                if (pages.bytes() >= PAGE_BYTES && i < found.ids().size() - 1) {
                    pages.next(found.ids().get(i));
                    break;
                }
            }
            return pages;
        }).thenCompose(TaskPages::read));
    }

    private static TrackedList.@Nullable Entry entry(Shard shard, String queue, TaskFilter which, long id) {
        TrackedList.Entry entry = shard.machine().tracked().entry(group(shard, queue), id);
        TrackedList.State wanted = TaskTypes.core(which.state());
        return entry == null || wanted == null || entry.state() == wanted ? entry : null;
    }

    // ---- single tasks ----

    @Override
    public CompletableFuture<TaskAnswer> cancel(String queue, long id) {
        return broker.at(queue, shard -> TaskAnswer.of(shard.machine().tracked().cancel(group(shard, queue), id)));
    }

    @Override
    public CompletableFuture<TaskAnswer> runNow(String queue, long id) {
        return broker.at(queue, shard -> TaskAnswer.of(shard.machine().tracked().runNow(group(shard, queue), id)));
    }

    @Override
    public CompletableFuture<TaskAnswer> archive(String queue, long id) {
        return broker.at(queue, shard -> TaskAnswer.of(shard.machine().tracked().archive(group(shard, queue), id)));
    }

    @Override
    public CompletableFuture<TaskAnswer> redrive(String queue, long id) {
        return broker.at(queue, shard -> TaskAnswer.of(shard.machine().tracked().redrive(group(shard, queue), id)));
    }

    @Override
    public CompletableFuture<TaskAnswer> delete(String queue, long id) {
        return broker.at(queue, shard -> TaskAnswer.of(shard.machine().tracked().remove(group(shard, queue), id)));
    }

    // ---- many ----

    @Override
    public CompletableFuture<Long> all(String queue, TaskFilter which, Bulk what) {
        return all(queue, which, what, new Slice(0, 0));
    }

    private CompletableFuture<Long> all(String queue, TaskFilter which, Bulk what, Slice so) {
        return NodeBroker.translate(some(queue, which, what, so.next()).thenCompose(slice -> {
            long done = so.done() + slice.done();
            return slice.next() == 0 ? CompletableFuture.completedFuture(done)
                    : all(queue, which, what, new Slice(done, slice.next()));
        }));
    }

    @Override
    public CompletableFuture<Slice> some(String queue, TaskFilter which, Bulk what, long after) {
        TaskState state = which.state();
        if (state == null) {
            return CompletableFuture.failedFuture(new BrokerException(BrokerException.Category.INVALID,
                    "name the state of the tasks that are meant"));
        }
        String type = which.type();
        if (type == null) {
            return broker.at(queue, shard -> slice(shard, queue, state, what, after));
        }
        return NodeBroker.translate(TaskTypes.find(broker, queue, which, type, after).thenCompose(all -> {
            TaskTypes.Found found = all.first(SLICE);
            return broker.at(queue, shard -> {
                List<Long> ids = found.ids().stream().filter(id -> entry(shard, queue, which, id) != null).toList();
                return new Slice(change(shard, queue, what, ids), found.next());
            });
        }));
    }

    private static Slice slice(Shard shard, String queue, TaskState state, Bulk what, long after) {
        Group group = group(shard, queue);
        Tracked tracked = shard.machine().tracked();
        List<Long> ids = new ArrayList<>();
        TrackedList list = tracked.list(group, after);
        for (TrackedList.Entry entry = list.next(state.core()); entry != null; entry = list.next(state.core())) {
            ids.add(entry.id());
            if (ids.size() == SLICE) {
                break;
            }
        }
        long next = list.isDone() ? 0 : list.lastId();
        return new Slice(change(shard, queue, what, ids), next);
    }

    /** To how many it was done. */
    private static long change(Shard shard, String queue, Bulk what, List<Long> ids) {
        Group group = group(shard, queue);
        Tracked tracked = shard.machine().tracked();
        long done = 0;
        for (long id : ids) {
            Tracked.Answer answer = switch (what) {
                case CANCEL -> tracked.cancel(group, id);
                case RUN_NOW -> tracked.runNow(group, id);
                case ARCHIVE -> tracked.archive(group, id);
                case REDRIVE -> tracked.redrive(group, id);
                case DELETE -> tracked.remove(group, id);
            };
            done += answer == Tracked.Answer.DONE || answer == Tracked.Answer.ASKED ? 1 : 0;
        }
        return done;
    }

    // ---- limits ----

    @Override
    public CompletableFuture<Void> limits(String queue, QueueLimits limits) {
        GroupLimits core;
        try {
            core = new GroupLimits(limits.concurrencyPerKey(), limits.ratePerKey(), limits.period().toMillis(),
                    limits.ageing().toMillis());
        } catch (IllegalArgumentException | ArithmeticException e) {
            return CompletableFuture.failedFuture(new BrokerException(BrokerException.Category.INVALID,
                    String.valueOf(e.getMessage())));
        }
        return broker.at(queue, shard -> {
            shard.machine().tracked().limits(group(shard, queue), core);
            return Boolean.TRUE;
        }).thenAccept(done -> {
            // the answer is that it is done
        });
    }

    @Override
    public CompletableFuture<QueueLimits> limits(String queue) {
        return broker.at(queue, shard -> {
            GroupLimits core = group(shard, queue).limits();
            return new QueueLimits(core.concurrency(), core.rate(), Duration.ofMillis(core.periodMillis()),
                    Duration.ofMillis(core.ageingMillis()));
        });
    }

    static Group group(Shard shard, String queue) {
        if (!shard.machine().topic(queue).tracked()) {
            throw new IllegalArgumentException("topic " + queue + " is no task queue");
        }
        return shard.machine().group(queue, GROUP);
    }
}
