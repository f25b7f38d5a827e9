package dev.millrace.door.nsq.options;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** nsqlookupd's options with its names and, but for the loopback addresses, its defaults; immutable. */
public final class NsqlookupdOptions {
    private static final FlagSet FLAGS = new FlagSet("nsqlookupd")
            .add("log-level", FlagType.LOG_LEVEL, "info", "set log verbosity: debug, info, warn, error, or fatal")
            .add("log-prefix", FlagType.STRING, "[nsqlookupd] ", "log message prefix")
            .add("tcp-address", FlagType.STRING, "127.0.0.1:4160", "host:port for TCP clients")
            .add("http-address", FlagType.STRING, "127.0.0.1:4161", "host:port for HTTP clients")
            .add("broadcast-address", FlagType.STRING, "",
                    "address of this nsqlookupd (default 127.0.0.1 while listening there, else the host's name)")
            .add("inactive-producer-timeout", FlagType.DURATION, Duration.ofMinutes(5),
                    "how long a producer stays listed after its last ping")
            .add("tombstone-lifetime", FlagType.DURATION, Duration.ofSeconds(45),
                    "how long a producer stays tombstoned");
    private static final NsqlookupdOptions DEFAULTS = new NsqlookupdOptions(FLAGS.defaults());

    private final Map<String, Object> values;

    private NsqlookupdOptions(Map<String, Object> values) {
        this.values = values;
    }

    public static NsqlookupdOptions defaults() {
        return DEFAULTS;
    }

    /** Defaults, configuration file ({@code --config}) and command line. */
    public static NsqlookupdOptions parse(List<String> args) {
        Map<String, Object> set = FLAGS.parse(args);
        return new NsqlookupdOptions(FLAGS.resolve(NsqdOptions.config((String) set.getOrDefault("config", "")), set));
    }

    /** A copy with one option set as on the command line. */
    public NsqlookupdOptions with(String flag, String text) {
        return new NsqlookupdOptions(FLAGS.with(values, flag, List.of(text)));
    }

    public static String usage() {
        return FLAGS.usage();
    }

    /** Whether only the version was asked for. */
    public boolean version() {
        return (Boolean) FlagSet.get(values, "version");
    }

    public String tcpAddress() {
        return text("tcp-address");
    }

    public String httpAddress() {
        return text("http-address");
    }

    public String broadcastAddress() {
        String given = text("broadcast-address");
        return given.isEmpty() ? NsqdOptions.broadcastAddress(tcpAddress()) : given;
    }

    public Duration inactiveProducerTimeout() {
        return (Duration) FlagSet.get(values, "inactive-producer-timeout");
    }

    public Duration tombstoneLifetime() {
        return (Duration) FlagSet.get(values, "tombstone-lifetime");
    }

    public String logLevel() {
        return text("log-level");
    }

    private String text(String flag) {
        return (String) FlagSet.get(values, flag);
    }
}
