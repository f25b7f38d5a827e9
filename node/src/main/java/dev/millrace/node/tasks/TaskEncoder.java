package dev.millrace.node.tasks;

import dev.millrace.core.message.Chain;
import dev.millrace.core.message.EnvelopeWriter;
import dev.millrace.core.message.Properties;
import dev.millrace.core.shard.Enqueue;
import dev.millrace.core.shard.TopicRef;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Turns tasks into the bytes that a shard takes. Stateless. */
public final class TaskEncoder {
    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private TaskEncoder() {}

    /** Throws IllegalArgumentException naming what is wrong with a task, and which one it is when there are several. */
    public static Enqueue encode(TopicRef topic, List<TaskSpec> tasks) {
        return encode(topic, tasks, false);
    }

    /** The task that waits for the end of a batch. */
    public static Enqueue completion(TopicRef topic, TaskSpec task) {
        if (!task.flow().group().isEmpty()) {
            throw new IllegalArgumentException("the task that ends a batch has no group");
        }
        return encode(topic, List.of(task), true);
    }

    /**
     * Members of batches of this topic whose own queue is in another shard: the batch counts them, and they go on from there.
     */
    public static Enqueue forward(TopicRef batchTopic, String queue, List<TaskSpec> tasks) {
        List<Packed> packed = new ArrayList<>(tasks.size());
        long bytes = 0;
        for (TaskSpec task : tasks) {
            TaskSpec.Flow flow = task.flow();
            if (!flow.group().isEmpty()) {
                throw new IllegalArgumentException("a task with a group has no batch");
            }
            List<Chain.Step> steps = new ArrayList<>();
            TaskSpec alone = new TaskSpec(task.type(), EMPTY, task.headers(), task.keys(), task.terms());
            steps.add(new Chain.Step(Chain.SAME_PAYLOAD, queue, step(alone)));
            for (TaskSpec.Step step : flow.then()) {
                steps.add(new Chain.Step(step.result().code(), step.queue(), step(step.task())));
            }
            EnvelopeWriter writer = new EnvelopeWriter().batch(flow.batch().queue(), flow.batch().id())
                    .chain(Chain.write(steps))
                    .forward();
            packed.add(new Packed(writer, task.payload()));
            bytes += Integer.BYTES + writer.length() + task.payload().remaining();
        }
        ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(bytes));
        for (Packed one : packed) {
            all.putInt(one.envelope.length() + one.payload.remaining());
            one.envelope.write(all);
            all.put(one.payload.duplicate());
        }
        all.flip();
        return new Enqueue(batchTopic, Tasks.GROUP, all, 0, all.remaining(), tasks.size());
    }

    private record Packed(EnvelopeWriter envelope, ByteBuffer payload) {}

    private static Enqueue encode(TopicRef topic, List<TaskSpec> tasks, boolean completion) {
        EnvelopeWriter writer = new EnvelopeWriter();
        ByteBuffer bytes = ByteBuffer.allocate(estimate(tasks));
        for (int i = 0; i < tasks.size(); i++) {
            TaskSpec task = tasks.get(i);
            fill(writer, tasks, i);
            if (completion) {
                writer.completion();
            }
            int length = writer.length() + task.payload().remaining();
            bytes = room(bytes, Integer.BYTES + length);
            bytes.putInt(length);
            writer.write(bytes);
            bytes.put(task.payload().duplicate());
        }
        bytes.flip();
        return new Enqueue(topic, Tasks.GROUP, bytes, 0, bytes.remaining(), tasks.size());
    }

    /** Refuses what {@link #encode} does, for those who encode many tasks in parts. */
    public static void check(List<TaskSpec> tasks) {
        EnvelopeWriter writer = new EnvelopeWriter();
        for (int i = 0; i < tasks.size(); i++) {
            fill(writer, tasks, i);
        }
    }

    private static void fill(EnvelopeWriter writer, List<TaskSpec> tasks, int i) {
        try {
            fill(writer.reset(), tasks.get(i));
        } catch (IllegalArgumentException e) {
            throw tasks.size() == 1 ? e : new IllegalArgumentException("task " + i + ": " + e.getMessage(), e);
        }
    }

    private static int estimate(List<TaskSpec> tasks) {
        long bytes = 0;
        for (TaskSpec task : tasks) {
            bytes += task.payload().remaining() + 160L;
        }
        return (int) Math.min(bytes, Integer.MAX_VALUE - 8);
    }

    private static ByteBuffer room(ByteBuffer bytes, int more) {
        return bytes.remaining() >= more ? bytes
                : ByteBuffer.allocate(Math.max(bytes.capacity() * 2, bytes.position() + more)).put(bytes.flip());
    }

    private static void fill(EnvelopeWriter to, TaskSpec task) {
        TaskSpec.Keys keys = task.keys();
        TaskSpec.Terms terms = task.terms();
        to.priority(keys.priority()).maxAttempts(terms.maxAttempts()).delay(terms.delayMillis());
        if (!task.type().isEmpty()) {
            to.text(Properties.TYPE, task.type());
        }
        if (!keys.order().isEmpty()) {
            to.key(keys.order());
        }
        if (!keys.limit().isEmpty()) {
            to.limitKey(keys.limit());
        }
        if (!keys.unique().isEmpty()) {
            to.uniqueKey(keys.unique(), keys.uniqueMillis(), keys.untilDone() || keys.uniqueMillis() <= 0);
        }
        if (!keys.id().isEmpty()) {
            to.clientId(keys.id());
        }
        if (terms.expiresMillis() != 0) {
            to.expiresIn(terms.expiresMillis());
        }
        if (terms.backoff().minMillis() >= 0) {
            to.backoff(terms.backoff().minMillis(), terms.backoff().maxMillis());
        }
        if (terms.retentionMillis() != 0) {
            to.retention(terms.retentionMillis());
        }
        if (terms.timeoutMillis() != 0) {
            to.number(Properties.TIMEOUT, terms.timeoutMillis());
        }
        if (terms.deadlineMillis() != 0) {
            to.number(Properties.DEADLINE, terms.deadlineMillis());
        }
        for (Map.Entry<String, String> header : task.headers().entrySet()) {
            to.header(header.getKey(), header.getValue());
        }
        flow(to, task);
    }

    private static void flow(EnvelopeWriter to, TaskSpec task) {
        TaskSpec.Flow flow = task.flow();
        if (!flow.group().isEmpty()) {
            if (!flow.then().isEmpty() || !flow.batch().isNone() || !task.keys().order().isEmpty()) {
                throw new IllegalArgumentException(
                        "a task with a group has no ordering key, no steps that follow and no"
                                + " batch: it is delivered as a part of another one");
            }
            to.gather(flow.group());
        }
        if (!flow.batch().isNone()) {
            to.batch(flow.batch().queue(), flow.batch().id());
        }
        List<Chain.Step> steps = new ArrayList<>();
        for (TaskSpec.Step step : flow.then()) {
            steps.add(new Chain.Step(step.result().code(), step.queue(), step(step.task())));
        }
        to.chain(Chain.write(steps));
    }

    private static ByteBuffer step(TaskSpec task) {
        if (!task.flow().equals(TaskSpec.Flow.NONE)) {
            throw new IllegalArgumentException(
                    "a step has no steps, batch or group of its own; list the steps one after"
                            + " the other");
        }
        EnvelopeWriter writer = new EnvelopeWriter();
        fill(writer, task);
        ByteBuffer bytes = ByteBuffer.allocate(writer.length() + task.payload().remaining());
        writer.write(bytes);
        return bytes.put(task.payload().duplicate()).flip();
    }
}
