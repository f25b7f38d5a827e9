package dev.millrace.bench.footprint;

import dev.millrace.bench.contest.Contest;
import dev.millrace.core.machine.Ceilings;
import dev.millrace.core.shard.ShardClock;
import dev.millrace.core.shard.ShardLimits;
import dev.millrace.core.shard.ShardOptions;
import dev.millrace.core.shard.SyncLevel;
import dev.millrace.core.shard.TopicQuota;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.log.file.FileLogOptions;
import dev.millrace.node.GroupStats;
import dev.millrace.node.Node;
import dev.millrace.node.NodeOptions;
import dev.millrace.node.TopicStats;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Brings a node on the file log into one shape, prints heap per message and bytes on disk, and ends without a goodbye, as
 * {@code kill -9} would. Run again with {@code --phase restart} it opens the folder and prints how long that took.
 *
 * <pre>
 *   --shape backlog|deferred|retrying|noted|leased|vanish|stuck|ten-groups|keys   --messages N   --data DIR
 *   --body BYTES
 *   --sync always|os     --phase fill|restart
 * </pre>
 */
public final class Main {
    static final String HEAP_EACH = "heap for each, B";
    static final String HEAP_EACH_RESTARTED = "heap for each after the restart, B";
    static final String RESTART_SECONDS = "restart after the kill, s";
    private static final String TOPIC = "shape";

    private Main() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Arguments arguments = Arguments.of(args);
        FileLogOptions options = FileLogOptions.of(arguments.data())
                .withSyncLevel(dev.millrace.log.file.SyncLevel.valueOf(arguments.sync().name()));
        FileLogFactory logs = FileLogFactory.onDisk(options, Main::failed);
        ShardLimits limits = new ShardLimits(100_000, 10_000, Integer.MAX_VALUE,
                Ceilings.NONE, TopicQuota.NONE);
        ShardOptions shard = new ShardOptions(0, arguments.sync(), 1_000, 256L << 20, limits);
        long before = heapAfterGc();
        long start = System.nanoTime();
        Node node = Node.open(logs, new NodeOptions(1, 0, shard), ShardClock.SYSTEM);
        double openSeconds = (System.nanoTime() - start) / 1e9;
        if (arguments.phase().equals("fill")) {
            Shape.of(arguments.shape()).fill(new Load(node.broker(), TOPIC, arguments.body()), arguments.messages());
            System.out.printf(Locale.ROOT, "filled in %.1f s%n", (System.nanoTime() - start) / 1e9);
            Contest.tell(arguments.shape(), "filled in s", (System.nanoTime() - start) / 1e9);
        } else {
            System.out.printf(Locale.ROOT, "opened in %.2f s: %s%n", openSeconds, node.recovery());
            Contest.tell(arguments.shape(), RESTART_SECONDS, openSeconds);
            Contest.tell(arguments.shape(), "replayed at the restart, MB",
                    node.recovery().getFirst().bytes() / 1e6);
        }
        print(node.broker().stats(TOPIC).join());
        System.out.println("owner: " + node.broker().figures().join().getFirst().loop());
        report(arguments, heapAfterGc() - before);
        Runtime.getRuntime().halt(0);
    }

    private static void failed(Throwable reason) {
        reason.printStackTrace();
        Runtime.getRuntime().halt(1);
    }

    private static void report(Arguments arguments, long heap) throws IOException {
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)
                .stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        double messages = arguments.messages();
        System.out.printf(Locale.ROOT,
                "%s %s %,d messages: heap %,d bytes, %.2f for each; direct %,d; RssAnon %s; disk %,d, %.1f for each%n",
                arguments.shape(), arguments.phase(), arguments.messages(), heap, heap / messages, direct, anonymous(),
                diskBytes(arguments.data()), diskBytes(arguments.data()) / messages);
        boolean filled = arguments.phase().equals("fill");
        Contest.tell(arguments.shape(), filled ? HEAP_EACH : HEAP_EACH_RESTARTED, heap / messages);
        if (filled) {
            Contest.tell(arguments.shape(), "disk for each, B", diskBytes(arguments.data()) / messages);
        }
    }

    private static void print(List<TopicStats> topics) {
        for (TopicStats topic : topics) {
            System.out.println("accepted " + topic.accepted() + ", scheduled " + topic.scheduled());
            for (GroupStats group : topic.groups()) {
                System.out.println("  " + group.name() + ": ready " + group.ready() + ", leased " + group.leased()
                        + ", retrying " + group.retrying() + ", done " + group.done());
            }
        }
    }

    private static long heapAfterGc() throws InterruptedException {
        long used = Long.MAX_VALUE;
        for (int round = 0; round < 4; round++) {
            System.gc();
            Thread.sleep(300);
            Runtime runtime = Runtime.getRuntime();
            used = Math.min(used, runtime.totalMemory() - runtime.freeMemory());
        }
        return used;
    }

    private static String anonymous() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("RssAnon"))
                    .map(line -> line.replaceAll("\\s+", " ").replace("RssAnon: ", ""))
                    .findFirst()
                    .orElse("unknown");
        }
    }

    private static long diskBytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
        }
    }

    /** What the command line says. */
    private record Arguments(String shape, long messages, Path data, int body, SyncLevel sync, String phase) {
        static Arguments of(String[] args) {
            Arguments found = new Arguments("backlog", 1_000_000, Path.of("data"), 100, SyncLevel.OS, "fill");
            for (int i = 0; i + 1 < args.length; i += 2) {
                found = found.with(args[i], args[i + 1]);
            }
            return found;
        }

        private Arguments with(String name, String value) {
            return switch (name) {
                case "--shape" -> new Arguments(value, messages, data, body, sync, phase);
                case "--messages" -> new Arguments(shape, Long.parseLong(value), data, body, sync, phase);
                case "--data" -> new Arguments(shape, messages, Path.of(value), body, sync, phase);
                case "--body" -> new Arguments(shape, messages, data, Integer.parseInt(value), sync, phase);
                case "--sync" -> new Arguments(shape, messages, data, body,
                        SyncLevel.valueOf(value.toUpperCase(Locale.ROOT)), phase);
                case "--phase" -> new Arguments(shape, messages, data, body, sync, value);
                default -> throw new IllegalArgumentException("unknown option " + name);
            };
        }
    }
}
