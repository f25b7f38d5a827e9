package dev.millrace.server;

import dev.millrace.core.shard.FatalError;
import dev.millrace.core.shard.ShardClock;
import dev.millrace.door.grpc.GrpcDoor;
import dev.millrace.door.grpc.GrpcDoorOptions;
import dev.millrace.door.http.DoorFigure;
import dev.millrace.door.http.HttpDoor;
import dev.millrace.door.http.HttpDoorOptions;
import dev.millrace.door.nsq.NsqDoor;
import dev.millrace.door.nsq.lookupd.NsqLookupd;
import dev.millrace.door.nsq.options.NsqdOptions;
import dev.millrace.door.nsq.options.NsqlookupdOptions;
import dev.millrace.door.nsq.tcp.Load;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.log.file.FileLogOptions;
import dev.millrace.net.EventLoops;
import dev.millrace.net.ListenAddress;
import dev.millrace.node.Broker;
import dev.millrace.node.Node;
import dev.millrace.node.NodeOptions;
import dev.millrace.server.logging.LogSetup;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running server: the log, the node, the doors, in this order, and closed the other way round. This is the only
 * place where rooms are put together.
 *
 * <p>
 * Thread safety: started by one thread; {@link #close} may be called by any, once.
 */
final class Server {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);

    /** Something to be closed within a time. */
    private interface Closing {
        void close(Duration drain);
    }

    private final Deque<Closing> closings = new ArrayDeque<>();
    private final Map<String, ListenAddress> addresses = new LinkedHashMap<>();
    private final Map<String, IntSupplier> connections = new LinkedHashMap<>();
    private final List<DoorFigure> figures = new ArrayList<>();
    private final EventLoops loops;
    private @Nullable HttpDoor http;
    private @Nullable NsqDoor nsq;
    private volatile @Nullable Node node;

    private Server(int ioThreads) {
        loops = EventLoops.open("io", ioThreads == 0 ? Runtime.getRuntime().availableProcessors() : ioThreads);
        closings.push(_ -> loops.close());
    }

    /** An empty server; doors and what they need are added to it. */
    static Server create(int ioThreads) {
        return new Server(ioThreads);
    }

    /** Opens the log and the shards; returns when all serve. */
    Broker openNode(FileLogOptions log, NodeOptions options) {
        FileLogFactory logs = FileLogFactory.onDisk(log, Server::defect);
        closings.push(_ -> logs.close());
        Node opened = Node.open(logs, options, ShardClock.SYSTEM);
        node = opened;
        closings.push(_ -> opened.close());
        return opened.broker();
    }

    /** An error in a thread of the log, after which nothing can be promised; of an exception its caller hears. */
    private static void defect(Throwable error) {
        if (error instanceof Error) {
            FatalError.end(Thread.currentThread().getName(), error);
        }
        LOG.error("a thread of the log failed", error);
    }

    void openNsq(Broker broker, NsqdOptions options) {
        NsqDoor door = NsqDoor.open(broker, options, loops, LogSetup::changeLevel);
        nsq = door;
        closings.push(door::close);
        listens("nsq-tcp", door.tcpAddress());
        listens("nsq-http", door.httpAddress());
        listens("nsq-https", door.httpsAddress());
        connections.put("nsq", door::connections);
        Load load = door.load();
        figures.add(new DoorFigure("millrace_nsq_refused_connections_total", "counter",
                "Connections refused by max-connections.",
                load::refused));
        figures.add(new DoorFigure("millrace_nsq_delivery_bytes", "gauge", "Bytes of messages on their way to sockets.",
                load::bytes));
        figures.add(new DoorFigure("millrace_nsq_delivery_waits_total", "counter",
                "How often a connection had to wait because of max-delivery-bytes.", load::waits));
    }

    /** Returns where nsqds register. */
    ListenAddress openLookupd(NsqlookupdOptions options) {
        NsqLookupd lookupd = NsqLookupd.open(options, NsqDoor.VERSION, loops);
        closings.push(_ -> lookupd.close());
        listens("lookupd-tcp", lookupd.tcpAddress());
        listens("lookupd-http", lookupd.httpAddress());
        return lookupd.tcpAddress();
    }

    void openGrpc(Broker broker, GrpcDoorOptions options) {
        GrpcDoor door = GrpcDoor.open(broker, loops, options);
        closings.push(door::close);
        addresses.put("grpc", door.address());
        connections.put("grpc", door::connections);
        figures.add(new DoorFigure("millrace_grpc_sessions", "gauge",
                "Workers' sessions of the native protocol, those that wait to be resumed included.", door::sessions));
        figures.add(new DoorFigure("millrace_grpc_calls_total", "counter", "Calls of the native protocol.",
                door::calls));
        if (options.tls() == null && !door.address().isLoopback()) {
            LOG.warn("grpc listens on {} without TLS: the token can be read on the way; set grpc-tls-cert and "
                    + "grpc-tls-key", door.address());
        }
    }

    void openHttp(Broker broker, HttpDoorOptions options) {
        HttpDoor door = HttpDoor.open(broker, loops, options, Map.copyOf(connections), List.copyOf(figures));
        http = door;
        closings.push(door::close);
        addresses.put("http", door.address());
    }

    private void listens(String name, ListenAddress address) {
        addresses.put(name, address);
        warnIfOpen(name, address);
    }

    /** NSQ asks for no credentials unless it is told to: giving such an address is the operator's consent. */
    private static void warnIfOpen(String name, ListenAddress address) {
        if (!address.isLoopback()) {
            LOG.warn("{} listens on {}: whoever reaches it can publish and consume", name, address);
        }
    }

    /** Where it listens, by the setting's name; what is off is left out. */
    List<Map.Entry<String, ListenAddress>> addresses() {
        List<Map.Entry<String, ListenAddress>> open = new ArrayList<>();
        addresses.forEach((name, address) -> {
            if (!(address instanceof ListenAddress.Off)) {
                open.add(Map.entry(name, address));
            }
        });
        return open;
    }

    /** Stops the shards after the sync under way; returns when they have. May be called while {@link #close} runs. */
    void hurry(Duration atMost) {
        Node running = node;
        if (running != null) {
            try {
                running.hurry().get(atMost.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                LOG.error("the shards did not stop within {}", atMost, e);
            }
        }
    }

    /** All doors begin the end at once, so that none of them takes the time of the others. */
    private boolean announceStop() {
        try {
            if (http != null) {
                http.announceStop();
            }
            if (nsq != null) {
                nsq.announceStop();
            }
            return true;
        } catch (RuntimeException e) {
            LOG.error("a door could not be told to stop", e);
            return false;
        }
    }

    /**
     * Takes no new work, lets what is in flight end for at most {@code drain}, then stops the shards with a snapshot. A
     * part that cannot be closed does not keep the others from it; false if there was one.
     */
    boolean close(Duration drain) {
        long deadline = System.nanoTime() + drain.toNanos();
        boolean well = announceStop();
        while (!closings.isEmpty()) {
            Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            try {
                closings.pop().close(left);
            } catch (RuntimeException e) {
                LOG.error("a part of the server could not be closed", e);
                well = false;
            }
        }
        return well;
    }
}
