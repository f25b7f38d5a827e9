package dev.millrace.verification.simulation;

import dev.millrace.core.machine.GroupLimits;
import dev.millrace.core.message.EnvelopeWriter;
import dev.millrace.core.shard.Enqueue;
import dev.millrace.core.shard.Enqueues;
import dev.millrace.core.shard.SessionKind;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.Subscription;
import dev.millrace.verification.simulation.Command.Answer;
import dev.millrace.verification.simulation.Command.EnqueueTasks;
import dev.millrace.verification.simulation.Command.Publish;
import dev.millrace.verification.simulation.Command.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** The clients of task queues: they enqueue, work, crash, pause, answer late, and come back with what they had. */
final class TaskClients {
    private static final int MOST_CLIENTS = 9;
    private static final List<Verdict> VERDICTS = List.of(Verdict.ACK, Verdict.ACK, Verdict.ACK, Verdict.ACK,
            Verdict.RETRY, Verdict.RETRY, Verdict.PUT_OFF, Verdict.EXTEND, Verdict.BURY, Verdict.PROGRESS,
            Verdict.RESULT);
    private static final List<SessionKind> KINDS = List.of(SessionKind.ORDINARY, SessionKind.RESUMABLE,
            SessionKind.LASTING);

    /** A subscription and the leases that came with it. */
    private record Resumed(Subscription place, List<Long> tokens) {}

    private final World world;
    private final Random random;
    private final Operator operator;
    private final TaskOperator single;
    private final Answers answers;
    private final List<TaskQueue> queues = new ArrayList<>();
    private final List<Client> clients = new ArrayList<>();
    /** Workers that are gone and may come back, with what they held. */
    private final List<Client> gone = new ArrayList<>();
    private final boolean purges;
    private final @Nullable FlowClients flows;
    private long commands;

    TaskClients(World world, Operator operator) {
        this.world = world;
        this.operator = operator;
        random = world.random;
        single = new TaskOperator(world, operator);
        answers = new Answers(world);
        purges = random.nextInt(4) == 0;
        boolean hasFlows = world.plan.workload() == Workload.FLOWS;
        int count = world.plan.shards() + random.nextInt(2) + (hasFlows ? 1 : 0);
        for (int i = 0; i < count; i++) {
            TopicBook topic = new TopicBook("q" + i, i % world.hosts.size());
            GroupBook group = new GroupBook(topic, TaskQueue.GROUP);
            topic.groups.put(group.name, group);
            topic.isQueue = true;
            world.ledger.topics.put(topic.name, topic);
            queues.add(new TaskQueue(group, world.ledger));
        }
        flows = hasFlows ? new FlowClients(world, operator, queues) : null;
    }

    /** Those who ask for more than single tasks, if there are any. */
    @Nullable
    FlowClients flows() {
        return flows;
    }

    private HostedShard host(TaskQueue queue) {
        return world.hosts.get(queue.group.topic.shard);
    }

    private TaskQueue anyQueue() {
        List<TaskQueue> live = queues.stream().filter(queue -> queue.group.topic.isLive()).toList();
        return live.get(random.nextInt(live.size()));
    }

    // ---- clients ----

    void client() {
        if (flows != null && random.nextInt(4) == 0) {
            flows.client();
            return;
        }
        clients.removeIf(client -> !client.isAlive() && rememberIfUseful(client));
        if (clients.size() < 3 || (clients.size() < MOST_CLIENTS && random.nextInt(12) == 0)) {
            connect();
            return;
        }
        Client client = clients.get(random.nextInt(clients.size()));
        int dice = random.nextInt(100);
        if (client.host.isDown()) {
            client.over();
        } else if (dice < 2 || (client.group != null && !client.group.isLive())) {
            client.close();
        } else if (client.isSubscribed() && dice < 35) {
            client.read(1 + random.nextInt(6));
        } else {
            submit(client);
        }
    }

    private boolean rememberIfUseful(Client client) {
        if (!client.held.isEmpty()) {
            gone.add(client);
        }
        return true;
    }

    private void connect() {
        boolean last = world.plan.emphasis() == Emphasis.LETTERS && random.nextBoolean()
                && queues.getLast().group.topic.isLive();
        TaskQueue queue = last ? queues.getLast() : anyQueue();
        if (host(queue).isDown()) {
            return;
        }
        if (!queue.isThere() && (flows != null || random.nextBoolean())) {
            single.open(queue);
            return;
        }
        boolean works = queue.isThere() && random.nextInt(4) > 0;
        Client before = works ? anyGone(queue) : null;
        SessionKind kind = before == null ? KINDS.get(random.nextInt(KINDS.size())) : before.kind();
        Client client = world.newClient(host(queue), queue.group, kind);
        client.opened(client.host.shard().openSession(client, kind));
        clients.add(client);
        world.trace.event(client + " connects to " + queue + ", " + kind + (before == null ? "" : ", was " + before));
        if (works) {
            subscribe(client, queue, before);
        }
    }

    private @Nullable Client anyGone(TaskQueue queue) {
        if (random.nextInt(3) == 0) {
            return null;
        }
        List<Client> former = gone.stream().filter(client -> client.group == queue.group).toList();
        if (former.isEmpty()) {
            return null;
        }
        Client client = former.get(random.nextInt(former.size()));
        gone.remove(client);
        return client;
    }

    private void subscribe(Client client, TaskQueue queue, @Nullable Client before) {
        long lease = random.nextInt(3) == 0 ? 60_000 : 5 + random.nextInt(300);
        long[] tokens = before == null ? new long[0] : before.held.stream().mapToLong(held -> held.token).toArray();
        if (before != null) {
            client.held.addAll(before.held);
            client.settled.addAll(before.settled);
        }
        int opening = client.host.openings();
        Moment asked = world.moment();
        var answered = client.host.call(shard -> {
            Subscription place = shard.resume(client.session(), queue.group.topic.name, queue.group.name, lease,
                    tokens);
            return new Resumed(place, client.isLasting()
                    ? List.of()
                    : Arrays.stream(shard.tokens(place)).boxed().toList());
        }).whenComplete((resumed, failure) -> world.heard(() -> {
            if (failure != null || !client.isAlive()) {
                client.over();
                return;
            }
            client.subscribed(resumed.place);
            if (before != null) {
                takenUp(client, before, resumed.tokens, asked, opening);
            }
        }));
        world.trace.mix(answered.isDone() ? 1 : 0);
    }

    /** A session came back: it has what it had, if it came within the time that its shard waits. */
    private void takenUp(Client client, Client before, List<Long> tokens, Moment asked, int opening) {
        boolean inTime = client.kind() == SessionKind.RESUMABLE && before.opening() == opening - 1
                && client.host.openings() == opening && !client.host.opened().isOver(world.moment(), 9_000)
                && queueIsLive(before) && !before.hasLeft()
                && before.held.stream().allMatch(lease -> lease.client == before);
        for (Lease lease : before.held) {
            boolean there = tokens.contains(lease.token);
            if (there && !lease.client.isAlive()) {
                lease.client = client;
            } else if (inTime && lease.answeredOrder == Long.MAX_VALUE
                    && !lease.mayBeOver(before.ended())) {
                throw new Violation(client + " came back at " + asked + " and did not find " + lease + " of "
                        + lease.entry());
            }
        }
    }

    private static boolean queueIsLive(Client client) {
        return client.group != null && client.group.isLive();
    }

    // ---- what they say ----

    private void submit(Client client) {
        TaskQueue queue = client.group == null || client.group.queue == null ? anyQueue() : client.group.queue;
        Submission submission = new Submission();
        List<Command> asked = new ArrayList<>();
        ByteBuffer data = ByteBuffer.allocate(64 << 10);
        submission.data(data);
        for (int left = 1 + random.nextInt(4); left > 0; left--) {
            int dice = random.nextInt(100);
            if (client.isSubscribed() && dice < 15) {
                credit(client, submission, asked);
            } else if (client.isSubscribed() && dice < 75) {
                Answer answer = answers.any(client, submission, VERDICTS);
                if (answer != null) {
                    asked.add(answer);
                }
            } else if (dice < 97) {
                enqueue(client, queue, submission, asked);
            } else if (queue.isThere()) {
                asked.add(plain(queue, submission, data));
            }
        }
        if (!asked.isEmpty()) {
            client.submit(submission, asked);
        }
    }

    private void credit(Client client, Submission submission, List<Command> asked) {
        int more = random.nextInt(4) == 0 ? random.nextInt(3) : 1 + random.nextInt(20);
        int credit = client.isLasting() ? client.given() + more : more;
        client.credit(submission, credit);
        asked.add(new Command.Credit(credit));
    }

    private void enqueue(Client client, TaskQueue queue, Submission submission, List<Command> asked) {
        int count = random.nextInt(3) > 0 ? 1 : 1 + random.nextInt(8);
        List<TaskTerms> terms = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            terms.add(TaskTerms.any(random, world.clock.wallMillis()));
        }
        EnqueueTasks command = batch(queue, terms);
        if (random.nextInt(4) > 0) {
            submission.enqueue(command.batch());
            asked.add(command);
        } else {
            call(client.host, command);
        }
    }

    private EnqueueTasks batch(TaskQueue queue, List<TaskTerms> terms) {
        ByteBuffer bytes = ByteBuffer.allocate(64 << 10);
        List<Task> tasks = new ArrayList<>();
        commands++;
        for (TaskTerms each : terms) {
            Task task = newTask(queue, each);
            EnvelopeWriter envelope = each.envelope();
            bytes.putInt(envelope.length() + task.message.bytes);
            envelope.write(bytes);
            task.message.writeBody(bytes);
            tasks.add(task);
            world.trace.event("enqueue " + task);
        }
        Enqueue batch = new Enqueue(queue.group.topic.ref, queue.group.name, bytes, 0, bytes.position(), tasks.size());
        return new EnqueueTasks(batch, tasks, world.ledger.highestId(queue.group.topic.shard));
    }

    private Task newTask(TaskQueue queue, TaskTerms terms) {
        int large = random.nextInt(40) == 0 ? 1_500 : 60;
        Message.Payload payload = new Message.Payload(Message.MIN_BYTES + random.nextInt(large),
                terms.times().delayMillis(), terms.times().dueAtMillis());
        Message message = world.ledger.newMessage(queue.group.topic, commands, payload, world.moment());
        return queue.newTask(message, terms);
    }

    /** As a door does that answers each request for itself. */
    private void call(HostedShard host, EnqueueTasks command) {
        var answered = host.call(shard -> Enqueues.run(shard, command.batch()))
                .whenComplete((outcome, failure) -> world.heard(() -> {
                    if (failure == null) {
                        TaskQueue.answered(command, outcome, world.moment());
                    } else {
                        command.tasks().forEach(task -> task.message.fate = Message.Fate.UNKNOWN);
                    }
                }));
        world.trace.mix(answered.isDone() ? 1 : 0);
    }

    /** As a protocol does that knows no properties. */
    private Publish plain(TaskQueue queue, Submission submission, ByteBuffer data) {
        long delay = random.nextInt(3) == 0 ? 1 + random.nextInt(60) : 0;
        commands++;
        int start = data.position();
        long dueAt = Message.Payload.dueAt(delay, world.clock.wallMillis());
        Task task = newTask(queue, TaskTerms.plain(delay, dueAt));
        task.message.writeTo(data);
        int bytes = data.position() - start;
        if (dueAt > 0) {
            submission.deferUntil(queue.group.topic.ref, start, bytes, dueAt);
        } else if (delay > 0) {
            submission.defer(queue.group.topic.ref, start, bytes, delay);
        } else {
            submission.publish(queue.group.topic.ref, start, bytes, 1);
        }
        world.trace.event("publish " + task);
        return new Publish(List.of(task.message), world.ledger.highestId(queue.group.topic.shard));
    }

    // ---- operators ----

    void administer() {
        TaskQueue queue = anyQueue();
        if (host(queue).isDown() || !queue.isThere()) {
            return;
        }
        int dice = random.nextInt(100);
        if (dice < 15) {
            operator.ask(queue.group.topic, figures -> {});
        } else if (dice < 22) {
            single.limits(queue, anyLimits());
        } else if (dice < 34) {
            single.pause(queue, !queue.paused && random.nextBoolean());
        } else if (dice < 35 && purges) {
            operator.redriveAll(queue.group);
        } else if (dice < 36 && purges) {
            operator.purgeDead(queue.group);
        } else {
            one(queue, dice);
        }
    }

    private GroupLimits anyLimits() {
        return new GroupLimits(random.nextInt(4), random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 0,
                10 + random.nextInt(300),
                random.nextInt(3) == 0 ? 1 + random.nextInt(random.nextBoolean() ? 30 : 1_000) : 0);
    }

    private void one(TaskQueue queue, int dice) {
        List<Task> known = queue.tasks.stream().filter(Task::isKnown).toList();
        if (known.isEmpty()) {
            return;
        }
        int recent = Math.min(known.size(), random.nextInt(4) == 0 ? known.size() : 40);
        Task task = known.get(known.size() - 1 - random.nextInt(recent));
        if (dice < 60) {
            single.look(task);
        } else if (dice < 74) {
            single.cancel(task);
        } else if (dice < 84) {
            single.runNow(task);
        } else if (dice < 88) {
            single.remove(task);
        } else {
            single.redrive(task);
        }
    }

    // ---- the last instant before, and the first after ----

    /** Goes to the edge of a time that was promised and looks at once what is there. Not while a cycle runs. */
    void edge() {
        if (flows != null && random.nextInt(3) == 0) {
            flows.edge();
            return;
        }
        TaskQueue queue = anyQueue();
        if (host(queue).isDown() || !queue.isThere()) {
            return;
        }
        if (random.nextBoolean()) {
            endOfWindow(queue);
        } else {
            expiry(queue);
        }
    }

    /** A repeat shortly before the window of its key ends. */
    private void endOfWindow(TaskQueue queue) {
        long now = world.clock.trueNanos();
        for (Task task : queue.tasks.reversed()) {
            long left = task.message.submitted.nanos() + task.terms.unique().windowMillis() * 1_000_000 - now
                    - (random.nextBoolean() ? 200_000 : 1_200_000);
            if (task.accepted != null && left > 0 && left < 400_000_000L) {
                world.clock.pass(left);
                call(host(queue), batch(queue, List.of(task.terms)));
                host(queue).cycle();
                return;
            }
        }
    }

    /** A paused queue goes on right after a task of it has expired, and somebody is there who would take it. */
    private void expiry(TaskQueue queue) {
        HostedShard host = host(queue);
        Client worker = clients.stream()
                .filter(client -> client.isSubscribed() && client.group == queue.group && client.host == host)
                .findFirst()
                .orElse(null);
        if (worker == null) {
            return;
        }
        Submission submission = new Submission();
        List<Command> asked = new ArrayList<>();
        credit(worker, submission, asked);
        worker.submit(submission, asked);
        single.pause(queue, true);
        host.cycle();
        if (host.isDown()) {
            return;
        }
        long expires = 1L + random.nextInt(60);
        EnqueueTasks batch = batch(queue, List.of(TaskTerms.any(random, world.clock.wallMillis()).expiring(expires)));
        call(host, batch);
        host.cycle();
        Moment since = batch.tasks().getFirst().accepted;
        if (host.isDown() || since == null) {
            return;
        }
        long left = since.nanos() + (expires + 1) * 1_000_000 + 2_000 - world.clock.trueNanos();
        world.clock.pass(Math.max(0, left));
        single.pause(queue, false);
        host.cycle();
        if (worker.isAlive()) {
            worker.read(20);
        }
    }

    // ---- the end ----

    List<TaskQueue> queues() {
        return queues;
    }
}
