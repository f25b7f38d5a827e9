package dev.millrace.door.nsq.http;

import dev.millrace.door.nsq.json.JsonText;
import dev.millrace.door.nsq.options.NsqdOptions;
import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.HttpHandler;
import dev.millrace.net.http.Router;
import java.time.Instant;

/** The routes of nsqd's HTTP API. Thread-safe. */
public final class NsqdHttp {
    private final Server server;
    private final PublishRoutes publishing;
    private final TopicRoutes topics;
    private final StatsRoute stats;
    private final ConfigRoutes config;

    /** What the answers tell of this server. */
    public interface Server {
        String version();

        Instant started();

        /** Port of the TCP listener, -1 for a unix socket. */
        int tcpPort();

        /** Port of the HTTP listener, -1 for a unix socket. */
        int httpPort();

        NsqdOptions options();
    }

    NsqdHttp(Server server, PublishRoutes publishing, TopicRoutes topics, StatsRoute stats, ConfigRoutes config) {
        this.server = server;
        this.publishing = publishing;
        this.topics = topics;
        this.stats = stats;
        this.config = config;
    }

    /** The routes of this server's parts. */
    public static Router router(Server server, Parts parts) {
        Figures figures = new Figures(parts.hub(), parts.tcp());
        NsqdHttp http = new NsqdHttp(server, new PublishRoutes(parts.hub(), parts.publisher()),
                new TopicRoutes(parts.hub(), parts.topics()), new StatsRoute(server, figures),
                new ConfigRoutes(parts.config()));
        Router router = new Router();
        http.addTo(router);
        http.ping(router, figures);
        return router;
    }

    private void addTo(Router router) {
        router.add("GET", "/info", this::info)
                .add("POST", "/pub", publishing::publish)
                .add("POST", "/mpub", publishing::publishMany)
                .add("GET", "/stats", stats)
                .add("POST", "/topic/create", topics::createTopic)
                .add("POST", "/topic/delete", topics::deleteTopic)
                .add("POST", "/topic/empty", topics::emptyTopic)
                .add("POST", "/topic/pause", exchange -> topics.pauseTopic(exchange, true))
                .add("POST", "/topic/unpause", exchange -> topics.pauseTopic(exchange, false))
                .add("POST", "/channel/create", topics::createChannel)
                .add("POST", "/channel/delete", topics::deleteChannel)
                .add("POST", "/channel/empty", topics::emptyChannel)
                .add("POST", "/channel/pause", exchange -> topics.pauseChannel(exchange, true))
                .add("POST", "/channel/unpause", exchange -> topics.pauseChannel(exchange, false))
                .add("GET", "/config/{option}", config::get)
                .add("PUT", "/config/{option}", config::put)
                .add("POST", "/debug/freememory", freeMemory());
    }

    private void ping(Router router, Figures figures) {
        router.add("GET", "/ping", exchange -> {
            String health = figures.health();
            exchange.send("OK".equals(health) ? 200 : 500, Answer.TEXT, health);
        });
    }

    private static HttpHandler freeMemory() {
        return exchange -> {
            System.gc();
            exchange.send(200, Answer.TEXT, "");
        };
    }

    private void info(HttpExchange exchange) {
        NsqdOptions options = server.options();
        NsqdOptions.Negotiable negotiable = options.negotiable();
        Answer.json(exchange, new JsonText().object()
                .put("version", server.version())
                .put("broadcast_address", options.broadcast().address())
                .put("hostname", NsqdOptions.hostname())
                .put("http_port", server.httpPort())
                .put("tcp_port", server.tcpPort())
                .put("start_time", server.started().getEpochSecond())
                .put("max_heartbeat_interval", negotiable.maxHeartbeatMillis() * 1_000_000)
                .put("max_output_buffer_size", negotiable.maxOutputBufferBytes())
                .put("max_output_buffer_timeout", negotiable.outputTimeout().maxMillis() * 1_000_000)
                .put("max_deflate_level", options.compression().maxDeflateLevel())
                .put("topology_zone", options.broadcast().topologyZone())
                .put("topology_region", options.broadcast().topologyRegion())
                .end());
    }
}
