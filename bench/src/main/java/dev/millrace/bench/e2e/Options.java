package dev.millrace.bench.e2e;

import dev.millrace.bench.e2e.server.ServerKind;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The command line, read and checked. {@link #HELP} is its reference. */
record Options(Set<Workload> workloads, List<String> servers, int rounds, boolean diskLoop, Timing timing,
        Amounts amounts, Places places, List<String> jvmOptions) {

    /** How long a server is warmed up, and how long a timed measurement and a soak take. */
    record Timing(long warmupMessages, int warmupSeconds, int seconds, int soakSeconds) {}

    /**
     * How much is sent.
     *
     * @param messages of a round that goes by count; 0 for what the workload says
     * @param shape sizes; a 0 stands for what the workload says
     * @param rate messages a second for latency
     * @param readyCount RDY of each consumer
     * @param maxBacklog the most messages put up to be consumed
     * @param produceChannel whether the topic has a channel while it is only produced to
     */
    record Amounts(long messages, Workload.Shape shape, int rate, int readyCount, long maxBacklog,
            ProduceChannel produceChannel) {}

    /** Whether a topic has a channel while it is only produced to. */
    enum ProduceChannel {
        YES, NO, BEST;

        boolean with(ServerKind kind) {
            return this == BEST ? kind.producesFasterWithChannel() : this == YES;
        }

        static ProduceChannel parse(String text) {
            return switch (text) {
                case "yes" -> YES;
                case "no" -> NO;
                case "best" -> BEST;
                default -> throw new IllegalArgumentException(
                        "--produce-channel must be yes, no or best, not \"" + text + "\"");
            };
        }
    }

    /** Folders and programs. */
    record Places(Path data, Path peersBin, Path launcher, Path out) {}

    static final String HELP = """
            Drives servers that speak the NSQ protocol and reports what they reach, side by side.

              --workloads LIST   ids separated by commas, or all            (P1,P3,P4,P5,P6)
              --servers LIST     nsqd-disk, nsqd-memory, millrace, millrace-os, millrace-interval (started by the
                                 tool), NAME=/LAUNCHER (another build of Millrace, by the whole path of its
                                 launcher), or [NAME=]HOST:PORT[/HOST:HTTPPORT] (running)
                                                                            (nsqd-disk,nsqd-memory)
                                 For P1 to P6 also nats, nats-periodic, redis, redis-everysec, kafka,
                                 kafka-page-cache, each with its own client
              --rounds N         rounds; the servers alternate in each      (3)
              --warmup N         messages through each JVM server before the first round, a sixth of it through
                                 nsqd                                       (3000000)
              --seconds N        length of a timed measurement              (10)
              --warmup-seconds N let pass before a timed measurement        (2)
              --soak N           seconds of M5                              (1800)
              --messages N       messages of a round that goes by count     (as the workload says)
              --body N           bytes of a body                            (as the workload says)
              --batch N          messages of a command; 1 is PUB            (as the workload says)
              --window N         most messages without an answer            (as the workload says)
              --rate N           messages a second for latency              (5000)
              --ready N          RDY of each consumer                       (2500)
              --max-backlog N    most messages put up for P4                (60000000)
              --disk-loop yes|no also the bare write and force of the same sizes   (yes)
              --produce-channel yes|no|best   whether the topic has a channel while P1 to P3 produce; best is
                                 what is faster for each server: no for nsqd-memory, else yes   (best)
              --data DIR         data folders are made and removed below it (a new one below the system's folder
                                 for temporary files)
              --peers DIR        folder of the nsqd program                 ($MILLRACE_PEERS/bin, else
                                 ~/.cache/millrace/peers/bin)
              --launcher FILE    the millrace script                        (./millrace)
              --jvm OPTIONS      JVM options for Millrace, separated by spaces
              --out DIR          where report.md and report.json are put    (target/bench-report)
            """;

    static final Set<String> NAMES = new TreeSet<>(List.of("workloads", "servers", "rounds", "warmup",
            "seconds", "warmup-seconds", "soak", "messages", "body", "batch", "window", "rate", "ready", "max-backlog",
            "disk-loop", "produce-channel", "data", "peers", "launcher", "jvm", "out"));

    /**
     * Reads {@code --name value} and {@code --name=value}.
     *
     * @throws IllegalArgumentException saying what is wrong and what would be right
     */
    static Options parse(String... arguments) {
        Values values = new Values(read(arguments));
        Timing timing = new Timing(values.number("warmup", 3_000_000), (int) values.number("warmup-seconds", 2),
                values.positive("seconds", 10), values.positive("soak", 1_800));
        Workload.Shape shape = Workload.Shape.of((int) values.number("body", 0), (int) values.number("batch", 0),
                (int) values.number("window", 0));
        Amounts amounts = new Amounts(values.number("messages", 0), shape, values.positive("rate", 5_000),
                values.positive("ready", 2_500), values.number("max-backlog", 60_000_000),
                ProduceChannel.parse(values.text("produce-channel", "best")));
        Places places = new Places(Path.of(values.text("data", defaultData())).toAbsolutePath(),
                Path.of(values.text("peers", defaultPeers())), Path.of(values.text("launcher", "./millrace")),
                Path.of(values.text("out", "target/bench-report")));
        return new Options(Workload.parse(values.text("workloads", "P1,P3,P4,P5,P6")),
                List.of(values.text("servers", "nsqd-disk,nsqd-memory").split(",", -1)), values.positive("rounds", 3),
                values.yes("disk-loop", "yes"), timing, amounts, places, words(values.text("jvm", "")));
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.split(" ", -1)).filter(word -> !word.isEmpty()).toList();
    }

    private static String defaultData() {
        return System.getProperty("java.io.tmpdir") + "/millrace-bench-" + ProcessHandle.current().pid();
    }

    private static String defaultPeers() {
        String root = System.getenv("MILLRACE_PEERS");
        return (root == null ? System.getProperty("user.home") + "/.cache/millrace/peers" : root) + "/bin";
    }

    private static Map<String, String> read(String... arguments) {
        Map<String, String> given = new LinkedHashMap<>();
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            if (!argument.startsWith("--")) {
                throw new IllegalArgumentException("\"" + argument + "\" is not an option; --help shows all");
            }
            int equals = argument.indexOf('=');
            String name = argument.substring(2, equals < 0 ? argument.length() : equals);
            if (!NAMES.contains(name)) {
                throw new IllegalArgumentException("there is no option --" + name + "; there are: --"
                        + String.join(", --", NAMES));
            }
            if (equals < 0 && i + 1 == arguments.length) {
                throw new IllegalArgumentException("--" + name + " needs a value");
            }
            given.put(name, equals < 0 ? arguments[++i] : argument.substring(equals + 1));
        }
        return given;
    }

    private record Values(Map<String, String> given) {
        String text(String name, String otherwise) {
            return given.getOrDefault(name, otherwise);
        }

        long number(String name, long otherwise) {
            String text = given.get(name);
            if (text == null) {
                return otherwise;
            }
            String digits = text.replace("_", "");
            if (!digits.matches("\\d{1,18}")) {
                throw new IllegalArgumentException("--" + name + " must be a whole number, not \"" + text + "\"");
            }
            return Long.parseLong(digits);
        }

        int positive(String name, int otherwise) {
            long value = number(name, otherwise);
            if (value < 1 || value > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("--" + name + " must be at least 1, not " + value);
            }
            return (int) value;
        }

        boolean yes(String name, String otherwise) {
            String text = text(name, otherwise);
            return switch (text) {
                case "yes" -> true;
                case "no" -> false;
                default -> throw new IllegalArgumentException("--" + name + " must be yes or no, not \"" + text + "\"");
            };
        }
    }
}
