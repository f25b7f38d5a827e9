package dev.millrace.door.nsq.tcp;

import dev.millrace.core.shard.TopicRef;
import dev.millrace.door.nsq.auth.Authorizer;
import dev.millrace.door.nsq.latency.LatencyBook;
import dev.millrace.door.nsq.options.NsqdOptions;
import dev.millrace.door.nsq.wire.DecoderLimits;
import dev.millrace.node.Broker;
import dev.millrace.node.DeadNames;
import io.netty.handler.ssl.SslContext;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What all connections of a door share. Thread-safe. */
public final class Hub {
    private final Broker broker;
    private final NsqdOptions.Limits limits;
    private final NsqdOptions.Negotiable negotiable;
    private final NsqdOptions.Compression compression;
    private final NsqdOptions.Broadcast broadcast;
    private final boolean tlsDemanded;
    private final String version;
    private final @Nullable SslContext tls;
    private final @Nullable Authorizer authorizer;
    private final @Nullable TopicStarter starter;
    private final Ephemerals ephemerals;
    private final DeadNames.Known names;
    private final @Nullable LatencyBook latencies;
    private final Inbound inbound = new Inbound();
    private final Load load;
    private volatile boolean stopping;
    private final ConcurrentHashMap<String, TopicRef> topics = new ConcurrentHashMap<>();

    /** Parts that are there only if they were configured. */
    public record Extras(@Nullable SslContext tls, @Nullable Authorizer authorizer, @Nullable TopicStarter starter) {
        /** None of them. */
        public static final Extras NONE = new Extras(null, null, null);
    }

    /** {@code names} must follow the broker. */
    public Hub(Broker broker, NsqdOptions options, String version, Ephemerals ephemerals, DeadNames.Known names,
            Extras extras) {
        this.broker = broker;
        this.limits = options.limits();
        this.load = new Load(options.maxConnections(), options.maxDeliveryBytes());
        this.negotiable = options.negotiable();
        this.compression = options.compression();
        this.broadcast = options.broadcast();
        this.tlsDemanded = options.tls().required() != NsqdOptions.TlsRequired.NO;
        this.version = version;
        this.ephemerals = ephemerals;
        this.names = names;
        this.latencies = options.latency().percentiles().isEmpty()
                ? null
                : new LatencyBook(options.latency().percentiles(), options.latency().window());
        this.tls = extras.tls();
        this.authorizer = extras.authorizer();
        this.starter = extras.starter();
    }

    public Broker broker() {
        return broker;
    }

    /** Where a topic lives; the same object until {@link #forget}. */
    public TopicRef topic(String name) {
        TopicRef known = topics.get(name);
        return known != null ? known : topics.computeIfAbsent(name, broker::topic);
    }

    /** The topic is gone; should it come again, it may live elsewhere. */
    public void forget(String topic) {
        topics.remove(topic);
    }

    /** No client is served any more that does not hold messages. */
    void stop() {
        stopping = true;
    }

    boolean isStopping() {
        return stopping;
    }

    DecoderLimits decoderLimits() {
        return new DecoderLimits(limits.maxMsgBytes(), limits.maxBodyBytes(), limits.maxReqTimeoutMillis());
    }

    public NsqdOptions.Limits limits() {
        return limits;
    }

    NsqdOptions.Negotiable negotiable() {
        return negotiable;
    }

    NsqdOptions.Compression compression() {
        return compression;
    }

    NsqdOptions.Broadcast broadcast() {
        return broadcast;
    }

    boolean tlsDemanded() {
        return tlsDemanded;
    }

    @Nullable
    SslContext tls() {
        return tls;
    }

    @Nullable
    Authorizer authorizer() {
        return authorizer;
    }

    public @Nullable TopicStarter starter() {
        return starter;
    }

    String version() {
        return version;
    }

    /** Topics and channels that exist. */
    public DeadNames.Known names() {
        return names;
    }

    public Ephemerals ephemerals() {
        return ephemerals;
    }

    /** Null when no percentiles are kept. */
    public @Nullable LatencyBook latencies() {
        return latencies;
    }

    /** Connections and what is on its way to them. */
    public Load load() {
        return load;
    }

    Inbound inbound() {
        return inbound;
    }
}
