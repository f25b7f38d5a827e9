package dev.millrace.node;

import dev.millrace.core.log.LogException;
import dev.millrace.core.machine.Backoff;
import dev.millrace.core.machine.Group;
import dev.millrace.core.machine.MissingException;
import dev.millrace.core.machine.Topic;
import dev.millrace.core.shard.LimitException;
import dev.millrace.core.shard.OncePublish;
import dev.millrace.core.shard.Session;
import dev.millrace.core.shard.SessionKind;
import dev.millrace.core.shard.SessionListener;
import dev.millrace.core.shard.Shard;
import dev.millrace.core.shard.ShardException;
import dev.millrace.core.shard.Subscription;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.node.tasks.Tasks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Sends each request to the shard that is home to its topic, and gathers answers that concern all. */
final class NodeBroker implements Broker {
    private final List<ShardSlot> shards;
    private final Directory directory;
    private final NodeTasks tasks = new NodeTasks(this);
    private final DeadQueues deadQueues = new DeadQueues(this);

    NodeBroker(List<ShardSlot> shards, Directory directory) {
        this.shards = shards;
        this.directory = directory;
        directory.add(deadQueues);
        directory.add(tasks.waits());
    }

    @Override
    public TopicRef topic(String name) {
        return directory.ref(name);
    }

    @Override
    public int shardCount() {
        return shards.size();
    }

    @Override
    public Session openSession(int shard, SessionListener listener) {
        return shards.get(shard).openSession(listener, SessionKind.ORDINARY);
    }

    @Override
    public Session openLastingSession(int shard, SessionListener listener) {
        return shards.get(shard).openSession(listener, SessionKind.LASTING);
    }

    @Override
    public Session openResumableSession(int shard, SessionListener listener) {
        return shards.get(shard).openSession(listener, SessionKind.RESUMABLE);
    }

    @Override
    public CompletableFuture<Boolean> createTopic(String topic) {
        return at(topic, shard -> {
            boolean isNew = shard.machine().topicOrNull(topic) == null;
            shard.topology().topic(topic);
            return isNew;
        });
    }

    @Override
    public CompletableFuture<Boolean> createGroup(String topic, String group, GroupStart start) {
        return at(topic, shard -> {
            Topic parent = shard.topology().topic(topic);
            boolean isNew = !parent.hasGroup(group);
            boolean earliest = start == GroupStart.EARLIEST
                    || (start == GroupStart.DEFAULT && parent.groups().isEmpty());
            Group made = shard.topology().group(parent, group, earliest);
            if (isNew && start == GroupStart.EARLIEST && parent.keepsHistory()) {
                shard.machine().operations().replay(made, 0);
            }
            return isNew;
        });
    }

    @Override
    public CompletableFuture<Subscription> subscribe(Session session, TopicRef topic, String group, long leaseMillis,
            int maxConsumers) {
        return at(topic.name(), shard -> shard.subscribe(session, topic.name(), group, leaseMillis, maxConsumers));
    }

    @Override
    public CompletableFuture<Subscription> resume(Session session, TopicRef topic, String group, long leaseMillis,
            List<Long> tokens) {
        long[] held = tokens.stream().mapToLong(Long::longValue).toArray();
        return at(topic.name(), shard -> shard.resume(session, topic.name(), group, leaseMillis, held));
    }

    @Override
    public CompletableFuture<List<Long>> leases(Subscription subscription) {
        return at(subscription.topic(), shard -> Arrays.stream(shard.tokens(subscription)).boxed().toList());
    }

    @Override
    public CompletableFuture<List<Long>> stopsAsked(Subscription subscription) {
        return at(subscription.topic(), shard -> Arrays.stream(shard.tokens(subscription))
                .filter(shard.machine().tracked()::isStopAsked)
                .boxed()
                .toList());
    }

    @Override
    public CompletableFuture<Void> unsubscribe(Subscription subscription) {
        return change(subscription.topic(), shard -> shard.unsubscribe(subscription));
    }

    @Override
    public CompletableFuture<Void> deleteTopic(String topic) {
        return change(topic, shard -> shard.machine().deleteTopic(shard.machine().topic(topic)));
    }

    @Override
    public CompletableFuture<Void> deleteGroup(String topic, String group) {
        return onGroup(topic, group, (shard, found) -> shard.machine().deleteGroup(found));
    }

    @Override
    public CompletableFuture<Void> emptyTopic(String topic) {
        return change(topic, shard -> shard.machine().emptyTopic(shard.machine().topic(topic)));
    }

    @Override
    public CompletableFuture<Void> emptyGroup(String topic, String group) {
        return onGroup(topic, group, (shard, found) -> shard.machine().emptyGroup(found));
    }

    @Override
    public CompletableFuture<Void> pauseTopic(String topic, boolean paused) {
        return change(topic, shard -> shard.machine().pauseTopic(shard.machine().topic(topic), paused));
    }

    @Override
    public CompletableFuture<Void> pauseGroup(String topic, String group, boolean paused) {
        return onGroup(topic, group, (shard, found) -> shard.machine().pauseGroup(found, paused));
    }

    @Override
    public CompletableFuture<Void> setRetryPolicy(String topic, String group, RetryPolicy policy) {
        return onGroup(topic, group, (shard, found) -> shard.machine()
                .operations()
                .policy(found, new Backoff(policy.maxAttempts(), policy.minBackoff().toMillis(),
                        policy.maxBackoff().toMillis(), policy.jitterPercent())));
    }

    @Override
    public CompletableFuture<List<TopicStats>> stats(@Nullable String topic) {
        if (topic != null) {
            return at(topic, shard -> Stats.of(shard, topic));
        }
        List<CompletableFuture<List<TopicStats>>> parts = new ArrayList<>();
        for (ShardSlot shard : shards) {
            parts.add(translate(pages(shard, 0, new LinkedHashMap<>())));
        }
        return gather(parts, Comparator.comparing(TopicStats::name));
    }

    @Override
    public CompletableFuture<List<TopicNames>> names() {
        List<CompletableFuture<List<TopicNames>>> parts = new ArrayList<>();
        for (ShardSlot shard : shards) {
            parts.add(translate(shard.call(Stats::names)));
        }
        return gather(parts, Comparator.comparing(TopicNames::topic));
    }

    @Override
    public CompletableFuture<List<DeadLetter>> deadLetters(String topic, String group, long after, int limit) {
        if (limit < 1 || limit > 1_000) {
            return CompletableFuture.failedFuture(new BrokerException(BrokerException.Category.INVALID,
                    "limit must be 1..1000, not " + limit));
        }
        return deadPage(new DeadNames.Source(topic, group), after, limit, DEAD_PAGE_BYTES);
    }

    CompletableFuture<List<DeadLetter>> deadPage(DeadNames.Source source, long after, int limit, long mostBytes) {
        return translate(at(source.topic(), shard -> DeadPage.collect(shard,
                shard.machine().group(source.topic(), source.group()), after, limit, mostBytes))
                .thenCompose(DeadPage::read));
    }

    /** Purges the dead letter with this {@link DeadLetter#cursor()}; false if it is dead no longer. */
    CompletableFuture<Boolean> purgeDead(DeadNames.Source source, long cursor) {
        return at(source.topic(), shard -> shard.machine()
                .purgeDead(shard.machine().group(source.topic(), source.group()), (int) cursor - 1));
    }

    @Override
    public DeadReader readDead(String topic, String group, String channel, boolean taking) {
        return deadQueues.open(new DeadNames.Source(topic, group), channel, taking);
    }

    @Override
    public List<DeadReading> deadReadings() {
        return deadQueues.readings();
    }

    @Override
    public CompletableFuture<List<TopicNames>> deadNames() {
        List<CompletableFuture<List<TopicNames>>> parts = new ArrayList<>();
        for (ShardSlot shard : shards) {
            parts.add(translate(shard.call(Stats::deadNames)));
        }
        return gather(parts, Comparator.comparing(TopicNames::topic));
    }

    @Override
    public CompletableFuture<Optional<DeadLetter>> deadLetter(String topic, String group, long id) {
        return translate(DeadBulk.find(this, topic, group, id));
    }

    @Override
    public CompletableFuture<Byte> publishOnce(String topic, OncePublish messages) {
        return at(topic, messages::run);
    }

    @Override
    public CompletableFuture<Integer> replayDead(String topic, String group, List<Long> ids) {
        return translate(DeadBulk.byIds(this, topic, group, ids, true));
    }

    @Override
    public CompletableFuture<Long> replayAllDead(String topic, String group) {
        return Replaying.runDeadJob(this, topic, group, true);
    }

    @Override
    public CompletableFuture<Long> purgeDead(String topic, String group, List<Long> ids) {
        return translate(ids.isEmpty() ? Replaying.runDeadJob(this, topic, group, false)
                : DeadBulk.byIds(this, topic, group, ids, false).thenApply(Integer::longValue));
    }

    @Override
    public CompletableFuture<Long> startDeadJob(String topic, String group, boolean replay) {
        return Replaying.startDeadJob(this, topic, group, replay);
    }

    @Override
    public CompletableFuture<Optional<DeadJobState>> deadJob(String topic, String group) {
        return at(topic, shard -> Replaying.deadJob(shard.machine().group(topic, group)));
    }

    @Override
    public CompletableFuture<Void> setHistory(String topic, long maxAgeMillis, long maxBytes) {
        return change(topic, shard -> Replaying.set(shard.machine(), topic, maxAgeMillis, maxBytes));
    }

    @Override
    public CompletableFuture<TopicHistory> history(String topic) {
        return at(topic, shard -> Replaying.history(shard.machine().topic(topic)));
    }

    @Override
    public CompletableFuture<Long> replay(String topic, String group, ReplayFrom from, boolean purgeUnderWay) {
        return at(topic, shard -> Replaying.replay(shard.machine(), shard.machine().group(topic, group), from,
                purgeUnderWay));
    }

    @Override
    public long backup(Path folder) {
        long copied = 0;
        for (ShardSlot shard : shards) {
            Shard serving = shard.current();
            if (serving == null || serving.stopped()) {
                throw new BrokerException(BrokerException.Category.UNAVAILABLE, shard.health().message());
            }
            try {
                copied += serving.log().backup(folder.resolve("shard-" + shard.number()));
            } catch (LogException e) {
                BrokerException.Category category = e.category() == LogException.Category.CALLER
                        ? BrokerException.Category.INVALID
                        : BrokerException.Category.UNAVAILABLE;
                BrokerException refused = new BrokerException(category, String.valueOf(e.getMessage()));
                refused.initCause(e);
                throw refused;
            }
        }
        return copied;
    }

    @Override
    public Tasks tasks() {
        return tasks;
    }

    NodeTasks nodeTasks() {
        return tasks;
    }

    @Override
    public void addListener(TopologyListener listener) {
        directory.add(listener);
    }

    @Override
    public CompletableFuture<List<ShardFigures>> figures() {
        List<CompletableFuture<List<ShardFigures>>> parts = new ArrayList<>();
        for (ShardSlot shard : shards) {
            parts.add(shard.call(found -> List.of(Figures.of(found))).exceptionally(down -> List.of()));
        }
        return gather(parts, Comparator.comparingInt(ShardFigures::shard));
    }

    @Override
    public String noRoom(int shard) {
        return shards.get(shard).noRoom();
    }

    @Override
    public List<ShardHealth> health() {
        return shards.stream().map(ShardSlot::health).toList();
    }

    // ---- routing ----

    /** Runs at the topic's home; failures become {@link BrokerException}. */
    <T> CompletableFuture<T> at(String topic, Function<Shard, T> work) {
        return translate(shards.get(topic(topic).shard()).call(work));
    }

    private CompletableFuture<Void> change(String topic, java.util.function.Consumer<Shard> work) {
        return at(topic, shard -> {
            work.accept(shard);
            return Boolean.TRUE;
        }).thenAccept(done -> {
            // the answer is that it is done
        });
    }

    private CompletableFuture<Void> onGroup(String topic, String group, BiConsumer<Shard, Group> work) {
        return change(topic, shard -> work.accept(shard, shard.machine().group(topic, group)));
    }

    /** Page by page, so that no call holds the shard for long; a topic that was made anew meanwhile counts once. */
    private static CompletableFuture<List<TopicStats>> pages(ShardSlot shard, int from,
            Map<String, TopicStats> before) {
        return shard.call(owner -> Stats.page(owner, from)).thenCompose(page -> {
            page.topics().forEach(topic -> before.put(topic.name(), topic));
            return page.next() < 0 ? CompletableFuture.completedFuture(List.copyOf(before.values()))
                    : pages(shard, page.next(), before);
        });
    }

    private static <T> CompletableFuture<List<T>> gather(List<CompletableFuture<List<T>>> parts, Comparator<T> order) {
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
                .thenApply(done -> parts.stream().flatMap(part -> part.join().stream()).sorted(order).toList());
    }

    static <T> CompletableFuture<T> translate(CompletableFuture<T> future) {
        return future.handle((value, failure) -> {
            if (failure == null) {
                return value;
            }
            throw exception(failure instanceof CompletionException && failure.getCause() != null ? failure.getCause()
                    : failure);
        });
    }

    /** Whether it says that the topic or group does not exist. */
    static boolean isMissing(Throwable failure) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause()
                : failure;
        return cause instanceof BrokerException refused
                && refused.category() == BrokerException.Category.NOT_FOUND;
    }

    private static BrokerException exception(Throwable failure) {
        BrokerException.Category category = switch (failure) {
            case BrokerException known -> known.category();
            case MissingException missing -> BrokerException.Category.NOT_FOUND;
            case LimitException limit -> BrokerException.Category.LIMIT;
            case IllegalArgumentException invalid -> BrokerException.Category.INVALID;
            case ShardException down -> BrokerException.Category.UNAVAILABLE;
            default -> BrokerException.Category.INTERNAL;
        };
        BrokerException exception = new BrokerException(category, String.valueOf(failure.getMessage()));
        exception.initCause(failure);
        return exception;
    }
}
