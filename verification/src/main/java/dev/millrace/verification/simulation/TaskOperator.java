package dev.millrace.verification.simulation;

import dev.millrace.core.log.Block;
import dev.millrace.core.log.BlockReader;
import dev.millrace.core.log.Location;
import dev.millrace.core.log.LogException;
import dev.millrace.core.machine.Backoff;
import dev.millrace.core.machine.Group;
import dev.millrace.core.machine.GroupLimits;
import dev.millrace.core.machine.Output;
import dev.millrace.core.machine.Tracked;
import dev.millrace.core.machine.TrackedList;
import dev.millrace.core.shard.Enqueues;
import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.Shard;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** What operators do to task queues and to single tasks, as the node sends it to a shard, and what the answers promise. */
final class TaskOperator {
    private final World world;
    private final Operator operator;

    TaskOperator(World world, Operator operator) {
        this.world = world;
        this.operator = operator;
    }

    private static Group groupOf(Shard shard, TaskQueue queue) {
        return shard.machine().group(queue.group.topic.name, queue.group.name);
    }

    // ---- queues ----

    /** Makes the queue unless it is there. */
    void open(TaskQueue queue) {
        TopicBook topic = queue.group.topic;
        queue.group.askedFor(world.moment().order());
        operator.command(topic, "open " + queue, shard -> {
            byte outcome = Enqueues.open(shard, topic.ref, queue.group.name);
            if (outcome == Outcome.OK) {
                shard.machine()
                        .operations()
                        .policy(groupOf(shard, queue), new Backoff(TaskQueue.MAX_ATTEMPTS,
                                TaskQueue.MIN_BACKOFF_MILLIS, TaskQueue.MAX_BACKOFF_MILLIS, TaskQueue.JITTER_PERCENT));
                shard.machine().tracked().gather(groupOf(shard, queue), queue.gathered.limits);
            }
            return outcome;
        }, outcome -> {
            world.require(outcome == Outcome.OK, queue + " cannot be opened: " + outcome);
            operator.confirmed(queue.group);
        });
    }

    void limits(TaskQueue queue, GroupLimits limits) {
        Span span = operator.command(queue.group.topic, "limits of " + queue + ": " + limits, shard -> {
            shard.machine().tracked().limits(groupOf(shard, queue), limits);
            return "done";
        }, done -> {});
        queue.asked(span, limits);
    }

    void pause(TaskQueue queue, boolean paused) {
        queue.paused = paused;
        operator.pause(queue.group, paused);
    }

    // ---- single tasks ----

    private Span ask(Task task, String what, BiFunction<Tracked, Group, Tracked.Answer> work, List<List<Span>> books,
            Tracked.Answer... taken) {
        Span[] self = new Span[1];
        Span span = operator.command(task.queue.group.topic, what + " " + Long.toHexString(task.message.id),
                shard -> work.apply(shard.machine().tracked(), groupOf(shard, task.queue)), answer -> {
                    if (!List.of(taken).contains(answer)) {
                        books.forEach(book -> book.remove(self[0]));
                    }
                    if (books.size() > 1 && answer == Tracked.Answer.DONE) {
                        task.endedOrder = Math.min(task.endedOrder, world.moment().order());
                    }
                    plausible(task, answer);
                });
        self[0] = span;
        books.forEach(book -> book.add(span));
        return span;
    }

    /** What an answer says of the state must fit what is known. */
    private void plausible(Task task, Tracked.Answer answer) {
        Moment now = world.moment();
        if (answer == Tracked.Answer.MISSING && task.mustBeThere(now)) {
            throw new Violation(task + " is missing");
        }
        if (answer == Tracked.Answer.OVER && task.mustBeThere(now)) {
            throw new Violation(task + " is said to be done");
        }
    }

    void cancel(Task task) {
        ask(task, "cancel", (tracked, group) -> tracked.cancel(group, task.message.id),
                List.of(task.cancels, task.endings), Tracked.Answer.DONE, Tracked.Answer.ASKED);
    }

    void remove(Task task) {
        ask(task, "remove", (tracked, group) -> tracked.remove(group, task.message.id),
                List.of(task.removals, task.endings), Tracked.Answer.DONE);
    }

    void runNow(Task task) {
        ask(task, "run", (tracked, group) -> tracked.runNow(group, task.message.id), List.of(task.runs),
                Tracked.Answer.DONE);
    }

    void redrive(Task task) {
        ask(task, "redrive", (tracked, group) -> tracked.redrive(group, task.message.id), List.of(task.redrives),
                Tracked.Answer.DONE);
    }

    // ---- looking ----

    /** What a shard says of a task. */
    private record Seen(TrackedList.@Nullable Entry entry, BlockReader reader) {
        @Override
        public String toString() {
            return entry == null ? "nothing" : entry.state() + " " + entry.standing();
        }
    }

    /** Looks at a task, and at the result that its workers left. */
    void look(Task task) {
        Moment sent = world.moment();
        String expected = task.unheardResults == 0 ? task.result : null;
        operator.command(task.queue.group.topic, "look at " + Long.toHexString(task.message.id),
                shard -> new Seen(shard.machine().tracked().entry(groupOf(shard, task.queue), task.message.id),
                        shard.log().reader()),
                seen -> seen(task, seen, sent, expected));
    }

    private void seen(Task task, Seen seen, Moment sent, @Nullable String expected) {
        if (!task.queue.group.isLive()) {
            return;
        }
        Moment now = world.moment();
        TrackedList.Entry entry = seen.entry;
        boolean kept = isKept(task, sent, now);
        if (entry == null) {
            if (kept || task.mustBeThere(now)) {
                throw new Violation(task + " cannot be looked at" + (kept ? ", although it is kept" : ""));
            }
            return;
        }
        if (kept && entry.state() != TrackedList.State.DONE) {
            throw new Violation(task + " is done, but said to be " + entry.state());
        }
        if (task.mustBeThere(now) && (entry.state() == TrackedList.State.DONE
                || entry.state() == TrackedList.State.DEAD)) {
            throw new Violation(task + " is not over, but said to be " + entry.state());
        }
        // What was said while the question was on its way may be in its answer or not.
        if (expected != null && expected.equals(task.result) && task.unheardResults == 0 && !expected.isEmpty()) {
            world.require(!entry.places().outputs().isEmpty(), "the result of " + task + " is gone: " + expected);
            result(task, entry.places().outputs(), seen.reader, expected);
        }
    }

    /** Whether it was done before this was asked, and has to be kept still. */
    private static boolean isKept(Task task, Moment sent, Moment now) {
        Moment acked = task.ackSent;
        long retention = task.terms.times().retentionMillis();
        return acked != null && task.ackHeard.order() < sent.order() && retention > 0
                && acked.isEarly(now, retention) && task.removals.isEmpty();
    }

    private void result(Task task, List<Long> outputs, BlockReader reader, String expected) {
        for (long location : outputs) {
            reader.load(Location.batchPosition(location), new BlockReader.Sink() {
                @Override
                public void loaded(Block block) {
                    ByteBuffer bytes = block.bytes();
                    Output output = Output.read(bytes, Location.offset(location));
                    if (output.what() == Output.RESULT && !output.text().equals(expected)) {
                        throw new Violation("the result of " + task + " should be " + expected + ", not "
                                + output.text());
                    }
                    block.unpin();
                }

                @Override
                public void failed(LogException reason) {
                    world.trace.event("cannot read a result: " + reason.getMessage());
                }
            });
        }
    }
}
