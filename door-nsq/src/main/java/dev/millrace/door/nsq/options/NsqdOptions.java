package dev.millrace.door.nsq.options;

import dev.millrace.net.ListenAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * nsqd's options with nsqd's names and defaults, immutable. Only the addresses differ: they are on loopback unless they
 * are given.
 *
 * <p>
 * Options that tune nsqd's own queues (max-bytes-per-file, sync-every, sync-timeout, queue-scan-*) are
 * understood and shown, and change nothing: see docs/nsq.md.
 */
public final class NsqdOptions {
    /** What {@code max-req-timeout} must be set to so that a deferral may be of any length. */
    public static final String ANY_DEFERRAL = "2562047h";

    private static final FlagSet FLAGS = flags();
    private static final NsqdOptions DEFAULTS = new NsqdOptions(FLAGS.defaults());

    private final Map<String, Object> values;

    private NsqdOptions(Map<String, Object> values) {
        this.values = values;
    }

    /** What holds when nothing is said. */
    public static NsqdOptions defaults() {
        return DEFAULTS;
    }

    /** Defaults, configuration file ({@code --config}) and command line, validated. */
    public static NsqdOptions parse(List<String> args) {
        Map<String, Object> set = FLAGS.parse(args);
        return new NsqdOptions(FLAGS.resolve(config((String) set.getOrDefault("config", "")), set)).validated();
    }

    /** A copy with one option set as on the command line; a repeatable one is replaced by {@code texts}. */
    public NsqdOptions with(String flag, String... texts) {
        return new NsqdOptions(FLAGS.with(values, flag, List.of(texts)));
    }

    /** What {@code --help} prints. */
    public static String usage() {
        return FLAGS.usage();
    }

    /** What {@code GET /config} answers for an option by its configuration name, or null if there is none. */
    public @Nullable String show(String configName) {
        return FLAGS.show(values, configName);
    }

    /** Whether {@link #show} gives plain text for this option; all others are JSON. */
    public static boolean isText(String configName) {
        return FLAGS.isText(configName);
    }

    /** Whether only the version was asked for. */
    public boolean version() {
        return bool("version");
    }

    // ---- groups ----

    /** Addresses: {@code host:port}, or a path for a unix socket, or empty for none. */
    public record Listen(String tcp, String http, String https) {}

    public Listen listen() {
        return new Listen(text("tcp-address"), text("http-address"), text("https-address"));
    }

    /** What is told to nsqlookupd; a port of 0 means the listening one. */
    public record Broadcast(String address, int tcpPort, int httpPort, String topologyRegion, String topologyZone) {}

    public Broadcast broadcast() {
        return new Broadcast(text("broadcast-address"), number("broadcast-tcp-port"), number("broadcast-http-port"),
                text("topology-region"), text("topology-zone"));
    }

    /** Where nsqlookupds are, and how long HTTP requests of ours may take. */
    public record Discovery(List<String> lookupdTcp, Duration connectTimeout, Duration requestTimeout) {}

    public Discovery discovery() {
        return new Discovery(texts("lookupd-tcp-address"), duration("http-client-connect-timeout"),
                duration("http-client-request-timeout"));
    }

    /** Who decides what a client may do; nobody if there is no address. */
    public record Auth(List<String> addresses, boolean post) {
        public boolean enabled() {
            return !addresses.isEmpty();
        }
    }

    public Auth auth() {
        return new Auth(texts("auth-http-address"), "post".equals(text("auth-http-request-method")));
    }

    /** Limits of messages and commands. */
    public record Limits(int maxMsgBytes, int maxBodyBytes, long maxReqTimeoutMillis, int maxRdyCount,
            int maxChannelConsumers) {}

    public Limits limits() {
        return new Limits(number("max-msg-size"), number("max-body-size"), duration("max-req-timeout").toMillis(),
                number("max-rdy-count"), number("max-channel-consumers"));
    }

    /** TCP connections at a time; 0: no limit. */
    public int maxConnections() {
        return number("max-connections");
    }

    /** Bytes of messages that all connections together may have unsent; 0: no limit. */
    public long maxDeliveryBytes() {
        return (Long) get("max-delivery-bytes");
    }

    /** What a client may negotiate by IDENTIFY, in milliseconds and bytes. */
    public record Negotiable(long msgTimeoutMillis, long maxMsgTimeoutMillis, long maxHeartbeatMillis,
            int maxOutputBufferBytes, OutputTimeout outputTimeout) {}

    /** Bounds and default of the output buffer's timeout. */
    public record OutputTimeout(long defaultMillis, long minMillis, long maxMillis) {}

    public Negotiable negotiable() {
        return new Negotiable(duration("msg-timeout").toMillis(), duration("max-msg-timeout").toMillis(),
                duration("max-heartbeat-interval").toMillis(), number("max-output-buffer-size"),
                new OutputTimeout(duration("output-buffer-timeout").toMillis(),
                        duration("min-output-buffer-timeout").toMillis(),
                        duration("max-output-buffer-timeout").toMillis()));
    }

    /** Which compressions are granted. */
    public record Compression(boolean snappy, boolean deflate, int maxDeflateLevel) {}

    public Compression compression() {
        return new Compression(bool("snappy"), bool("deflate"), number("max-deflate-level"));
    }

    /** How much TLS is demanded. */
    public enum TlsRequired {
        NO, TCP_HTTPS, YES
    }

    /** What is asked of a client's certificate. */
    public enum ClientCertificate {
        NONE, ANY, VERIFIED
    }

    /** TLS; off without a certificate. */
    public record Tls(String certFile, String keyFile, String rootCaFile, ClientCertificate clients,
            TlsRequired required,
            String minVersion) {
        public boolean configured() {
            return !certFile.isEmpty() || !keyFile.isEmpty();
        }
    }

    public Tls tls() {
        ClientCertificate clients = switch (text("tls-client-auth-policy")) {
            case "require" -> ClientCertificate.ANY;
            case "require-verify" -> ClientCertificate.VERIFIED;
            default -> ClientCertificate.NONE;
        };
        TlsRequired required = TlsRequired.values()[FlagType.TLS_REQUIRED_VALUES.indexOf(text("tls-required"))];
        return new Tls(text("tls-cert"), text("tls-key"), text("tls-root-ca-file"), clients, required,
                text("tls-min-version"));
    }

    /** Pushed figures; none without an address. */
    public record Statsd(String address, String prefix, Duration interval, boolean memory, int packetBytes,
            boolean excludeEphemeral) {}

    public Statsd statsd() {
        return new Statsd(text("statsd-address"), text("statsd-prefix"), duration("statsd-interval"),
                bool("statsd-mem-stats"),
                number("statsd-udp-packet-size"), bool("statsd-exclude-ephemeral"));
    }

    /** Which percentiles of publish-to-FIN times are kept, over which window. */
    public record Latency(List<Double> percentiles, Duration window) {}

    public Latency latency() {
        @SuppressWarnings("unchecked") // made by the flag's own type
        List<Double> percentiles = (List<Double>) get("e2e-processing-latency-percentile");
        return new Latency(percentiles, duration("e2e-processing-latency-window-time"));
    }

    public int nodeId() {
        return number("node-id");
    }

    /** Messages that may wait in an ephemeral topic or channel, at least 1: nsqd takes none at 0 that nobody waits for. */
    public long memQueueSize() {
        return Math.max(1, number("mem-queue-size"));
    }

    /** Folder of the data; empty: the working directory. */
    public Path dataPath() {
        return Path.of(text("data-path"));
    }

    public String logLevel() {
        return text("log-level");
    }

    // ---- values ----

    private Object get(String flag) {
        return FlagSet.get(values, flag);
    }

    private String text(String flag) {
        return (String) get(flag);
    }

    private boolean bool(String flag) {
        return (Boolean) get(flag);
    }

    private int number(String flag) {
        return Math.toIntExact((Long) get(flag));
    }

    private Duration duration(String flag) {
        return (Duration) get(flag);
    }

    @SuppressWarnings("unchecked") // made by the flag's own type
    private List<String> texts(String flag) {
        return (List<String>) get(flag);
    }

    // ---- checks ----

    /** These options with what follows from them filled in; refuses what cannot work. */
    public NsqdOptions validated() {
        range("max-deflate-level", 1, 9);
        range("node-id", 0, 1023);
        range("max-msg-size", 1, 1 << 30);
        range("max-body-size", 5, 1 << 30);
        range("max-rdy-count", 1, 1 << 24);
        range("max-connections", 0, Integer.MAX_VALUE);
        range("max-delivery-bytes", 0, Long.MAX_VALUE);
        range("max-channel-consumers", 0, Integer.MAX_VALUE);
        String method = text("auth-http-request-method");
        if (!"get".equals(method) && !"post".equals(method)) {
            throw new OptionException("--auth-http-request-method must be post or get");
        }
        for (double percentile : latency().percentiles()) {
            if (!(percentile > 0 && percentile <= 1)) {
                throw new OptionException("invalid E2E processing latency percentile: " + percentile);
            }
        }
        NsqdOptions checked = !text("tls-client-auth-policy").isEmpty() && tls().required() == TlsRequired.NO
                ? with("tls-required", "true")
                : this;
        if (!checked.tls().configured() && checked.tls().required() != TlsRequired.NO) {
            throw new OptionException("cannot require TLS client connections without TLS key and cert");
        }
        return text("broadcast-address").isEmpty()
                ? checked.with("broadcast-address", broadcastAddress(text("tcp-address")))
                : checked;
    }

    /** Clients that hear of a loopback address can use no other one; otherwise this machine's name is the best guess. */
    static String broadcastAddress(String tcpAddress) {
        boolean unixSocket = tcpAddress.indexOf(':') < 0;
        return unixSocket || ListenAddress.parse(tcpAddress).isLoopback() ? "127.0.0.1" : hostname();
    }

    private void range(String flag, long min, long max) {
        long value = (Long) get(flag);
        if (value < min || value > max) {
            throw new OptionException("--" + flag + " must be " + min + " to " + max + ", not " + value);
        }
    }

    static Map<String, List<String>> config(String file) {
        if (file.isEmpty()) {
            return Map.of();
        }
        try {
            return Toml.parse(Files.readString(Path.of(file)));
        } catch (IOException e) {
            throw new OptionException("failed to load config file " + file + ": " + e);
        } catch (OptionException e) {
            throw new OptionException("failed to load config file " + file + ": " + e.getMessage());
        }
    }

    /** This machine's name. */
    public static String hostname() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /** nsqd's rule: CRC-32 of the MD5 of the host name, modulo 1024. */
    static int nodeIdOf(String hostname) {
        try {
            CRC32 crc = new CRC32();
            crc.update(MessageDigest.getInstance("MD5").digest(hostname.getBytes(StandardCharsets.UTF_8)));
            return (int) (crc.getValue() % 1024);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has MD5", e);
        }
    }

    private static FlagSet flags() {
        String hostname = hostname();
        FlagSet flags = new FlagSet("nsqd");
        flags.internal("worker-id", FlagType.BOOL, false, "[deprecated] use --node-id")
                .add("log-level", FlagType.LOG_LEVEL, "info", "set log verbosity: debug, info, warn, error, or fatal")
                .add("log-prefix", FlagType.STRING, "[nsqd] ", "log message prefix")
                .add("node-id", "id", FlagType.INT, (long) nodeIdOf(hostname), "unique part of message ids, 0 to 1023")
                .add("tcp-address", FlagType.STRING, "127.0.0.1:4150",
                        "host:port or path of a unix socket for TCP clients")
                .add("http-address", FlagType.STRING, "127.0.0.1:4151",
                        "host:port or path of a unix socket for HTTP clients")
                .add("https-address", FlagType.STRING, "127.0.0.1:4152", "host:port for HTTPS clients")
                .add("broadcast-address", FlagType.STRING, "",
                        "address that is registered with lookupd (default 127.0.0.1 while listening there, else the host's name)")
                .add("broadcast-tcp-port", FlagType.INT, 0L,
                        "TCP port that is registered with lookupd (0: the listening one)")
                .add("broadcast-http-port", FlagType.INT, 0L,
                        "HTTP port that is registered with lookupd (0: the listening one)")
                .add("lookupd-tcp-address", "nsqlookupd_tcp_addresses", FlagType.STRINGS, List.of(),
                        "lookupd TCP address (repeatable)")
                .add("auth-http-address", "auth_http_addresses", FlagType.STRINGS, List.of(),
                        "host:port or URL of an auth server (repeatable)")
                .add("auth-http-request-method", FlagType.STRING, "get", "HTTP method for the auth server: get or post")
                .add("http-client-connect-timeout", FlagType.DURATION, Duration.ofSeconds(2),
                        "timeout for HTTP connect")
                .add("http-client-request-timeout", FlagType.DURATION, Duration.ofSeconds(5),
                        "timeout for HTTP request")
                .add("topology-region", FlagType.STRING, "", "region of this server, told to clients and lookupd")
                .add("topology-zone", FlagType.STRING, "", "zone of this server, told to clients and lookupd")
                .add("enable-experiment", FlagType.STRINGS, List.of(),
                        "experimental feature (understood, without effect)");
        storageFlags(flags);
        limitFlags(flags);
        reportFlags(flags);
        return flags;
    }

    private static void storageFlags(FlagSet flags) {
        flags.add("data-path", FlagType.STRING, "", "folder of the data")
                .add("mem-queue-size", FlagType.INT, 10_000L,
                        "messages that wait in an #ephemeral topic or channel; of more the oldest are dropped")
                .add("max-bytes-per-file", FlagType.INT, 100L << 20, "without effect")
                .add("sync-every", FlagType.INT, 2_500L, "without effect: every publish is synced before its OK")
                .add("sync-timeout", FlagType.DURATION, Duration.ofSeconds(2), "without effect")
                .add("queue-scan-worker-pool-max", FlagType.INT, 4L, "without effect")
                .add("queue-scan-selection-count", FlagType.INT, 20L, "without effect");
    }

    private static void limitFlags(FlagSet flags) {
        flags.add("msg-timeout", FlagType.DURATION, Duration.ofSeconds(60),
                "how long a client may work on a message by default")
                .add("max-msg-timeout", FlagType.DURATION, Duration.ofMinutes(15),
                        "how long it may at most, TOUCH included")
                .add("max-msg-size", FlagType.INT, 1L << 20, "bytes of one message at most")
                .add("max-req-timeout", FlagType.DURATION, Duration.ofHours(1), "longest deferral by REQ and DPUB")
                .add("max-body-size", FlagType.INT, 5L << 20, "bytes of one command's body at most")
                .add("max-heartbeat-interval", FlagType.DURATION, Duration.ofSeconds(60),
                        "longest heartbeat interval a client may ask for")
                .add("max-connections", FlagType.INT, 65_536L, "TCP connections at a time (0: no limit)")
                .add("max-delivery-bytes", FlagType.INT, 256L << 20,
                        "bytes of messages on their way to all connections together (0: no limit)")
                .add("max-rdy-count", FlagType.INT, 2_500L, "RDY count at most")
                .add("max-output-buffer-size", FlagType.INT, 64L << 10,
                        "largest output buffer a client may ask for, bytes")
                .add("max-output-buffer-timeout", FlagType.DURATION, Duration.ofSeconds(30),
                        "longest output buffer timeout a client may ask for")
                .add("min-output-buffer-timeout", FlagType.DURATION, Duration.ofMillis(25),
                        "shortest output buffer timeout a client may ask for")
                .add("output-buffer-timeout", FlagType.DURATION, Duration.ofMillis(250),
                        "default output buffer timeout")
                .add("max-channel-consumers", FlagType.INT, 0L, "consumers of one channel at most (0: no limit)")
                .add("deflate", FlagType.BOOL, true, "let clients negotiate deflate")
                .add("max-deflate-level", FlagType.INT, 6L, "highest deflate level a client may negotiate, 1 to 9")
                .add("snappy", FlagType.BOOL, true, "let clients negotiate snappy");
    }

    private static void reportFlags(FlagSet flags) {
        flags.add("statsd-address", FlagType.STRING, "", "host:port (UDP) of a statsd to push figures to")
                .add("statsd-interval", FlagType.DURATION, Duration.ofSeconds(60), "time between pushes to statsd")
                .add("statsd-mem-stats", FlagType.BOOL, true, "push memory figures, too")
                .add("statsd-prefix", FlagType.STRING, "nsq.%s", "prefix of statsd keys (%s: this host)")
                .add("statsd-udp-packet-size", FlagType.INT, 508L, "bytes of one statsd packet")
                .add("statsd-exclude-ephemeral", FlagType.BOOL, false,
                        "leave ephemeral topics and channels out of statsd")
                .add("e2e-processing-latency-percentile", "e2e_processing_latency_percentiles", FlagType.FLOATS,
                        List.of(),
                        "percentile of publish-to-FIN times to keep, above 0 to 1.0 (repeatable or with commas)")
                .add("e2e-processing-latency-window-time", FlagType.DURATION, Duration.ofMinutes(10),
                        "window of these percentiles")
                .add("tls-cert", FlagType.STRING, "", "certificate file (PEM)")
                .add("tls-key", FlagType.STRING, "", "key file (PEM)")
                .add("tls-client-auth-policy", FlagType.STRING, "",
                        "client certificates: 'require' or 'require-verify'")
                .add("tls-root-ca-file", FlagType.STRING, "",
                        "file with the authorities that client certificates must come from")
                .add("tls-required", FlagType.TLS_REQUIRED, "false", "require TLS of clients: true, false, tcp-https")
                .add("tls-min-version", FlagType.TLS_MIN_VERSION, "tls1.0",
                        "lowest TLS version: tls1.0, tls1.1, tls1.2, tls1.3");
    }
}
