package dev.millrace.verification.simulation;

import dev.millrace.core.shard.Submission;
import dev.millrace.verification.simulation.Command.Answer;
import dev.millrace.verification.simulation.Command.Publish;
import dev.millrace.verification.simulation.Command.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run: clients, operators and faults in an order that chance chooses, then a quiet end in which everything has to
 * come to its end.
 *
 * <p>
 * Everything happens on the calling thread; the same plan gives the same {@link SimulationResult}.
 */
public final class Simulation {
    private static final int MOST_CLIENTS = 9;
    private static final int MOST_TOPICS = 16;
    private static final List<Verdict> VERDICTS = List.of(Verdict.ACK, Verdict.ACK, Verdict.ACK, Verdict.ACK,
            Verdict.ACK, Verdict.FILTER, Verdict.RETRY, Verdict.RETRY, Verdict.EXTEND, Verdict.BURY);

    private final World world;
    private final Random random;
    private final Operator operator;
    private final Faults faults;
    private final Answers answers;
    private final Edges edges;
    private final @Nullable TaskClients tasks;
    private long commands;

    private Simulation(SimulationPlan plan, Consumer<String> watcher) {
        world = new World(plan, watcher);
        random = world.random;
        operator = new Operator(world);
        faults = new Faults(world, operator);
        answers = new Answers(world);
        edges = new Edges(world);
        tasks = plan.workload() == Workload.MESSAGES ? null : new TaskClients(world, operator);
    }

    /**
     * Runs the plan once.
     *
     * @throws Violation
     *             when a promise was broken; the message names the seed and ends with the last events
     */
    public static SimulationResult run(SimulationPlan plan) {
        return run(plan, line -> {});
    }

    /** The same; {@code watcher} hears of every event, as a line of text. */
    static SimulationResult run(SimulationPlan plan, Consumer<String> watcher) {
        Simulation simulation = new Simulation(plan, watcher);
        try {
            simulation.run();
        } catch (RuntimeException | AssertionError broken) {
            String what = broken instanceof Violation ? broken.getMessage() : broken.toString();
            throw new Violation("seed " + plan.seed() + " with " + plan.shards() + " shards: " + what
                    + "\nlast events:\n  " + String.join("\n  ", simulation.world.trace.last()), broken);
        }
        Trace trace = simulation.world.trace;
        return new SimulationResult(trace.hash(), trace.events(), simulation.world.ledger.messages.size(),
                simulation.faults.crashes(), simulation.world.clock.trueNanos() / 1_000_000);
    }

    private void run() {
        boolean onlyTasks = world.plan.workload() == Workload.TASKS || world.plan.workload() == Workload.FLOWS;
        int topics = onlyTasks ? 0 : 2 + random.nextInt(3);
        for (int i = 0; i < topics; i++) {
            newTopic();
        }
        for (int step = 0; step < world.plan.steps(); step++) {
            boolean before = world.isRunning();
            faults.step();
            if (!before && world.isRunning() && world.plan.emphasis() == Emphasis.QUESTIONS) {
                askAll();
            }
            if (world.isRunning()) {
                world.survives(this::step);
                world.checkHeard();
            }
        }
        if (tasks == null) {
            new Drain(world, operator, faults).run();
        } else {
            new Drain(world, operator, faults).run(tasks.queues(), tasks.flows());
        }
    }

    private void askAll() {
        world.ledger.topics.values()
                .stream()
                .filter(topic -> topic.isLive() && !world.hosts.get(topic.shard).isDown())
                .forEach(topic -> operator.ask(topic, figures -> {}));
    }

    private TopicBook newTopic() {
        int number = world.ledger.topics.size();
        TopicBook topic = new TopicBook("t" + number, number % world.hosts.size());
        world.ledger.topics.put(topic.name, topic);
        return topic;
    }

    // ---- one step ----

    private void step() {
        world.clock.pass(1_000 + random.nextInt(random.nextInt(20) == 0 ? 5_000_000 : 300_000));
        if (world.plan.emphasis().emptiesTopics()) {
            // Shards look for empty segments a few times each second.
            world.clock.pass(random.nextInt(8_000_000));
        }
        FlowClients flows = tasks == null ? null : tasks.flows();
        if (flows != null) {
            flows.deleteWithLetters();
        }
        if (random.nextInt(30) == 0) {
            edge();
            return;
        }
        int dice = random.nextInt(100);
        if (dice < 40) {
            cycle();
        } else if (dice < 50) {
            others();
        } else if (dice < 95) {
            client();
        } else if (tasks != null && isForTasks()) {
            tasks.administer();
        } else {
            administer();
        }
    }

    private void edge() {
        if (tasks != null && isForTasks()) {
            tasks.edge();
        } else {
            edges.visit();
        }
    }

    private boolean isForTasks() {
        return world.plan.workload() != Workload.MIXED || random.nextBoolean();
    }

    /** The threads beside the owners, or the mail between shards. */
    private void others() {
        if (world.plan.workload() != Workload.FLOWS || random.nextBoolean() || !world.post.one()) {
            world.threads().runOne();
        }
    }

    private void cycle() {
        HostedShard host = world.hosts.get(random.nextInt(world.hosts.size()));
        if (host.isDown()) {
            return;
        }
        if (random.nextInt(5) == 0) {
            world.clock.meanwhile(this::meanwhile);
        }
        boolean more = host.cycle();
        world.clock.meanwhile(null);
        if (!more && !host.isDown() && random.nextInt(3) == 0) {
            // Asleep until something is due, exactly.
            world.clock.pass(Math.min(host.idleNanos(), 50_000_000));
            host.cycle();
        }
    }

    /** The cycle has just begun; before it looks at its inbox, clients go on. */
    private void meanwhile() {
        world.clock.pass(random.nextInt(3_000_000));
        for (int i = random.nextInt(3); i >= 0; i--) {
            client();
        }
    }

    private void client() {
        if (tasks != null && isForTasks()) {
            tasks.client();
            return;
        }
        List<Client> alive = world.clients.stream().filter(client -> client.isAlive() && !client.isForTasks()).toList();
        if (alive.size() < 3 || (alive.size() < MOST_CLIENTS && random.nextInt(15) == 0)) {
            connect();
            return;
        }
        Client client = alive.get(random.nextInt(alive.size()));
        int dice = random.nextInt(100);
        if (client.host.isDown()) {
            client.over();
        } else if (dice < 2) {
            client.close();
        } else if (client.isSubscribed() && dice < 30) {
            client.read(1 + random.nextInt(6));
        } else {
            submit(client);
        }
    }

    private void connect() {
        TopicBook topic = anyTopic();
        HostedShard host = world.hosts.get(topic.shard);
        if (host.isDown()) {
            return;
        }
        boolean consumes = topic.isLive() && random.nextInt(3) > 0;
        GroupBook group = consumes ? anyGroup(topic) : null;
        Client client = world.newClient(host, group);
        client.opened(host.shard().openSession(client));
        world.trace.event(client + " connects to " + (group == null ? "shard " + host.number : group));
        if (group != null) {
            subscribe(client, group);
        }
    }

    private void subscribe(Client client, GroupBook group) {
        group.askedFor(world.moment().order());
        long lease = random.nextInt(4) == 0 ? 60_000 : 5 + random.nextInt(300);
        var asked = client.host.call(shard -> shard.subscribe(client.session(), group.topic.name, group.name, lease, 0))
                .whenComplete((place, failure) -> world.heard(() -> {
                    if (failure == null && client.isAlive()) {
                        operator.confirmed(group);
                        client.subscribed(place);
                    } else {
                        client.over();
                    }
                }));
        world.trace.mix(asked.isDone() ? 1 : 0);
    }

    private TopicBook anyTopic() {
        List<TopicBook> topics = List.copyOf(world.ledger.topics.values());
        List<TopicBook> live = topics.stream().filter(topic -> topic.isLive() && !topic.isQueue).toList();
        return live.isEmpty() ? newTopic() : live.get(random.nextInt(live.size()));
    }

    private GroupBook anyGroup(TopicBook topic) {
        List<GroupBook> live = topic.groups.values().stream().filter(GroupBook::isLive).toList();
        if (live.isEmpty() || (live.size() < 3 && random.nextInt(12) == 0)) {
            GroupBook group = new GroupBook(topic, "g" + topic.groups.size());
            topic.groups.put(group.name, group);
            return group;
        }
        return live.get(random.nextInt(live.size()));
    }

    // ---- commands of clients ----

    private void submit(Client client) {
        Submission submission = new Submission();
        List<Command> asked = new ArrayList<>();
        ByteBuffer data = ByteBuffer.allocate(64 << 10);
        submission.data(data);
        if (world.ledger.topics.size() < MOST_TOPICS && random.nextInt(80) == 0) {
            // Created in a batch that the disk does not take: their numbers will be given to other topics.
            asked.add(publish(client, submission, data, newTopicAt(client.host)));
            asked.add(publish(client, submission, data, newTopicAt(client.host)));
            world.slowDisk.failNextWrite();
        }
        for (int left = 1 + random.nextInt(4); left > 0; left--) {
            int dice = random.nextInt(100);
            if (client.isSubscribed() && dice < 12) {
                int credit = random.nextInt(5) == 0 ? random.nextInt(3) : 1 + random.nextInt(30);
                client.credit(submission, credit);
                asked.add(new Command.Credit(credit));
            } else if (client.isSubscribed() && dice < 75) {
                Answer answer = answers.any(client, submission, VERDICTS);
                if (answer != null) {
                    asked.add(answer);
                }
            } else {
                asked.add(publish(client, submission, data, topicFor(client)));
            }
        }
        if (!asked.isEmpty()) {
            client.submit(submission, asked);
        }
    }

    private TopicBook topicFor(Client client) {
        List<TopicBook> topics = world.ledger.topics.values()
                .stream()
                .filter(topic -> topic.shard == client.host.number && topic.isLive() && !topic.isQueue)
                .toList();
        boolean another = world.ledger.topics.size() < MOST_TOPICS && random.nextInt(40) == 0;
        return topics.isEmpty() || another ? newTopicAt(client.host) : topics.get(random.nextInt(topics.size()));
    }

    private Publish publish(Client client, Submission submission, ByteBuffer data, TopicBook topic) {
        boolean deferred = random.nextInt(4) == 0;
        long delay = deferred ? Answers.delay(random) : 0;
        int count = deferred || random.nextInt(3) > 0 ? 1 : 1 + random.nextInt(8);
        long command = ++commands;
        Moment now = world.moment();
        long dueAt = Message.Payload.dueAt(delay, world.clock.wallMillis());
        int start = data.position();
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int large = random.nextInt(40) == 0 ? 1_500 : 60;
            Message.Payload payload = new Message.Payload(Message.MIN_BYTES + random.nextInt(large), delay, dueAt);
            Message message = world.ledger.newMessage(topic, command, payload, now);
            message.writeTo(data);
            messages.add(message);
        }
        int bytes = data.position() - start;
        if (dueAt > 0) {
            submission.deferUntil(topic.ref, start, bytes, dueAt);
        } else if (deferred) {
            submission.defer(topic.ref, start, bytes, delay);
        } else {
            submission.publish(topic.ref, start, bytes, count);
        }
        world.trace.event(client + " publishes " + messages.getFirst() + " and " + (count - 1) + " more");
        return new Publish(messages, world.ledger.highestId(client.host.number));
    }

    private TopicBook newTopicAt(HostedShard host) {
        TopicBook topic = newTopic();
        while (topic.shard != host.number) {
            topic = newTopic();
        }
        return topic;
    }

    // ---- operators ----

    private void administer() {
        TopicBook topic = anyTopic();
        if (world.hosts.get(topic.shard).isDown()) {
            return;
        }
        GroupBook group = anyGroup(topic);
        int dice = random.nextInt(100);
        if (world.plan.emphasis().emptiesTopics() && !topic.name.endsWith("1") && random.nextInt(3) == 0) {
            operator.empty(topic);
        } else if (world.plan.emphasis() == Emphasis.QUESTIONS && random.nextInt(3) == 0) {
            askInTheLastMoment(topic);
        } else if (dice < 45) {
            operator.ask(topic, figures -> {});
        } else if (dice < 55) {
            operator.createGroup(group);
        } else if (dice < 65) {
            operator.pause(group, random.nextBoolean());
        } else if (dice < 72) {
            operator.pause(topic, random.nextBoolean());
        } else if (dice < 80) {
            long least = random.nextInt(40);
            operator.policy(group, random.nextInt(6), least, least + random.nextInt(200));
        } else if (dice < 90) {
            operator.redriveAll(group);
        } else if (dice < 93) {
            operator.empty(group);
        } else if (dice < 95) {
            operator.empty(topic);
        } else if (dice < 97) {
            operator.purgeDead(group);
        } else if (dice < 99) {
            operator.delete(group);
        } else {
            operator.delete(topic);
        }
    }

    /** Of what is to be written when the process is killed. */
    private void askInTheLastMoment(TopicBook topic) {
        HostedShard host = world.hosts.get(topic.shard);
        world.clients.stream()
                .filter(client -> client.host == host && client.isAlive() && !client.isForTasks())
                .limit(2)
                .forEach(this::submit);
        operator.ask(topic, figures -> {});
        faults.breakSoon(3);
        host.cycle();
    }
}
