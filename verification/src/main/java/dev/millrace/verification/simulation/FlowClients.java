package dev.millrace.verification.simulation;

import dev.millrace.core.machine.Flows;
import dev.millrace.core.machine.GatherLimits;
import dev.millrace.core.machine.Topic;
import dev.millrace.core.machine.Tracked;
import dev.millrace.core.message.Chain;
import dev.millrace.core.message.Envelope;
import dev.millrace.core.message.EnvelopeWriter;
import dev.millrace.core.shard.Enqueue;
import dev.millrace.core.shard.Enqueues;
import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.Shard;
import dev.millrace.verification.simulation.Command.EnqueueTasks;
import dev.millrace.verification.simulation.Message.Fate;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Clients that ask for more than single tasks, as doors ask a shard: steps that follow, batches, groups. */
final class FlowClients {
    private static final int MOST_OPEN = 6;
    private static final int GROUP_KEYS = 3;
    private static final int MOST_LOOKED_AT = 40;
    private static final int MOST_CYCLES = 8;
    private static final int DELETED_IN = 150;
    private static final int FLOWS_BEFORE = 5;
    private static final long MOST_PASSED_NANOS = 400_000_000;

    private final World world;
    private final Random random;
    private final Operator operator;
    private final List<TaskQueue> queues;
    private final List<Flow> flows = new ArrayList<>();
    private final List<FlowBatch> batches = new ArrayList<>();
    private long commands = -1;

    FlowClients(World world, Operator operator, List<TaskQueue> queues) {
        this.world = world;
        this.operator = operator;
        this.queues = queues;
        random = world.random;
        for (TaskQueue queue : queues) {
            int grace = random.nextInt(150);
            long delay = switch (random.nextInt(4)) {
                case 0 -> 0;
                case 1 -> 1L + random.nextInt(400);
                // Over before the grace period is.
                default -> 1L + grace / 3 + random.nextInt(1 + grace / 3);
            };
            queue.gathered.limits = new GatherLimits(2 + random.nextInt(6), delay, grace);
        }
    }

    private HostedShard host(TaskQueue queue) {
        return world.hosts.get(queue.group.topic.shard);
    }

    private @Nullable TaskQueue anyQueue() {
        return any(queues);
    }

    /** One that nobody will delete, so that what leads there does not make it again. */
    private @Nullable TaskQueue anyLastingQueue() {
        return any(queues.subList(0, queues.size() - 1));
    }

    private @Nullable TaskQueue any(List<TaskQueue> from) {
        List<TaskQueue> there = from.stream()
                .filter(queue -> queue.isThere() && queue.group.topic.isLive())
                .toList();
        return there.isEmpty() ? null : there.get(random.nextInt(there.size()));
    }

    /** A client does something, at a queue that is there. */
    void client() {
        TaskQueue queue = anyQueue();
        if (queue == null || host(queue).isDown()) {
            return;
        }
        if (isTimeToDelete()) {
            deleteOne();
            return;
        }
        if (world.plan.emphasis() == Emphasis.LETTERS && random.nextInt(3) > 0) {
            nextToTheLast();
            return;
        }
        int dice = random.nextInt(100);
        List<FlowBatch> open = batches.stream().filter(FlowBatch::isOpen).toList();
        if (dice < 25) {
            chain(queue);
        } else if (dice < 45) {
            gather(queue);
        } else if (open.size() < 2 || (open.size() < MOST_OPEN && dice < 55)) {
            open(queue);
        } else if (dice < 88) {
            member(queue, open.get(random.nextInt(open.size())), TaskTerms.any(random, world.clock.wallMillis()));
        } else {
            batch(batches.get(batches.size() - 1 - random.nextInt(Math.min(batches.size(), MOST_OPEN))), dice);
        }
    }

    /** Members of batches beside the queue that will be deleted are enqueued in that queue, with steps elsewhere. */
    private void nextToTheLast() {
        TaskQueue last = queues.getLast();
        TaskQueue home = queues.get(last.group.topic.shard);
        if (!last.isThere() || !last.group.topic.isLive() || !home.isThere() || host(last).isDown()) {
            return;
        }
        List<FlowBatch> open = batches.stream().filter(batch -> batch.isOpen() && batch.queue == home).toList();
        if (open.size() < 2) {
            open(home);
        } else {
            FlowBatch batch = open.get(random.nextInt(open.size()));
            if (random.nextInt(8) > 0) {
                member(last, batch, TaskTerms.first());
            } else {
                close(batch);
            }
        }
    }

    /** Whether a letter is what follows a member of a batch, which stood in the queue that will be deleted. */
    private boolean isMemberFromTheLast(ByteBuffer letter) {
        int envelope = Envelope.bytes(letter, Integer.BYTES);
        Integer number = Message.numberOf(letter, Integer.BYTES + envelope, letter.getInt(0) - envelope);
        Task task = number == null ? null : world.ledger.messages.get(number).task;
        Flow flow = task == null ? null : task.flow;
        int place = flow == null ? 0 : flow.tasks.indexOf(task);
        return flow != null && place > 0 && flow.batch != null && flow.tasks.get(place - 1).queue == queues.getLast();
    }

    /** Deletes the queue that will be deleted, if it is the moment that this run puts an emphasis on. */
    void deleteWithLetters() {
        HostedShard host = host(queues.getLast());
        if (world.plan.emphasis() == Emphasis.LETTERS && !host.isDown() && isTimeToDelete()) {
            deleteOne();
            host.cycle();
        }
    }

    private boolean isTimeToDelete() {
        return world.plan.emphasis() == Emphasis.LETTERS
                ? flows.size() > FLOWS_BEFORE && world.post.answersFor(queues.getLast().group.topic.shard)
                        .stream()
                        .anyMatch(this::isMemberFromTheLast)
                : random.nextInt(DELETED_IN) == 0;
    }

    private void batch(FlowBatch batch, int dice) {
        if (host(batch.queue).isDown() || batch.held.fate != Fate.ACCEPTED) {
            return;
        }
        if (dice < 94) {
            close(batch);
        } else if (dice < 99) {
            look(batch);
        } else {
            callOff(batch);
        }
    }

    // ---- messages ----

    private Message newMessage(TaskQueue queue, TaskTerms terms) {
        int large = random.nextInt(40) == 0 ? 1_500 : 60;
        Message.Payload payload = new Message.Payload(Message.MIN_BYTES + random.nextInt(large),
                terms.times().delayMillis(), terms.times().dueAtMillis());
        return world.ledger.newMessage(queue.group.topic, commands--, payload, world.moment());
    }

    private Task newTask(TaskQueue queue, TaskTerms terms) {
        return queue.newTask(newMessage(queue, terms), terms);
    }

    /** What a client is told of, but no worker ever sees. */
    private Message shadow(TopicBook topic) {
        return new Message(-1, topic, 0, new Message.Payload(0, 0, 0), world.moment());
    }

    /** The first task and a few steps, in any queues. */
    private Flow newFlow(TaskQueue queue, TaskTerms terms, @Nullable FlowBatch batch) {
        Task first = newTask(queue, terms);
        TopicBook home = batch == null ? queue.group.topic : batch.queue.group.topic;
        boolean isHere = home.shard == queue.group.topic.shard;
        Flow flow = new Flow(world.ledger, isHere ? first.message : shadow(home), batch);
        flow.add(first);
        for (int left = random.nextInt(4); left > 0; left--) {
            TaskQueue next = anyLastingQueue();
            if (next != null) {
                flow.add(newTask(next, TaskTerms.any(random, world.clock.wallMillis()).asStep()));
            }
        }
        flows.add(flow);
        return flow;
    }

    private static ByteBuffer steps(Flow flow, int from) {
        List<Chain.Step> steps = new ArrayList<>();
        for (int place = from; place < flow.tasks.size(); place++) {
            Task task = flow.tasks.get(place);
            EnvelopeWriter envelope = task.terms.envelope();
            ByteBuffer bytes = ByteBuffer.allocate(envelope.length() + (place == 0 ? 0 : task.message.bytes));
            envelope.write(bytes);
            if (place > 0) {
                task.message.writeBody(bytes);
            }
            int result = place == 0 ? Chain.SAME_PAYLOAD
                : Flow.passesResult(place) ? Chain.RESULT_HEADER
                : Chain.NO_RESULT;
            steps.add(new Chain.Step(result, task.queue.group.topic.name, bytes.flip()));
        }
        return Chain.write(steps);
    }

    private static Enqueue enqueue(TaskQueue queue, EnvelopeWriter envelope, Message body) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES + envelope.length() + body.bytes);
        bytes.putInt(envelope.length() + body.bytes);
        envelope.write(bytes);
        body.writeBody(bytes);
        return new Enqueue(queue.group.topic.ref, queue.group.name, bytes, 0, bytes.position(), 1);
    }

    /** Asks for a task of which the client is told itself. */
    private void ask(Task task, EnvelopeWriter envelope) {
        EnqueueTasks command = new EnqueueTasks(enqueue(task.queue, envelope, task.message), List.of(task),
                world.ledger.highestId(task.queue.group.topic.shard));
        call(task.queue, command.batch(), task.message,
                outcome -> TaskQueue.answered(command, outcome, world.moment()));
    }

    /** Asks for something that another message stands for. */
    private void askFor(TaskQueue queue, Enqueue batch, Message shadow, Consumer<Byte> refused) {
        call(queue, batch, shadow, result -> {
            byte outcome = result == Outcome.OK ? batch.outcome(0) : result;
            if (outcome == Outcome.OK) {
                world.ledger.accepted(shadow, batch.id(0), world.moment());
                return;
            }
            shadow.fate = Fate.REFUSED;
            world.require(outcome == Outcome.NO_ROOM || !Outcome.limit(outcome).isEmpty(),
                    "enqueue answered " + outcome);
            refused.accept(outcome);
        });
    }

    private void call(TaskQueue queue, Enqueue batch, Message told, Consumer<Byte> then) {
        var answered = host(queue).call(shard -> Enqueues.run(shard, batch))
                .whenComplete((outcome, failure) -> world.heard(() -> {
                    world.trace.event("told of " + told + ": " + (failure == null ? outcome : "nothing"));
                    if (failure == null) {
                        then.accept(outcome);
                    } else {
                        told.fate = Fate.UNKNOWN;
                    }
                }));
        world.trace.mix(answered.isDone() ? 1 : 0);
    }

    // ---- chains and groups ----

    private void chain(TaskQueue queue) {
        Flow flow = newFlow(queue, TaskTerms.any(random, world.clock.wallMillis()).asFirst(), null);
        world.trace.event("enqueue " + flow);
        Task first = flow.tasks.getFirst();
        ask(first, first.terms.envelope().chain(steps(flow, 1)));
    }

    private void gather(TaskQueue queue) {
        Task task = newTask(queue, TaskTerms.any(random, world.clock.wallMillis()).asMember());
        String key = "group" + random.nextInt(GROUP_KEYS);
        queue.gathered.add(task, key);
        world.trace.event("gather " + task + " in " + key);
        ask(task, task.terms.envelope().gather(key));
    }

    // ---- batches ----

    private void open(TaskQueue queue) {
        Task completion = newTask(queue, TaskTerms.any(random, world.clock.wallMillis()).asFirst().takenOver());
        FlowBatch batch = new FlowBatch(world.ledger, queue, shadow(queue.group.topic), completion);
        batches.add(batch);
        world.trace.event("open batch with " + completion);
        Enqueue enqueue = enqueue(queue, completion.terms.envelope().completion(), completion.message);
        askFor(queue, enqueue, batch.held, outcome -> {});
    }

    /** A member at the home of its queue, or forwarded by the shard of its batch. */
    private void member(TaskQueue queue, FlowBatch batch, TaskTerms terms) {
        boolean elsewhere = batch.queue.group.topic.shard != queue.group.topic.shard;
        boolean mayGo = queue == queues.getLast() && elsewhere;
        if (host(batch.queue).isDown() || mayGo || !batch.queue.group.isLive()) {
            return;
        }
        Flow flow = newFlow(queue, elsewhere ? terms.asStep() : terms.asFirst(), batch);
        batch.members.add(flow);
        world.trace.event("add to " + batch + ": " + flow);
        String home = batch.queue.group.topic.name;
        if (!elsewhere) {
            Task first = flow.tasks.getFirst();
            ask(first, first.terms.envelope().batch(home, batch.held.id).chain(steps(flow, 1)));
            return;
        }
        EnvelopeWriter envelope = new EnvelopeWriter().batch(home, batch.held.id).chain(steps(flow, 0)).forward();
        askFor(batch.queue, enqueue(batch.queue, envelope, flow.tasks.getFirst().message), flow.head, outcome -> {
            if (outcome == Outcome.NO_BATCH) {
                batch.mustBeShut(world.moment());
            }
        });
    }

    private void close(FlowBatch batch) {
        long id = batch.held.id;
        String topic = batch.queue.group.topic.name;
        batch.closes.add(operator.command(batch.queue.group.topic, "close " + batch,
                shard -> shard.machine().tracked().batches().close(shard.machine().topic(topic), id), closed -> {
                    if (!closed) {
                        batch.mustBeShut(world.moment());
                    }
                }));
    }

    private void look(FlowBatch batch) {
        long id = batch.held.id;
        long added = batch.added();
        String topic = batch.queue.group.topic.name;
        operator.command(batch.queue.group.topic, "look at " + batch, shard -> new Seen(shard.machine()
                .tracked()
                .batches()
                .progress(shard.machine().topic(topic), id)),
                seen -> batch.seen(seen.progress, added, world.moment()));
    }

    private record Seen(dev.millrace.core.machine.@Nullable BatchProgress progress) {}

    private void callOff(FlowBatch batch) {
        long id = batch.held.id;
        TopicBook topic = batch.queue.group.topic;
        Span[] self = new Span[1];
        self[0] = operator.command(topic, "call off " + batch,
                shard -> shard.machine()
                        .tracked()
                        .cancel(shard.machine().group(topic.name, batch.queue.group.name), id),
                answer -> batch.callOffs.removeIf(span -> span == self[0] && answer != Tracked.Answer.DONE));
        batch.callOffs.add(self[0]);
    }

    /** A queue goes with all that is in it, while letters from it are under way. */
    private void deleteOne() {
        TopicBook topic = queues.getLast().group.topic;
        if (queues.getLast().isThere() && topic.isLive()) {
            operator.delete(topic);
        }
    }

    /** What was on its way to a queue that was deleted has made it again. */
    private void deleteAgain(TopicBook topic) {
        operator.command(topic, "delete " + topic.name + " again", shard -> {
            Topic again = shard.machine().topicOrNull(topic.name);
            if (again != null) {
                shard.machine().deleteTopic(again);
            }
            return again != null;
        }, gone -> {});
    }

    // ---- the first instant after ----

    /** Goes to the edge of a time that a queue promised to those that gather in it. Not while a cycle runs. */
    void edge() {
        TaskQueue queue = anyQueue();
        if (queue == null || host(queue).isDown()) {
            return;
        }
        List<Task> tasks = queue.gathered.tasks();
        List<Task> recent = tasks.subList(Math.max(0, tasks.size() - MOST_LOOKED_AT), tasks.size());
        if (random.nextBoolean()) {
            endOfGrace(queue, recent);
        } else if (queue.gathered.limits.maxDelayMillis() > 0) {
            longestDelay(queue, recent);
        }
    }

    /** What has waited for others as long as it may at most does not wait any more. */
    private void longestDelay(TaskQueue queue, List<Task> recent) {
        long delay = queue.gathered.limits.maxDelayMillis();
        for (Task task : recent) {
            Moment since = task.accepted;
            if (since != null && passUntil(since.nanos() + (delay + 1) * 1_000_000 + 2_000)) {
                break;
            }
        }
        Moment now = settled(queue);
        for (Task task : recent) {
            Moment since = task.accepted;
            if (now != null && since != null && since.isOver(now, delay) && isGathering(queue, task)) {
                throw new Violation(task + " waits for others longer than the " + delay + " ms of " + queue);
            }
        }
    }

    /** As long as its grace period is not over, what has come last waits, whatever else does not happen. */
    private void endOfGrace(TaskQueue queue, List<Task> recent) {
        if (settled(queue) == null) {
            return;
        }
        List<Task> waiting = recent.stream()
                .filter(task -> task.terms.times().expiresMillis() == 0 && isGathering(queue, task))
                .toList();
        GatherLimits limits = queue.gathered.limits;
        for (Task task : waiting.reversed()) {
            Moment since = task.message.submitted;
            if (!passUntil(since.nanos() + limits.graceMillis() * 1_000_000 - 200_000)) {
                continue;
            }
            Moment now = settled(queue);
            boolean mayBeLate = limits.maxDelayMillis() > 0
                    && !queue.gathered.isEarlyForAll(task, now == null ? since : now);
            if (now != null && !mayBeLate && since.isEarly(now, limits.graceMillis()) && !isGathering(queue, task)) {
                throw new Violation(task + " waits for others no longer, " + limits.graceMillis()
                        + " ms after it came, as " + queue + " promised");
            }
            return;
        }
    }

    private boolean passUntil(long nanos) {
        long left = nanos - world.clock.trueNanos();
        if (left <= 0 || left > MOST_PASSED_NANOS) {
            return false;
        }
        world.clock.pass(left);
        return true;
    }

    /** Runs cycles until there is nothing more to do at once; when the last one began, null if the shard is down. */
    private @Nullable Moment settled(TaskQueue queue) {
        HostedShard host = host(queue);
        for (int left = MOST_CYCLES; left > 0 && !host.isDown() && host.cycle(); left--) {
            // goes on
        }
        return host.isDown() ? null : host.cycleBegan();
    }

    private boolean isGathering(TaskQueue queue, Task task) {
        return Flows.isGathering(host(queue).shard().machine(), queue.group.topic.name, task.message.id);
    }

    // ---- the end ----

    /** Everything that is open is closed, also what nobody was told of. */
    void closeAll() {
        for (TaskQueue queue : queues) {
            TopicBook topic = queue.group.topic;
            if (!topic.isLive()) {
                deleteAgain(topic);
            }
            if (!queue.isThere() || !topic.isLive()) {
                continue;
            }
            Span span = operator.command(topic, "close all batches of " + queue,
                    shard -> closeAll(shard, topic.name), done -> {});
            batches.stream().filter(batch -> batch.queue == queue).forEach(batch -> batch.closes.add(span));
        }
    }

    private static int closeAll(Shard shard, String topic) {
        List<Long> open = Flows.openBatches(shard.machine(), topic);
        open.forEach(id -> shard.machine().tracked().batches().close(shard.machine().topic(topic), id));
        return open.size();
    }

    void complete() {
        flows.forEach(Flow::complete);
        batches.forEach(FlowBatch::complete);
        for (HostedShard host : world.hosts) {
            String left = Flows.leftOf(host.shard().machine());
            world.require(left.isEmpty(), "of shard " + host.number + ", all of whose tasks are over, are left: "
                    + left);
        }
        world.trace.event(world.post.figures());
    }
}
