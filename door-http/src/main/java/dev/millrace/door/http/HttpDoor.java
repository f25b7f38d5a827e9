package dev.millrace.door.http;

import dev.millrace.net.ApiToken;
import dev.millrace.net.Authentication;
import dev.millrace.net.EventLoops;
import dev.millrace.net.ListenAddress;
import dev.millrace.net.http.HttpServer;
import dev.millrace.net.http.Router;
import dev.millrace.node.Broker;
import dev.millrace.node.Submissions;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** The HTTP API, the health probes and the metrics. Thread-safe. */
public final class HttpDoor implements AutoCloseable {
    private static final int SWEEP_SECONDS = 10;

    private final HttpServer server;
    private final ServerRoutes self;
    private final Submissions submissions;
    private final Pullers pullers;
    private final Future<?> sweeper;
    private final List<Router.Route> routes;

    private HttpDoor(Broker broker, EventLoops loops, HttpDoorOptions options, Map<String, IntSupplier> connections,
            List<DoorFigure> figures) {
        refuseOpenDoor(options);
        ApiToken token = ApiToken.in(options.tokenFile());
        Access access = new Access(options, token);
        Router router = new Router();
        submissions = new Submissions(broker);
        pullers = new Pullers(broker);
        self = new ServerRoutes(broker, options);
        self.addTo(router);
        new MetricsRoutes(broker, withOwn(connections), figures).addTo(router);
        new TopicRoutes(broker, access).addTo(router);
        new GroupRoutes(broker, access).addTo(router);
        Budget budget = new Budget(options.maxBufferedBytes());
        new PublishRoutes(broker, submissions, budget, options).addTo(router);
        new PullRoutes(broker, submissions, pullers, PullPlace.GROUP).addTo(router);
        new PullRoutes(broker, submissions, pullers, PullPlace.QUEUE).addTo(router);
        new QueueRoutes(broker, access).addTo(router);
        new TaskRoutes(broker, access, budget, options).addTo(router);
        new FlowRoutes(broker, budget, options).addTo(router);
        new EventRoutes(broker).addTo(router);
        new DeadRoutes(broker, access).addTo(router);
        new ReplayRoutes(broker, access).addTo(router);
        new BackupRoutes(broker, access).addTo(router);
        routes = router.routes();
        server = HttpServer.builder(loops, router, new Problems()).before(access::check).start(options.address());
        token.write(url(server.address()));
        sweeper = loops.group()
                .next()
                .scheduleAtFixedRate(pullers::sweep, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
    }

    /**
     * Listens and serves; writes the token file.
     *
     * @param connections
     *            open connections of the other doors by name, for the metrics
     * @param figures
     *            more of the other doors, for the metrics
     * @throws dev.millrace.net.NetException
     *             when it cannot listen
     * @throws IllegalStateException
     *             when it would listen without credentials where others can reach it, or the token file cannot be used
     */
    public static HttpDoor open(Broker broker, EventLoops loops, HttpDoorOptions options,
            Map<String, IntSupplier> connections, List<DoorFigure> figures) {
        return new HttpDoor(broker, loops, options, connections, figures);
    }

    private static void refuseOpenDoor(HttpDoorOptions options) {
        if (options.authentication() != Authentication.EVERYTHING && !options.address().isLoopback()) {
            throw new IllegalStateException("http: " + options.address()
                    + " can be reached from other machines, and no "
                    + "credentials are asked for. Set http-auth to all (every request then needs the token in "
                    + options.tokenFile() + "), or listen on a loopback address such as 127.0.0.1:7070");
        }
    }

    private Map<String, IntSupplier> withOwn(Map<String, IntSupplier> connections) {
        Map<String, IntSupplier> all = new HashMap<>(connections);
        all.put("http", this::connections);
        return all;
    }

    /** Where clients on this machine find it. */
    static String url(ListenAddress address) {
        if (address instanceof ListenAddress.Tcp(String host, int port)) {
            boolean everywhere = host.isEmpty() || host.equals("0.0.0.0") || host.equals("::");
            return "http://" + new ListenAddress.Tcp(everywhere ? "127.0.0.1" : host, port);
        }
        return address.toString();
    }

    /** Where it listens, with the real port. */
    public ListenAddress address() {
        return server.address();
    }

    public int connections() {
        return server.connections();
    }

    /** Every route, as method and template. */
    List<Router.Route> routes() {
        return routes;
    }

    /** From now on the server says that it is not ready; nothing else changes. */
    public void announceStop() {
        self.drain();
    }

    /** Takes no further request, lets those under way end for at most {@code drain}. Idempotent. */
    public void close(Duration drain) {
        sweeper.cancel(false);
        server.close(drain);
        pullers.close();
        submissions.close();
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }
}
