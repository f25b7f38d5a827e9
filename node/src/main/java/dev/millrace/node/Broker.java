package dev.millrace.node;

import dev.millrace.core.shard.OncePublish;
import dev.millrace.core.shard.Session;
import dev.millrace.core.shard.SessionListener;
import dev.millrace.core.shard.Subscription;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.node.tasks.Tasks;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a door sees of this node: topics, groups and messages, wherever their shards are.
 *
 * <p>
 * Every future completes after what it reports is durable; it fails with {@link BrokerException}. Futures complete on
 * an owner thread of a shard: continue with {@code ...Async} on an executor of the door's own for anything but a
 * hand-over. All methods may be called from any thread and never block.
 */
public interface Broker {
    /** Where a topic lives, or will live once something is published to it. Does not create it. */
    TopicRef topic(String name);

    int shardCount();

    /** Opens a session at one shard (0-based); its listener is called on that shard's owner thread. */
    Session openSession(int shard, SessionListener listener);

    /**
     * The same, but for leases that outlive the session and a restart of the server: only their token or time ends them,
     * and after a restart not before ten seconds. A subscription's credit is then an allowance that is used up.
     */
    Session openLastingSession(int shard, SessionListener listener);

    /**
     * The same, but its leases wait ten seconds after a restart of the server, or of the shard, for {@link #resume}.
     * Within one life of the shard it is an ordinary session.
     */
    Session openResumableSession(int shard, SessionListener listener);

    /** Creates the topic unless it exists; the result says whether it was created. */
    CompletableFuture<Boolean> createTopic(String topic);

    /** Creates the group (and its topic if missing); the result says whether the group was created. */
    CompletableFuture<Boolean> createGroup(String topic, String group, GroupStart start);

    /**
     * Subscribes a session of the topic's home shard, creating topic and group if missing.
     *
     * @param leaseMillis
     *            how long each delivery is leased
     * @param maxConsumers
     *            refuse with category LIMIT when the group has that many subscriptions already; 0: no limit
     */
    CompletableFuture<Subscription> subscribe(Session session, TopicRef topic, String group, long leaseMillis,
            int maxConsumers);

    /**
     * Subscribes a resumable session. If these tokens, or one of them, are of leases of the group that wait since a
     * restart, the subscription has all leases of the session that held them.
     */
    CompletableFuture<Subscription> resume(Session session, TopicRef topic, String group, long leaseMillis,
            List<Long> tokens);

    /** Tokens of the leases that a subscription of an ordinary or resumable session has. */
    CompletableFuture<List<Long>> leases(Subscription subscription);

    /** Those of them whose tasks were cancelled: their workers should stop. */
    CompletableFuture<List<Long>> stopsAsked(Subscription subscription);

    /** Ends a subscription; its leases stay with the session. */
    CompletableFuture<Void> unsubscribe(Subscription subscription);

    /** Publishes messages that have keys; completes with an {@link dev.millrace.core.shard.Outcome} when that is durable. */
    CompletableFuture<Byte> publishOnce(String topic, OncePublish messages);

    CompletableFuture<Void> deleteTopic(String topic);

    CompletableFuture<Void> deleteGroup(String topic, String group);

    /**
     * Purges what waits in the topic itself (no group yet, or held back by a pause) and what is scheduled, not what its
     * groups hold.
     */
    CompletableFuture<Void> emptyTopic(String topic);

    /** Purges everything ready, leased and retrying in the group. */
    CompletableFuture<Void> emptyGroup(String topic, String group);

    /** A paused topic keeps what is published and offers nothing to its groups. */
    CompletableFuture<Void> pauseTopic(String topic, boolean paused);

    /** A paused group delivers nothing; what is leased goes on. */
    CompletableFuture<Void> pauseGroup(String topic, String group, boolean paused);

    /** Sets the retry policy that the engine applies for the group. */
    CompletableFuture<Void> setRetryPolicy(String topic, String group, RetryPolicy policy);

    /** All topics, or one, sorted by name; groups sorted by name. Each topic is as of one instant, not all of them. */
    CompletableFuture<List<TopicStats>> stats(@Nullable String topic);

    /** A page of dead letters ends with the one that brings its bodies to so many bytes. */
    int DEAD_PAGE_BYTES = 8 << 20;

    /**
     * Dead letters of a group, oldest first, at most {@code limit} (1..1000) after the cursor, and no more once their
     * bodies have {@link #DEAD_PAGE_BYTES}. Only an empty page says that there are no more.
     *
     * @param after
     *            {@link DeadLetter#cursor()} of the last one seen, or 0
     */
    CompletableFuture<List<DeadLetter>> deadLetters(String topic, String group, long after, int limit);

    /** The dead letter of this message id; found without reading the bodies of the others. */
    CompletableFuture<Optional<DeadLetter>> deadLetter(String topic, String group, long id);

    /** Offers dead letters to their group anew, attempts starting at 0; ids not dead are skipped. Returns how many. */
    CompletableFuture<Integer> replayDead(String topic, String group, List<Long> ids);

    /** Replays all that are dead now; returns how many, when it is done. The job goes on after a restart. */
    CompletableFuture<Long> replayAllDead(String topic, String group);

    /** Purges dead letters; an empty list purges all, as a job like that. Returns how many. */
    CompletableFuture<Long> purgeDead(String topic, String group, List<Long> ids);

    /**
     * Starts to replay or purge all that are dead now and does not wait: how many they are. Refused while a job of the
     * other kind is under way.
     */
    CompletableFuture<Long> startDeadJob(String topic, String group, boolean replay);

    /** The last job about all dead letters of the group; empty if there was none. */
    CompletableFuture<Optional<DeadJobState>> deadJob(String topic, String group);

    /** Sets what the topic keeps of what all groups are done with; not for task queues. */
    CompletableFuture<Void> setHistory(String topic, long maxAgeMillis, long maxBytes);

    /** What the topic keeps of what all groups are done with. */
    CompletableFuture<TopicHistory> history(String topic);

    /**
     * Offers the group anew what the topic keeps from there on, as far as the group had taken it; returns how many. Not
     * for task queues. Refused with category INVALID while messages are in flight or wait for a retry, unless they, and
     * all else that the group has not finished, are to be purged first.
     */
    CompletableFuture<Long> replay(String topic, String group, ReplayFrom from, boolean purgeUnderWay);

    /**
     * Reads the dead letters of a group as the consumer of a topic would. Readers of all channels that take share the
     * letters: what one of them finishes is purged. A channel that looks sees every letter, and changes none.
     */
    DeadReader readDead(String topic, String group, String channel, boolean taking);

    /** The channels that read dead letters now. */
    List<DeadReading> deadReadings();

    /** Topics with those of their groups that have dead letters now. */
    CompletableFuture<List<TopicNames>> deadNames();

    /**
     * Copies the data of all shards, as of now, into a new folder on this machine, on the calling thread; what
     * {@code check} accepts and a server can be started on. Each shard is as of an instant of its own.
     *
     * @return bytes copied
     * @throws BrokerException
     *             category INVALID when the folder holds something or cannot be written, UNAVAILABLE when a shard does
     *             not serve
     */
    long backup(Path folder);

    /** Task queues: topics whose messages are tracked one by one. */
    Tasks tasks();

    /** Names of existing topics with their groups, as of now; for registration with discovery services. */
    CompletableFuture<List<TopicNames>> names();

    /** Told of every topic and group that comes or goes, in order per shard, on owner threads. */
    void addListener(TopologyListener listener);

    /** Figures of the shards that serve, by number. */
    CompletableFuture<List<ShardFigures>> figures();

    /**
     * Why a shard lately refused what adds messages for want of disk: the folder, the bytes free and the bytes needed.
     * Never waits for a shard.
     */
    String noRoom(int shard);

    /** State of every shard, for health checks. Never waits for a shard. */
    List<ShardHealth> health();
}
