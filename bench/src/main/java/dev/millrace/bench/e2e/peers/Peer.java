package dev.millrace.bench.e2e.peers;

import dev.millrace.bench.e2e.load.Client;
import dev.millrace.bench.e2e.load.Threads;
import dev.millrace.bench.e2e.server.RunningServer;
import dev.millrace.bench.e2e.server.Server;
import dev.millrace.bench.e2e.server.ServerKind;
import dev.millrace.verification.process.ManagedProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Another broker, started on a free port of the loopback address from the programs that {@code verification/interop/peers.sh}
 * obtains.
 *
 * @param folder where that script puts them
 */
public record Peer(Product product, Path folder) implements ServerKind {
    private static final long START_SECONDS = 60;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** What there is, and when its answer to a publish comes. */
    public enum Product {
        NATS("synced before the answer (sync_interval always)"),
        NATS_PERIODIC("page cache, synced every two minutes (its default)"),
        REDIS("synced before the answer (appendfsync always)"),
        REDIS_EVERYSEC("page cache, synced each second (appendfsync everysec)"),
        KAFKA("synced before the answer (log.flush.interval.messages=1)"),
        KAFKA_PAGE_CACHE("page cache (its default)");

        private final String durability;

        Product(String durability) {
            this.durability = durability;
        }

        String id() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** The one that has this name on the command line. */
        public static Optional<Product> of(String name) {
            return List.of(values()).stream().filter(product -> product.id().equals(name)).findFirst();
        }
    }

    @Override
    public String name() {
        return product.id();
    }

    @Override
    public String durability() {
        return product.durability + "; its own client";
    }

    @Override
    public boolean speaksNsq() {
        return false;
    }

    @Override
    public int warmUpDivisor() {
        return switch (product) {
            case NATS -> 60; // a sync for each message
            case REDIS -> 30;
            case NATS_PERIODIC, REDIS_EVERYSEC, KAFKA, KAFKA_PAGE_CACHE -> 6;
        };
    }

    @Override
    public ServerKind withSyncByOs() {
        return new Peer(switch (product) {
            case NATS, NATS_PERIODIC -> Product.NATS_PERIODIC;
            case REDIS, REDIS_EVERYSEC -> Product.REDIS_EVERYSEC;
            case KAFKA, KAFKA_PAGE_CACHE -> Product.KAFKA_PAGE_CACHE;
        }, folder);
    }

    @Override
    public Client client(Server server) {
        return switch (product) {
            case NATS, NATS_PERIODIC -> new NatsClient(server.tcp());
            case REDIS, REDIS_EVERYSEC -> new RedisStreams(server.tcp());
            case KAFKA, KAFKA_PAGE_CACHE -> new KafkaClient(server.tcp());
        };
    }

    @Override
    public Server start(Path dataDir, List<String> jvmOptions) throws IOException {
        Path data = Files.createDirectories(dataDir);
        int port = freePort();
        ManagedProcess process = switch (product) {
            case NATS -> nats(data, port, "sync_interval: always");
            case NATS_PERIODIC -> nats(data, port, "");
            case REDIS -> redis(data, port, "always");
            case REDIS_EVERYSEC -> redis(data, port, "everysec");
            case KAFKA -> kafka(data, port, "log.flush.interval.messages=1");
            case KAFKA_PAGE_CACHE -> kafka(data, port, "");
        };
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        awaitPort(process, address);
        return new RunningServer(process, address, null, null, process.ageMillis());
    }

    private ManagedProcess nats(Path data, int port, String sync) throws IOException {
        Path config = Files.writeString(data.resolve("nats.conf"),
                "listen: \"127.0.0.1:" + port + "\"\njetstream { store_dir: \"" + data.resolve("store") + "\"\n"
                        + "max_file_store: 50GB\n" + sync + " }\n");
        return ManagedProcess.start(List.of(program("bin/nats-server", "nats"), "-c", config.toString()), data,
                Map.of());
    }

    private ManagedProcess redis(Path data, int port, String fsync) throws IOException {
        return ManagedProcess.start(
                List.of(program("redis/usr/bin/redis-server", "redis"), "--port", Integer.toString(port), "--bind",
                        "127.0.0.1", "--dir", data.toString(), "--appendonly", "yes", "--appendfsync", fsync, "--save",
                        ""),
                data, Map.of("LD_LIBRARY_PATH", folder.resolve("redis/usr/lib/x86_64-linux-gnu").toString()));
    }

    private ManagedProcess kafka(Path data, int port, String flush) throws IOException {
        int controller = freePort();
        Path config = Files.writeString(data.resolve("kafka.properties"), """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@127.0.0.1:%d
                listeners=PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d
                controller.listener.names=CONTROLLER
                offsets.topic.replication.factor=1
                transaction.state.log.replication.factor=1
                transaction.state.log.min.isr=1
                group.initial.rebalance.delay.ms=0
                log.dirs=%s
                %s
                """.formatted(controller, port, controller, data.resolve("logs"), flush));
        Path lib = folder.resolve("kafka/lib");
        if (!Files.isDirectory(lib)) {
            throw missing(lib, "kafka");
        }
        ManagedProcess format = ManagedProcess.start(java(lib, "kafka.tools.StorageTool", "format", "-t",
                "MkU3OEVBNTcwNTJENDM2Qk", "-c", config.toString(), "--ignore-formatted"), data, Map.of());
        if (format.awaitExit(TimeUnit.SECONDS.toMillis(START_SECONDS)) != 0) {
            throw new IOException("Kafka's folder could not be formatted: " + format.tail(20));
        }
        return ManagedProcess.start(java(lib, "kafka.Kafka", config.toString()), data, Map.of());
    }

    private static List<String> java(Path lib, String main, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms2g", "-Xmx2g", "-cp", lib + "/*", main));
        command.addAll(List.of(arguments));
        return command;
    }

    private String program(String place, String peer) throws IOException {
        Path program = folder.resolve(place);
        if (!Files.isExecutable(program)) {
            throw missing(program, peer);
        }
        return program.toString();
    }

    private static IOException missing(Path place, String peer) {
        return new IOException("there is nothing at " + place + ": run verification/interop/peers.sh " + peer
                + " once, or name the folder with --peers DIR");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void awaitPort(ManagedProcess process, InetSocketAddress address) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!isOpen(address)) {
            if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                process.kill();
                throw new IOException("nothing listens on " + address + "; its last lines:\n" + process.tail(20));
            }
            Threads.sleepUntil(System.nanoTime() + POLL_NANOS);
        }
    }

    private static boolean isOpen(InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(address, 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
