package dev.millrace.node;

import dev.millrace.core.log.LogWalk;
import dev.millrace.core.machine.TrackedList;
import dev.millrace.core.message.Bodies;
import dev.millrace.core.message.MessageView;
import dev.millrace.core.message.Properties;
import dev.millrace.core.shard.Shard;
import dev.millrace.node.tasks.TaskFilter;
import dev.millrace.node.tasks.TaskState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Which tasks are of a type: that stands in the log and not in the state, so they are looked for among a bounded number of
 * those in the right state, and what is to be done with them asks the state again.
 */
final class TaskTypes {
    /** Tasks that are looked at for one answer. */
    private static final int LOOKED_AT = 1_000;

    /**
     * What was found.
     *
     * @param ids
     *            in ascending order
     * @param next
     *            where to go on; 0: nothing is left
     */
    record Found(List<Long> ids, long next) {
        /** The first of them, so many. */
        Found first(int most) {
            return ids.size() <= most ? this : new Found(ids.subList(0, most), ids.get(most - 1));
        }
    }

    private final LogWalk walk;
    private final String type;
    private final Bodies bodies = new Bodies();
    private final MessageView view = new MessageView();
    private final List<Long> found = new ArrayList<>();
    private long next;

    private TaskTypes(Shard shard, String type) {
        walk = new LogWalk(shard.log().reader());
        this.type = type;
    }

    /** Looks after this id. */
    static CompletableFuture<Found> find(NodeBroker broker, String queue, TaskFilter which, String type, long after) {
        return NodeBroker.translate(broker.at(queue, shard -> {
            TaskTypes types = new TaskTypes(shard, type);
            TrackedList list = shard.machine().tracked().list(NodeTasks.group(shard, queue), after);
            TrackedList.State wanted = core(which.state());
            TrackedList.Entry entry = list.next(wanted);
            for (int looked = 1; entry != null; looked++) {
                types.add(entry);
                entry = looked == LOOKED_AT ? null : list.next(wanted);
            }
            types.next = list.isDone() ? 0 : list.lastId();
            return types;
        }).thenCompose(TaskTypes::read));
    }

    static TrackedList.@Nullable State core(@Nullable TaskState state) {
        return state == null ? null : state.core();
    }

    private void add(TrackedList.Entry entry) {
        walk.add(entry.places().location(), (batch, offset) -> {
            bodies.wrap(batch, offset);
            bodies.read(entry.places().index(), view);
            String own = view.envelope < 0 ? "" : Properties.find(view.bytes, view.envelope, Properties.TYPE);
            if (own.equals(type)) {
                found.add(entry.id());
            }
        });
    }

    private CompletableFuture<Found> read() {
        return walk.read().thenApply(done -> new Found(List.copyOf(found), next));
    }
}
