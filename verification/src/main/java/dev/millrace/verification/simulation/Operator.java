package dev.millrace.verification.simulation;

import dev.millrace.core.machine.Backoff;
import dev.millrace.core.machine.DeadList;
import dev.millrace.core.machine.Group;
import dev.millrace.core.machine.Machine;
import dev.millrace.core.machine.MissingException;
import dev.millrace.core.machine.Topic;
import dev.millrace.core.shard.Shard;
import dev.millrace.verification.simulation.Message.Fate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Administrative commands and questions, as the node sends them to a shard, and what their answers promise. */
final class Operator {
    private static final List<String> TOPIC_COUNTERS = List.of("accepted", "joined", "purged");
    private static final List<String> GROUP_COUNTERS = List.of("offered", "done", "filtered", "purged", "retries",
            "timeouts", "redriven", "cancelled", "expired");

    private final World world;
    /** Changes whose answer has not come. */
    private final List<Span> open = new ArrayList<>();

    Operator(World world) {
        this.world = world;
    }

    private HostedShard host(TopicBook topic) {
        return world.hosts.get(topic.shard);
    }

    /** The process ended: no answer will come. */
    void processEnded() {
        long order = world.moment().order();
        open.forEach(span -> span.end(order, false));
        open.clear();
    }

    private Span change(TopicBook topic, String what, Consumer<Shard> work, Runnable done) {
        return command(topic, what, shard -> {
            work.accept(shard);
            return "done";
        }, answer -> done.run());
    }

    /** Has a shard do something; its answer is handed on when it comes, and the span ends in any case. */
    <T> Span command(TopicBook topic, String what, Function<Shard, T> work, Consumer<T> done) {
        world.trace.event("operator: " + what);
        Span span = new Span(world.moment().order());
        open.add(span);
        var answered = host(topic).call(work).whenComplete((answer, failure) -> world.heard(() -> {
            open.remove(span);
            span.end(world.moment().order(), failure == null);
            world.trace.event("operator: " + what + ": " + (failure == null ? answer : failure.getMessage()));
            if (failure == null) {
                done.accept(answer);
            }
        }));
        world.trace.mix(answered.isDone() ? 1 : 0);
        return span;
    }

    private static Function<Machine, Topic> topicOf(TopicBook topic) {
        return machine -> machine.topic(topic.name);
    }

    private static Group groupOf(Shard shard, GroupBook group) {
        return shard.machine().group(group.topic.name, group.name);
    }

    void createGroup(GroupBook group) {
        group.askedFor(world.moment().order());
        change(group.topic, "create " + group, shard -> {
            Topic topic = shard.topology().topic(group.topic.name);
            shard.topology().group(topic, group.name, topic.groups().isEmpty());
        }, () -> confirmed(group));
    }

    void confirmed(GroupBook group) {
        group.confirmedOrder = Math.min(group.confirmedOrder, world.moment().order());
    }

    void pause(TopicBook topic, boolean paused) {
        topic.everPaused |= paused;
        change(topic, (paused ? "pause " : "resume ") + topic.name,
                shard -> shard.machine().pauseTopic(topicOf(topic).apply(shard.machine()), paused), () -> {});
    }

    void pause(GroupBook group, boolean paused) {
        change(group.topic, (paused ? "pause " : "resume ") + group,
                shard -> shard.machine().pauseGroup(groupOf(shard, group), paused), () -> {});
    }

    void policy(GroupBook group, int maxAttempts, long minMillis, long maxMillis) {
        group.everLimited |= maxAttempts > 0;
        change(group.topic, "policy of " + group + ": " + maxAttempts + " attempts",
                shard -> shard.machine()
                        .operations()
                        .policy(groupOf(shard, group), new Backoff(maxAttempts, minMillis, maxMillis)),
                () -> {});
    }

    void empty(GroupBook group) {
        group.empties.add(change(group.topic, "empty " + group,
                shard -> shard.machine().emptyGroup(groupOf(shard, group)), () -> {}));
    }

    void empty(TopicBook topic) {
        topic.empties.add(change(topic, "empty " + topic.name,
                shard -> shard.machine().emptyTopic(topicOf(topic).apply(shard.machine())), () -> {}));
    }

    void redriveAll(GroupBook group) {
        group.redrives.add(change(group.topic, "redrive " + group, shard -> eachDead(shard, group, true), () -> {}));
    }

    void purgeDead(GroupBook group) {
        group.deadPurges
                .add(change(group.topic, "purge dead of " + group, shard -> eachDead(shard, group, false), () -> {}));
    }

    private static void eachDead(Shard shard, GroupBook group, boolean redrive) {
        Group found = groupOf(shard, group);
        DeadList list = shard.machine().deadList(found);
        for (int number = list.next(0); number >= 0; number = list.next(number + 1)) {
            if (redrive) {
                shard.machine().redrive(found, number);
            } else {
                shard.machine().purgeDead(found, number);
            }
        }
    }

    void delete(GroupBook group) {
        Span span = change(group.topic, "delete " + group,
                shard -> shard.machine().deleteGroup(groupOf(shard, group)),
                () -> group.deleteAnswered = true);
        group.deleteSubmittedOrder = span.submittedOrder;
    }

    void delete(TopicBook topic) {
        Span span = change(topic, "delete " + topic.name,
                shard -> shard.machine().deleteTopic(topicOf(topic).apply(shard.machine())),
                () -> topic.deleteAnswered = true);
        topic.deleteSubmittedOrder = span.submittedOrder;
    }

    // ---- questions ----

    /** What a topic says of itself. */
    record TopicFigures(Counters counters, long scheduled, List<GroupFigures> groups) {}

    /** What a group says of itself. */
    record GroupFigures(String name, Counters counters, long scheduled, long ready, long leased, long retrying,
            long dead) {
        long open() {
            return scheduled + ready + leased + retrying + dead;
        }
    }

    /** Asks for figures; checks them against what answers have promised before. */
    void ask(TopicBook topic, Consumer<@Nullable TopicFigures> then) {
        long acceptedBefore = topic.messages.stream().filter(message -> message.fate == Fate.ACCEPTED).count();
        List<Long> doneBefore = topic.groups.values().stream().map(Operator::done).toList();
        var answered = host(topic).call(shard -> figures(shard.machine().topic(topic.name)))
                .whenComplete((figures, failure) -> world.heard(() -> {
                    if (failure == null) {
                        check(topic, figures, acceptedBefore, doneBefore);
                        then.accept(figures);
                    } else {
                        gone(topic, failure, acceptedBefore);
                        then.accept(null);
                    }
                }));
        world.trace.mix(answered.isDone() ? 1 : 0);
    }

    private static void gone(TopicBook topic, Throwable failure, long acceptedBefore) {
        if (failure instanceof MissingException && acceptedBefore > 0 && topic.isLive()) {
            throw new Violation("topic " + topic.name + " is gone, although messages in it were accepted");
        }
    }

    private static long done(GroupBook group) {
        return group.entries.values().stream().filter(entry -> entry.doneOrder != Long.MAX_VALUE).count();
    }

    private static TopicFigures figures(Topic topic) {
        law("accepted of topic " + topic.name(), topic.accepted(), topic.scheduled(), topic.joined(), topic.cancelled(),
                topic.expired(), topic.purged());
        List<GroupFigures> groups = new ArrayList<>();
        for (Group group : topic.groups()) {
            law("offered of group " + topic.name() + ":" + group.name(), group.offered(), group.scheduled(),
                    group.ready(), group.leased(), group.retrying(), group.done(), group.dead(), group.cancelled(),
                    group.expired(),
                    group.purged(), group.filtered(), group.dropped());
            groups.add(new GroupFigures(group.name(),
                    new Counters(GROUP_COUNTERS,
                            List.of(group.offered(), group.done(), group.filtered(), group.purged(), group.retries(),
                                    group.timeouts(), group.redriven(), group.cancelled(), group.expired())),
                    group.scheduled(), group.ready(), group.leased(), group.retrying(), group.dead()));
        }
        return new TopicFigures(
                new Counters(TOPIC_COUNTERS, List.of(topic.accepted(), topic.joined(), topic.purged())),
                topic.scheduled(), groups);
    }

    private static void law(String what, long total, long... parts) {
        long sum = 0;
        for (long part : parts) {
            sum += part;
            if (part < 0) {
                throw new Violation(what + ": a part is negative");
            }
        }
        if (sum != total) {
            throw new Violation(what + " is " + total + ", but its parts add up to " + sum);
        }
    }

    private void check(TopicBook topic, TopicFigures figures, long acceptedBefore, List<Long> doneBefore) {
        world.trace.event("figures of " + topic.name + ": " + figures);
        topic.counters.mustNotFallTo(figures.counters, "topic " + topic.name);
        topic.counters = figures.counters;
        if (figures.counters.value("accepted") < acceptedBefore) {
            throw new Violation("topic " + topic.name + " says that it accepted " + figures.counters.value("accepted")
                    + " messages, but " + acceptedBefore + " were answered");
        }
        int index = 0;
        for (GroupBook group : topic.groups.values()) {
            long done = index < doneBefore.size() ? doneBefore.get(index) : 0;
            index++;
            GroupFigures found = figures.groups.stream()
                    .filter(candidate -> candidate.name.equals(group.name))
                    .findFirst()
                    .orElse(null);
            if (found != null) {
                check(group, found, done);
            }
        }
    }

    private static void check(GroupBook group, GroupFigures figures, long doneBefore) {
        group.counters.mustNotFallTo(figures.counters, "group " + group);
        group.counters = figures.counters;
        long done = figures.counters.value("done") + figures.counters.value("filtered");
        if (done < doneBefore) {
            throw new Violation("group " + group + " says that " + done + " are done, but " + doneBefore
                    + " acks were answered");
        }
    }
}
