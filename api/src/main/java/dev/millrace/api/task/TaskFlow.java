package dev.millrace.api.task;

import dev.millrace.api.MillraceException;
import dev.millrace.api.internal.Checks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a task is a part of: a chain, a batch, or a group whose tasks are delivered as one. Made by {@link Task#then},
 * {@link Task#inBatch} and {@link Task#group}.
 *
 * <pre>
 *   worker.handle("digest", (task, context) -&gt; send(task.flow().group(), task.texts()));
 * </pre>
 *
 * @param then
 *            steps that follow, each when the one before it is done; up to 100
 * @param batch
 *            that counts it; of a chain the batch counts the whole
 * @param group
 *            it is delivered as one task with others of its queue that have this key; empty: by itself. Such a task has no
 *            steps, no batch and no ordering key
 */
public record TaskFlow(List<Step> then, Optional<BatchId> batch, String group) {
    /** By itself. */
    public static final TaskFlow NONE = new TaskFlow(List.of(), Optional.empty(), "");

    private static final int MAX_STEPS = 100;
    private static final int MAX_KEY = 255;

    /**
     * A task that follows another one.
     *
     * @param queue
     *            where it goes
     * @param task
     *            without a flow of its own; its delay counts from the end of the step before, its instant may be past by then
     * @param result
     *            what it is given of the result of the step before
     */
    public record Step(String queue, Task task, PreviousResult result) {
        public Step {
            Checks.name("queue", queue);
            if (!task.flow().equals(NONE)) {
                throw new MillraceException.Invalid(
                        "a step has no steps, batch or group of its own; list the steps one after the other");
            }
        }
    }

    public TaskFlow {
        then = List.copyOf(then);
        Checks.between("the number of steps", then.size(), 0, MAX_STEPS);
        Checks.between("the length of group", group.length(), 0, MAX_KEY);
    }

    /** Bytes of the payloads of all steps. */
    public int size() {
        return then.stream().mapToInt(step -> step.task().size()).sum();
    }

    /** One step more, behind the others. */
    TaskFlow then(Step step) {
        List<Step> more = new ArrayList<>(then);
        more.add(step);
        return new TaskFlow(more, batch, group);
    }

    TaskFlow batch(BatchId other) {
        return new TaskFlow(then, Optional.of(other), group);
    }

    TaskFlow group(String key) {
        return new TaskFlow(then, batch, key);
    }
}
