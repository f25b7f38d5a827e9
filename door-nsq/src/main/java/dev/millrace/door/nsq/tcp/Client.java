package dev.millrace.door.nsq.tcp;

import dev.millrace.core.message.MessageView;
import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.Subscription;
import dev.millrace.door.nsq.auth.Permissions;
import dev.millrace.door.nsq.json.JsonText;
import dev.millrace.door.nsq.latency.LatencyWindow;
import dev.millrace.door.nsq.wire.Command;
import dev.millrace.door.nsq.wire.CommandDecoder;
import dev.millrace.door.nsq.wire.CommandSink;
import dev.millrace.door.nsq.wire.GoText;
import dev.millrace.door.nsq.wire.MessageIds;
import dev.millrace.door.nsq.wire.Names;
import dev.millrace.door.nsq.wire.ProtocolException;
import dev.millrace.node.BrokerException;
import dev.millrace.node.DeadNames;
import dev.millrace.node.DeadReader;
import io.netty.channel.Channel;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * What protocol V2 means: the client's state, and each command as what it asks of the engine.
 *
 * <pre>
 *   INIT --SUB--> SUBSCRIBED --CLS--> CLOSING        IDENTIFY, AUTH: only in INIT; publishes and NOP: always
 * </pre>
 *
 * <p>
 * Thread safety: the connection's event loop.
 */
final class Client implements CommandSink {
    /** As /stats shows it. */
    static final int INIT = 0;
    static final int SUBSCRIBED = 3;
    static final int CLOSING = 4;

    private static final byte[] OK = "OK".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CLOSE_WAIT = "CLOSE_WAIT".getBytes(StandardCharsets.US_ASCII);
    private static final int ALWAYS = 1 << Command.PUB | 1 << Command.MPUB | 1 << Command.DPUB | 1 << Command.NOP;
    private static final int IN_INIT = ALWAYS | 1 << Command.IDENTIFY | 1 << Command.AUTH | 1 << Command.SUB;
    private static final int ANSWERS = 1 << Command.FIN | 1 << Command.REQ | 1 << Command.TOUCH | 1 << Command.RDY;
    private static final int IN_SUBSCRIBED = ALWAYS | ANSWERS | 1 << Command.CLS;
    private static final int IN_CLOSING = ALWAYS | ANSWERS;
    private static final int BEFORE_TLS = 1 << Command.IDENTIFY;

    private final Connection connection;
    private final Hub hub;
    private final Outbox outbox;
    private final Replies replies;
    private final Negotiated negotiated;
    private final TopicCache topics = new TopicCache();
    private final InFlight inFlight;

    private int state = INIT;
    private int allowed;
    private boolean blocked;
    /** The server stops: nothing new is begun. */
    private boolean draining;
    private long touchedMillis = Long.MIN_VALUE;
    private TopicCache.@Nullable Topic topic;
    private @Nullable Supply supply;
    private String subscribedTopic = "";
    private String channel = "";
    private @Nullable LatencyWindow latency;
    private @Nullable Permissions permissions;
    private byte[] secret = new byte[0];
    private long ready;
    private long sent;
    private long finished;
    private long requeued;

    Client(Connection connection, Hub hub, Negotiated negotiated) {
        this.connection = connection;
        this.hub = hub;
        this.negotiated = negotiated;
        this.outbox = connection.outbox();
        this.replies = connection.replies();
        this.inFlight = new InFlight(hub.latencies() != null);
        this.allowed = hub.tlsDemanded() ? BEFORE_TLS : IN_INIT;
    }

    // ---- what may be said when ----

    @Override
    public boolean blocked() {
        return blocked;
    }

    @Override
    public void admit(byte command) {
        if ((allowed & 1 << command) == 0) {
            String tls = allowed == BEFORE_TLS ? " (TLS required)" : "";
            throw invalid("cannot " + Command.name(command) + " in current state" + tls);
        }
        if (command == Command.SUB && negotiated.heartbeatMillis() == 0) {
            throw invalid("cannot SUB with heartbeats disabled");
        }
    }

    @Override
    public ProtocolException unknown(byte[] command) {
        String name = new String(command, StandardCharsets.UTF_8);
        return invalid(allowed == BEFORE_TLS
                ? "cannot " + name + " in current state (TLS required)"
                : "invalid command " + name);
    }

    private void enter(int newState) {
        state = newState;
        allowed = newState == SUBSCRIBED ? IN_SUBSCRIBED : IN_CLOSING;
    }

    /** Nothing is decoded until {@link #unblock}. */
    private void block() {
        blocked = true;
    }

    private void unblock() {
        blocked = false;
        connection.decodeOn();
    }

    // ---- publishing ----

    @Override
    public boolean topic(byte command, ByteBuffer data, int start, int length) {
        TopicCache.Topic found = topics.find(data, start, length);
        if (found == null) {
            if (!Names.isValid(data, start, length)) {
                byte[] name = new byte[length];
                data.get(start, name);
                throw CommandDecoder.badTopic(Command.name(command), name);
            }
            found = topics.add(data, start, length, hub);
        }
        topic = found;
        return isReady(command, found);
    }

    @Override
    public boolean sameTopic(byte command) {
        return isReady(command, target());
    }

    /** Whether the topic may be published to now; if not, decoding goes on when that is known. */
    private boolean isReady(byte command, TopicCache.Topic found) {
        if (draining) {
            throw new ProtocolException("E_" + Command.name(command) + "_FAILED",
                    Command.name(command) + " failed exiting");
        }
        if (permissions != null && permissions.isExpired()) {
            refreshPermissions(command, found);
            return false;
        }
        if (command == Command.MPUB) {
            checkPublish(command, found);
        }
        return startTopic(found);
    }

    /** Whether the topic can be used now; if not, decoding goes on when it can. */
    private boolean startTopic(TopicCache.Topic target) {
        TopicStarter starter = hub.starter();
        String name = target.ref().name();
        if (starter == null || starter.isStarted(name)) {
            return true;
        }
        block();
        var _ = starter.start(name).whenComplete((_, _) -> connection.later(this::unblock));
        return false;
    }

    private void refreshPermissions(byte command, TopicCache.Topic target) {
        block();
        authorize(() -> {
            if (command == Command.MPUB) {
                checkPublish(command, target);
            }
            if (startTopic(target)) {
                unblock();
            }
        });
    }

    private void checkPublish(byte command, TopicCache.Topic target) {
        if (hub.authorizer() != null) {
            checkPermission(Command.name(command), target.ref().name(), "");
        }
    }

    @Override
    public void publish(byte command, int offset, int bytes, int count) {
        TopicCache.Topic target = target();
        if (command == Command.PUB) {
            checkPublish(command, target);
        }
        outbox.toWithBytes(outbox.link(target.ref().shard())).publish(command, target.ref(), offset, bytes, count);
        target.published(count);
    }

    @Override
    public void defer(int offset, int bytes, long delayMillis) {
        TopicCache.Topic target = target();
        checkPublish(Command.DPUB, target);
        outbox.toWithBytes(outbox.link(target.ref().shard())).defer(target.ref(), offset, bytes, delayMillis);
        target.published(1);
    }

    private TopicCache.Topic target() {
        TopicCache.Topic target = topic;
        if (target == null) {
            throw new IllegalStateException("a publish without a topic");
        }
        return target;
    }

    /** The fatal error for a publish that the engine did not do. */
    String refusal(byte command, byte outcome, int shard) {
        String name = Command.name(command);
        String reason = switch (outcome) {
            case Outcome.NO_ROOM -> hub.broker().noRoom(shard);
            case Outcome.NOT_FOUND -> "exiting";
            default -> Outcome.limit(outcome).isEmpty() ? "internal error" : Outcome.limit(outcome);
        };
        return "E_" + name + "_FAILED " + name + " failed " + reason;
    }

    // ---- consuming ----

    @Override
    public void subscribe(String topicName, String channelName) {
        if (draining) {
            throw new ProtocolException("E_SUB_FAILED", "SUB failed exiting");
        }
        if (hub.authorizer() != null) {
            if (permissions != null && permissions.isExpired()) {
                block();
                authorize(() -> {
                    checkPermission("SUB", topicName, channelName);
                    startSubscription(topicName, channelName);
                });
                return;
            }
            checkPermission("SUB", topicName, channelName);
        }
        startSubscription(topicName, channelName);
    }

    private void startSubscription(String topicName, String channelName) {
        DeadNames.Source dead = DeadNames.resolve(topicName, hub.names());
        if (dead != null) {
            DeadReader reader = hub.broker()
                    .readDead(dead.topic(), dead.group(), channelName, !Names.isEphemeral(channelName));
            enter(topicName, channelName, new DeadSupply(connection, reader, negotiated.msgTimeoutMillis()));
            unblock();
            return;
        }
        block();
        outbox.submit();
        Subscriber subscriber = new Subscriber(hub, outbox.link(hub.topic(topicName).shard()).session());
        var _ = subscriber.subscribe(topicName, channelName, negotiated.msgTimeoutMillis())
                .whenComplete(
                        (made, failure) -> connection.later(() -> subscribed(topicName, channelName, made, failure)));
    }

    private void subscribed(String topicName, String channelName, @Nullable Subscription made,
            @Nullable Throwable failure) {
        if (connection.isEnded()) {
            if (made != null) {
                hub.ephemerals().leave(topicName, channelName);
            }
            return;
        }
        if (made == null) {
            connection.fail("E_SUB_FAILED SUB failed " + reason(failure, topicName, channelName));
            return;
        }
        if (draining) {
            hub.ephemerals().leave(topicName, channelName);
            connection.fail("E_SUB_FAILED SUB failed exiting");
            return;
        }
        latency = hub.latencies() == null ? null : hub.latencies().window(topicName, channelName);
        ShardLink home = outbox.link(hub.topic(topicName).shard());
        enter(topicName, channelName, new ChannelSupply(outbox, home, made, hub.ephemerals()));
        unblock();
    }

    private void enter(String topicName, String channelName, Supply from) {
        supply = from;
        subscribedTopic = topicName;
        channel = channelName;
        enter(SUBSCRIBED);
        outbox.submit();
        replies.response(OK, null);
    }

    private String reason(@Nullable Throwable failure, String topicName, String channelName) {
        Throwable cause = failure != null && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof BrokerException refused) {
            boolean full = refused.category() == BrokerException.Category.LIMIT
                    && hub.limits().maxChannelConsumers() > 0;
            return full
                    ? "consumers for " + topicName + ":" + channelName + " exceeds limit of "
                            + hub.limits().maxChannelConsumers()
                    : String.valueOf(refused.getMessage());
        }
        return cause == null ? "exiting" : cause.toString();
    }

    @Override
    public void ready(long count) {
        if (state == CLOSING) {
            return;
        }
        int max = hub.limits().maxRdyCount();
        if (count > max) {
            throw invalid("RDY count " + count + " out of range 0-" + max);
        }
        ready = count;
        credit(draining ? 0 : (int) count);
    }

    /** No more messages from now on; what the client holds it may still answer. */
    void drain() {
        draining = true;
        credit(0);
    }

    /** Whether the client can still answer a message: the leases of the others have ended. */
    boolean holdsMessages() {
        if (inFlight.size() == 0) {
            return false;
        }
        long leaseStart = connection.loop().nowMillis() - negotiated.msgTimeoutMillis();
        return touchedMillis >= leaseStart || inFlight.countSentSince(leaseStart) > 0;
    }

    private void credit(int count) {
        if (supply != null) {
            supply.credit(count);
        }
    }

    @Override
    public void startClose() {
        ready = 0;
        credit(0);
        enter(CLOSING);
        outbox.submit();
        replies.response(CLOSE_WAIT, null);
    }

    @Override
    public void finish(long id) {
        int slot = inFlight.find(id);
        if (slot == InFlight.NOT_FOUND || supply == null) {
            notInFlight(Command.FIN, id);
            return;
        }
        long token = inFlight.token(slot);
        if (latency != null) {
            Instant now = Instant.now();
            latency.add(now.getEpochSecond() * 1_000_000_000L + now.getNano() - inFlight.bornNanos(slot));
        }
        inFlight.remove(slot);
        finished++;
        supply.ack(id, token);
    }

    @Override
    public void requeue(long id, long delayMillis) {
        int slot = inFlight.find(id);
        if (slot == InFlight.NOT_FOUND || supply == null) {
            notInFlight(Command.REQ, id);
            return;
        }
        long token = inFlight.token(slot);
        inFlight.remove(slot);
        requeued++;
        supply.retry(id, token, Math.min(delayMillis, hub.limits().maxReqTimeoutMillis()));
    }

    /** The lease ends msg_timeout from now, but no later than max-msg-timeout after the delivery. */
    @Override
    public void touch(long id) {
        int slot = inFlight.find(id);
        if (slot == InFlight.NOT_FOUND || supply == null) {
            notInFlight(Command.TOUCH, id);
            return;
        }
        long left = inFlight.sentMillis(slot) + hub.negotiable().maxMsgTimeoutMillis() - connection.loop().nowMillis();
        long lease = Math.max(0, Math.min(negotiated.msgTimeoutMillis(), left));
        touchedMillis = connection.loop().nowMillis();
        supply.extend(id, inFlight.token(slot), lease);
    }

    private void notInFlight(byte command, long id) {
        notInFlight(command, MessageIds.bytes(id));
    }

    @Override
    public void notInFlight(byte command, byte[] id) {
        outbox.submit();
        replies.errorNotInFlight(command, id);
    }

    /** The connection has ended. */
    void ended() {
        if (supply != null) {
            supply.leave();
        }
    }

    /** An answer came when the lease had ended, or failed: it does not count as one. */
    void undone(byte command) {
        if (command == Command.FIN) {
            finished--;
        } else if (command == Command.REQ) {
            requeued--;
        }
    }

    /** Whether the message is to be sent, by the sample rate; if not, it leaves the channel. */
    boolean accepts(MessageView message) {
        int rate = negotiated.sampleRate();
        if (rate == 0 || ThreadLocalRandom.current().nextInt(100) <= rate || supply == null) {
            return true;
        }
        return !supply.filter(message.token);
    }

    void sent(MessageView message, long nowMillis) {
        sent++;
        inFlight.put(message.id, message.token, nowMillis, message.bornAtNanos);
    }

    /** Forgets leases that can only have ended, once there are too many for what the client may hold. */
    void sweep(long nowMillis) {
        boolean tooMany = inFlight.size() > Math.max(16, 2 * ready);
        boolean tooLarge = inFlight.size() == 0 && inFlight.capacity() > 64;
        if (tooMany || tooLarge) {
            inFlight.removeSentBefore(nowMillis - 2 * hub.negotiable().maxMsgTimeoutMillis());
        }
    }

    // ---- the rest ----

    @Override
    public void nop() {
        // Any command resets the read deadline; this one does nothing else.
    }

    @Override
    public void identify(byte[] json) {
        negotiated.apply(json, hub);
        connection.identified();
        outbox.submit();
        if (!negotiated.features()) {
            replies.response(OK, null);
            return;
        }
        boolean upgrades = negotiated.tls() || negotiated.snappy() || negotiated.deflate();
        if (upgrades) {
            block();
        }
        replies.response(negotiated.response(hub), upgrades ? () -> connection.upgrade(this::upgraded) : null);
    }

    /** Each upgrade is answered inside of itself. */
    private void upgraded(boolean more) {
        replies.response(OK, null);
        if (!more) {
            unblock();
        }
    }

    /** TLS is on: from now on everything is allowed. */
    void secured() {
        allowed = IN_INIT;
    }

    @Override
    public void authenticate(byte[] body) {
        if (permissions != null && !permissions.isEmpty()) {
            throw invalid("AUTH already set");
        }
        if (hub.authorizer() == null) {
            throw new ProtocolException("E_AUTH_DISABLED", "AUTH disabled");
        }
        secret = body;
        block();
        outbox.submit();
        authorize(() -> {
            Permissions given = permissions;
            if (given == null || given.isEmpty()) {
                throw new ProtocolException("E_UNAUTHORIZED", "AUTH no authorizations found");
            }
            replies.response(new JsonText().object()
                    .put("identity", given.identity())
                    .put("identity_url", given.identityUrl())
                    .put("permission_count", given.size())
                    .end()
                    .bytes(), null);
            unblock();
        });
    }

    /** Asks what the client may do, then runs {@code then}, which unblocks. Only while blocked. */
    private void authorize(Runnable then) {
        var authorizer = hub.authorizer();
        if (authorizer == null) {
            throw new IllegalStateException("no authorizer");
        }
        var _ = authorizer.query(connection.credentials(secret))
                .whenComplete((answer, failure) -> connection.later(() -> {
                    if (answer == null) {
                        connection.authFailed(failure);
                        connection.fail("E_AUTH_FAILED AUTH failed");
                        return;
                    }
                    permissions = answer;
                    try {
                        then.run();
                    } catch (ProtocolException e) {
                        connection.fail(e.text());
                    }
                }));
    }

    private void checkPermission(String command, String topicName, String channelName) {
        if (permissions == null || permissions.isEmpty()) {
            throw new ProtocolException("E_AUTH_FIRST", "AUTH required before " + command);
        }
        if (!permissions.allows(topicName, channelName)) {
            throw new ProtocolException("E_UNAUTHORIZED",
                    "AUTH failed for " + command + " on " + GoText.quote(topicName) + " "
                            + GoText.quote(channelName));
        }
    }

    // ---- figures ----

    boolean hasPublished() {
        return topic != null;
    }

    ClientSnapshot snapshot(String remoteAddress, long connectedAtSeconds, Channel socket) {
        Permissions given = permissions;
        var about = new ClientSnapshot.About(negotiated.clientId(), negotiated.hostname(), negotiated.userAgent(),
                negotiated.topologyRegion(), negotiated.topologyZone(), given != null && !given.isEmpty(),
                given == null ? "" : given.identity(), given == null ? "" : given.identityUrl());
        long leaseStart = connection.loop().nowMillis() - negotiated.msgTimeoutMillis();
        var counts = new ClientSnapshot.Counts(ready, inFlight.countSentSince(leaseStart), sent, finished, requeued);
        SSLSession tls = Upgrade.session(socket);
        var layers = new ClientSnapshot.Layers(negotiated.sampleRate(), negotiated.deflate(), negotiated.snappy(),
                tls != null,
                tls == null ? "" : tls.getCipherSuite(), tls == null ? "" : tls.getProtocol().replace("TLSv", "TLS"));
        Map<String, Long> published = new TreeMap<>();
        topics.published().forEach(one -> {
            if (one.published() > 0) {
                published.put(one.ref().name(), one.published());
            }
        });
        return new ClientSnapshot(subscribedTopic, channel, about, remoteAddress, state, counts, connectedAtSeconds,
                layers,
                published);
    }

    private static ProtocolException invalid(String what) {
        return new ProtocolException("E_INVALID", what);
    }
}
