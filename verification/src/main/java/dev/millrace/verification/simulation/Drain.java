package dev.millrace.verification.simulation;

import dev.millrace.core.machine.Leftovers;
import dev.millrace.core.machine.Machine;
import dev.millrace.core.shard.Submission;
import dev.millrace.verification.simulation.Command.Answer;
import dev.millrace.verification.simulation.Command.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The quiet end of a run: no more faults, everything is offered, consumed and acknowledged; then nothing may be missing. */
final class Drain {
    private static final int MOST_ROUNDS = 30_000;
    private static final int CREDIT = 500;
    /** Longer than any lease, and than the time that one has after a restart. */
    private static final long LEASES_NANOS = 90_000_000_000L;
    private static final long LEAST_SLEEP_NANOS = 50_000_000;
    private static final int MOST_UNCHANGED = 200;
    private static final int MOST_FORGETTING = 1_000;

    private final World world;
    private final Operator operator;
    private final Faults faults;
    private int asked;
    private long open;
    private long openBefore;
    private int unchanged;
    private int empty;
    /** Until then it sleeps no longer than shards do by themselves, so that leases of before end by time. */
    private long awakeUntilNanos;

    Drain(World world, Operator operator, Faults faults) {
        this.world = world;
        this.operator = operator;
        this.faults = faults;
    }

    void run() {
        run(List.of(), null);
    }

    /** The same; nothing is left in memory of these queues and of what their clients asked for. */
    void run(List<TaskQueue> queues, @Nullable FlowClients flows) {
        begin();
        world.post.reliable();
        if (flows != null) {
            flows.closeAll();
        }
        awakeUntilNanos = queues.isEmpty() ? 0 : world.clock.trueNanos() + LEASES_NANOS;
        int rounds = 0;
        while (empty < 2) {
            if (++rounds > MOST_ROUNDS) {
                throw new Violation("what is left does not come to its end: " + open + " open after " + rounds
                        + " rounds");
            }
            round();
            world.checkHeard();
        }
        world.ledger.complete();
        queues.forEach(TaskQueue::complete);
        forgetAll();
        if (flows != null) {
            flows.complete();
        }
        queues.stream()
                .filter(queue -> queue.isThere() && queue.group.isLive())
                .forEach(this::mustBeForgotten);
        faults.stopInOrder();
    }

    /** Whatever is kept for a time is kept no longer. */
    private void forgetAll() {
        for (int rounds = 0; rounds < MOST_FORGETTING; rounds++) {
            if (world.hosts.stream().allMatch(Drain::waitsForNothing)) {
                return;
            }
            awakeUntilNanos = 0;
            passTime();
            world.hosts.forEach(HostedShard::cycle);
        }
    }

    private static boolean waitsForNothing(HostedShard host) {
        Machine machine = host.shard().machine();
        return machine.nextDueMillis() == Long.MAX_VALUE && machine.nextWallMillis() == Long.MAX_VALUE;
    }

    private void mustBeForgotten(TaskQueue queue) {
        Machine machine = world.hosts.get(queue.group.topic.shard).shard().machine();
        String left = Leftovers.of(machine, queue.group.topic.name);
        world.require(left.isEmpty(), "of " + queue + ", all of whose tasks are over, are left: " + left);
    }

    private void begin() {
        calm();
        faults.stopInOrder();
        for (int tries = 0; !world.isRunning() || world.hosts.stream().anyMatch(HostedShard::isDown); tries++) {
            world.require(tries < 20, "the process does not start on a disk that works");
            if (world.isRunning()) {
                faults.stopInOrder();
            }
            calm();
            faults.start();
            calm();
        }
        for (TopicBook topic : world.ledger.topics.values()) {
            if (topic.isLive()) {
                operator.pause(topic, false);
                topic.groups.values().stream().filter(GroupBook::isLive).forEach(this::begin);
            }
        }
    }

    private void calm() {
        faults.calm();
        world.disk.keepPower();
        world.slowDisk.neverKill();
    }

    private void begin(GroupBook group) {
        operator.pause(group, false);
        operator.policy(group, 0, 0, 0);
        HostedShard host = world.hosts.get(group.topic.shard);
        group.askedFor(world.moment().order());
        Client client = world.newClient(host, group);
        client.opened(host.shard().openSession(client));
        var subscribed = host
                .call(shard -> shard.subscribe(client.session(), group.topic.name, group.name, 600_000, 0))
                .thenAccept(place -> world.heard(() -> {
                    operator.confirmed(group);
                    client.subscribed(place);
                    Submission submission = new Submission();
                    client.credit(submission, CREDIT);
                    client.submit(submission, List.of(new Command.Credit(CREDIT)));
                }));
        world.trace.mix(subscribed.isDone() ? 1 : 0);
    }

    private void round() {
        boolean more = false;
        for (HostedShard host : world.hosts) {
            more |= host.cycle();
            world.require(!host.isDown(), "shard " + host.number + " failed on a disk that works");
        }
        while (world.threads().runOne() || world.post.one()) {
            more = true;
        }
        for (Client client : world.clients) {
            if (client.hasUnread()) {
                client.read(CREDIT);
                more = true;
            }
            more |= acknowledge(client);
        }
        if (!more && isAwake()) {
            passTime();
        } else if (!more && asked == 0) {
            ask();
        } else if (!more) {
            passTime();
        }
    }

    private boolean acknowledge(Client client) {
        if (client.held.isEmpty()) {
            return false;
        }
        Submission submission = new Submission();
        List<Command> commands = new ArrayList<>();
        for (Lease lease : client.held) {
            Moment now = world.moment();
            commands.add(new Answer(lease, Verdict.ACK, 0, now, true, false));
            submission.ack(lease.token);
            lease.answeredOrder = now.order();
        }
        client.held.clear();
        client.submit(submission, commands);
        return true;
    }

    private void ask() {
        open = 0;
        for (HostedShard host : world.hosts) {
            open += host.shard().machine().tracked().mail().waiting();
        }
        for (TopicBook topic : world.ledger.topics.values()) {
            if (topic.isLive()) {
                asked++;
                operator.ask(topic, figures -> {
                    asked--;
                    if (figures != null) {
                        open += figures.scheduled();
                        figures.groups().forEach(group -> add(topic, group));
                    }
                    if (asked == 0) {
                        empty = open == 0 ? empty + 1 : 0;
                        mustChange();
                        passTime();
                    }
                });
            }
        }
        if (asked == 0) {
            empty++;
        }
    }

    private boolean isAwake() {
        return world.clock.trueNanos() < awakeUntilNanos;
    }

    private void mustChange() {
        unchanged = open == openBefore ? unchanged + 1 : 0;
        openBefore = open;
        world.require(unchanged < MOST_UNCHANGED, open + " are left, and none of them comes to its end");
    }

    private void add(TopicBook topic, Operator.GroupFigures figures) {
        GroupBook group = topic.groups.get(figures.name());
        if (group == null || !group.isLive()) {
            return;
        }
        open += figures.open();
        if (figures.dead() > 0) {
            operator.redriveAll(group);
        }
    }

    /** To the next thing that is due. */
    private void passTime() {
        long millis = 100;
        for (HostedShard host : world.hosts) {
            long due = host.shard().machine().nextDueMillis();
            if (due != Long.MAX_VALUE) {
                millis = Math.max(millis, due - host.shard().nowMillis());
            }
            long wallDue = host.shard().machine().nextWallMillis();
            if (wallDue != Long.MAX_VALUE) {
                millis = Math.max(millis, wallDue - world.clock.wallMillis());
            }
        }
        long nanos = millis * 1_000_000;
        if (isAwake()) {
            // More would be a standstill of the shard, for which it makes up to those who hold leases.
            nanos = Math.max(LEAST_SLEEP_NANOS, world.hosts.stream().mapToLong(HostedShard::idleNanos).min().orElse(0));
        }
        world.clock.pass(nanos);
    }
}
