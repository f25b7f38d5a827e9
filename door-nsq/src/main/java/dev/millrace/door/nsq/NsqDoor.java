package dev.millrace.door.nsq;

import dev.millrace.door.nsq.auth.Authorizer;
import dev.millrace.door.nsq.http.Config;
import dev.millrace.door.nsq.http.Failure;
import dev.millrace.door.nsq.http.NsqdHttp;
import dev.millrace.door.nsq.http.Parts;
import dev.millrace.door.nsq.http.Publisher;
import dev.millrace.door.nsq.http.StatsdPusher;
import dev.millrace.door.nsq.json.JsonText;
import dev.millrace.door.nsq.lookup.KnownTopics;
import dev.millrace.door.nsq.lookup.LookupClient;
import dev.millrace.door.nsq.lookup.LookupStarter;
import dev.millrace.door.nsq.options.NsqdOptions;
import dev.millrace.door.nsq.tcp.Ephemerals;
import dev.millrace.door.nsq.tcp.Hub;
import dev.millrace.door.nsq.tcp.Load;
import dev.millrace.door.nsq.tcp.TcpDoor;
import dev.millrace.net.EventLoops;
import dev.millrace.net.ListenAddress;
import dev.millrace.net.http.HttpServer;
import dev.millrace.net.http.Router;
import dev.millrace.node.Broker;
import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * nsqd's protocols in front of a {@link Broker}: everything that nsqd's own options say.
 *
 * <p>
 * Thread safety: opened and closed by one thread.
 */
public final class NsqDoor implements AutoCloseable {
    /** What is advertised: the protocol's level, and who speaks it. */
    public static final String VERSION = "1.3.0+millrace";

    private final NsqdOptions options;
    private final Instant started = Instant.now();
    private final LazyRequests requests;
    private final LookupClient lookups;
    private final Publisher publisher;
    private final TcpDoor tcp;
    private final Load load;
    private final @Nullable HttpServer http;
    private final @Nullable HttpServer https;
    private final @Nullable StatsdPusher statsd;

    private NsqDoor(Broker broker, NsqdOptions options, EventLoops loops, Consumer<String> logLevel) {
        this.options = options;
        SslContext tls = DoorTls.context(options.tls());
        requests = new LazyRequests(options.discovery(), options.tls().rootCaFile());
        Authorizer authorizer = options.auth().enabled() ? new Authorizer(options.auth(), requests.get()) : null;
        Ephemerals ephemerals = new Ephemerals(broker);
        ephemerals.removeLeftovers().join();
        KnownTopics topics = KnownTopics.of(broker).join();
        lookups = new LookupClient(this::identity, topics);
        LookupStarter starter = new LookupStarter(broker, topics, lookups, requests);
        Hub hub = new Hub(broker, options, VERSION, ephemerals, topics, new Hub.Extras(tls, authorizer, starter));
        load = hub.load();
        topics.follow(new Housekeeping(hub));
        publisher = new Publisher(broker);
        tcp = TcpDoor.open(loops, hub, DoorAddress.of(options.listen().tcp()));
        Config config = new Config(options, lookups::register, logLevel);
        Router router = NsqdHttp.router(new Self(), new Parts(hub, tcp, publisher, topics, config));
        https = tls == null || options.listen().https().isEmpty()
                ? null
                : HttpServer.builder(loops, router, Failure.writer())
                        .tls(tls)
                        .start(DoorAddress.of(options.listen().https()));
        http = startHttp(loops, router);
        lookups.register(options.discovery().lookupdTcp());
        String prefix = StatsdPusher.prefix(options.statsd(),
                options.broadcast().address() + ':' + httpAddress().port());
        config.statsdPrefix(prefix);
        statsd = options.statsd().address().isEmpty() ? null : StatsdPusher.start(hub, tcp, options.statsd(), prefix);
    }

    private @Nullable HttpServer startHttp(EventLoops loops, Router router) {
        if (options.listen().http().isEmpty()) {
            return null;
        }
        HttpServer.Builder builder = HttpServer.builder(loops, router, Failure.writer());
        if (options.tls().required() == NsqdOptions.TlsRequired.YES) {
            builder.before(_ -> {
                throw Failure.tlsRequired(httpsAddress().port());
            });
        }
        return builder.start(DoorAddress.of(options.listen().http()));
    }

    /**
     * Listens as the options say; returns when clients are served.
     *
     * @param logLevel
     *            is given the level that {@code PUT /config/log_level} asks for: debug, info, warn, error or fatal
     * @throws dev.millrace.net.NetException
     *             if an address cannot be had or a certificate not be read
     */
    public static NsqDoor open(Broker broker, NsqdOptions options, EventLoops loops, Consumer<String> logLevel) {
        return new NsqDoor(broker, options.validated(), loops, logLevel);
    }

    /** What nsqlookupds are told of this server. */
    private byte[] identity() {
        NsqdOptions.Broadcast broadcast = options.broadcast();
        return new JsonText().object()
                .put("broadcast_address", broadcast.address())
                .put("hostname", NsqdOptions.hostname())
                .put("http_port", broadcast.httpPort() > 0 ? broadcast.httpPort() : httpAddress().port())
                .put("tcp_port", broadcast.tcpPort() > 0 ? broadcast.tcpPort() : tcpAddress().port())
                .put("topology_region", broadcast.topologyRegion())
                .put("topology_zone", broadcast.topologyZone())
                .put("version", VERSION)
                .end()
                .bytes();
    }

    public ListenAddress tcpAddress() {
        return tcp.address();
    }

    /** {@link ListenAddress#OFF} if there is none. */
    public ListenAddress httpAddress() {
        return http == null ? ListenAddress.OFF : http.address();
    }

    /** {@link ListenAddress#OFF} if there is none. */
    public ListenAddress httpsAddress() {
        return https == null ? ListenAddress.OFF : https.address();
    }

    /** Open TCP connections. */
    public int connections() {
        return tcp.clients().join().size();
    }

    /** How loaded its TCP connections are. */
    public Load load() {
        return load;
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }

    /** Begins the end and does not wait: clients are given nothing new, and may answer what they hold. Idempotent. */
    public void announceStop() {
        tcp.drain();
    }

    /**
     * Takes no further connection, lets clients answer what they hold for at most {@code drain}, then closes all.
     * Idempotent.
     */
    public void close(Duration drain) {
        long deadline = System.nanoTime() + drain.toNanos();
        tcp.drain();
        if (statsd != null) {
            statsd.close();
        }
        lookups.close();
        if (http != null) {
            http.close(left(deadline));
        }
        if (https != null) {
            https.close(left(deadline));
        }
        tcp.close(left(deadline));
        publisher.close();
        requests.close();
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }

    /** What the HTTP API tells of this server. */
    private final class Self implements NsqdHttp.Server {
        @Override
        public String version() {
            return VERSION;
        }

        @Override
        public Instant started() {
            return started;
        }

        @Override
        public int tcpPort() {
            return tcpAddress().port();
        }

        @Override
        public int httpPort() {
            return httpAddress().port();
        }

        @Override
        public NsqdOptions options() {
            return options;
        }
    }
}
