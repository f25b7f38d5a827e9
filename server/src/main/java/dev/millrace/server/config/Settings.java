package dev.millrace.server.config;

import dev.millrace.net.ListenAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Every setting of the server. docs/configuration.md is compared with this list by a test. */
public final class Settings {
    /** When an answer may leave. */
    public enum Sync {
        ALWAYS, INTERVAL, OS
    }

    /** How log lines look. */
    public enum LogFormat {
        TEXT, JSON
    }

    /** From which level on lines are logged. */
    public enum LogLevel {
        DEBUG, INFO, WARN, ERROR
    }

    /** Which requests of the HTTP API need the token. */
    public enum HttpAuth {
        DELETES, ALL
    }

    public static final Setting<Path> DATA = new Setting<>("data", Kind.FOLDER, "data",
            "folder of the data; one process at a time uses it");
    public static final Setting<ListenAddress> NSQ_TCP = address("nsq-tcp", "127.0.0.1:4150",
            "where NSQ clients connect");
    public static final Setting<ListenAddress> NSQ_HTTP = address("nsq-http", "127.0.0.1:4151", "nsqd's HTTP API");
    public static final Setting<ListenAddress> NSQ_HTTPS = address("nsq-https", "off",
            "nsqd's HTTP API over TLS; needs nsqd.tls-cert and nsqd.tls-key");
    public static final Setting<ListenAddress> LOOKUPD_TCP = address("lookupd-tcp", "127.0.0.1:4160",
            "where nsqds register");
    public static final Setting<ListenAddress> LOOKUPD_HTTP = address("lookupd-http", "127.0.0.1:4161",
            "nsqlookupd's HTTP API");
    public static final Setting<ListenAddress> HTTP = address("http", "127.0.0.1:7070",
            "the HTTP API, health probes and metrics");
    public static final Setting<ListenAddress> GRPC = address("grpc", "127.0.0.1:7071",
            "the native protocol, for Millrace's own clients");
    public static final Setting<String> GRPC_TLS_CERT = new Setting<>("grpc-tls-cert", Kind.TEXT, "",
            "PEM file with the certificate of the native protocol's door; empty: no TLS");
    public static final Setting<String> GRPC_TLS_KEY = new Setting<>("grpc-tls-key", Kind.TEXT, "",
            "PEM file with the key of that certificate");
    public static final Setting<Integer> GRPC_MAX_SESSIONS = new Setting<>("grpc-max-sessions",
            Kind.number(1, 1_000_000), "10000",
            "workers' sessions of the native protocol at once, those that wait to be resumed included");
    public static final Setting<HttpAuth> HTTP_AUTH = new Setting<>("http-auth", Kind.choice(HttpAuth.class), "deletes",
            "which HTTP requests and gRPC calls need the token of DATA/http-token; all is needed to listen beyond loopback");
    public static final Setting<List<String>> HTTP_HOSTS = new Setting<>("http-hosts", Kind.TEXTS, "",
            "names besides the loopback ones by which HTTP clients may call this server");
    public static final Setting<Sync> SYNC = new Setting<>("sync", Kind.choice(Sync.class), "always",
            "when a publish is answered: after a sync (always), or before it");
    public static final Setting<Duration> SYNC_INTERVAL = new Setting<>("sync-interval", Kind.DURATION, "100ms",
            "how often to sync when sync is interval");
    public static final Setting<Long> MAX_MESSAGE_SIZE = new Setting<>("max-message-size", Kind.SIZE_IN_BYTES, "1MiB",
            "largest body of one message, by every door");
    public static final Setting<Long> MAX_REQUEST_SIZE = new Setting<>("max-request-size", Kind.SIZE_IN_BYTES, "8MiB",
            "largest body of one HTTP request or gRPC publish, which may hold many messages");
    public static final Setting<Long> REQUEST_MEMORY = new Setting<>("request-memory", Kind.SIZE_IN_BYTES, "64MiB",
            "bodies of requests held at once, by each of HTTP and gRPC; further requests wait");
    public static final Setting<Integer> SHARDS = new Setting<>("shards", Kind.number(1, 64), "1",
            "logs, each with a thread of its own; may grow, never shrink");
    public static final Setting<Integer> NODE_ID = new Setting<>("node-id", Kind.number(-1, 1023), "-1",
            "keeps the message ids of several servers apart; -1: made of the host's name");
    public static final Setting<Long> SEGMENT_SIZE = new Setting<>("segment-size", Kind.SIZE_IN_BYTES, "0",
            "size of the log's files in a new folder, a power of two; 0: chosen");
    public static final Setting<Long> SNAPSHOT_EVERY = new Setting<>("snapshot-every", Kind.SIZE_IN_BYTES, "256MiB",
            "bytes of log after which a snapshot is written");
    public static final Setting<Long> CACHE_RECENT = new Setting<>("cache-recent", Kind.SIZE_IN_BYTES, "32MiB",
            "memory for what was written last");
    public static final Setting<Long> CACHE_READ = new Setting<>("cache-read", Kind.SIZE_IN_BYTES, "32MiB",
            "memory for what was read from disk");
    public static final Setting<Long> DISK_LOW = new Setting<>("disk-low", Kind.SIZE_IN_BYTES, "0",
            "free space under which nothing that adds messages is taken; 0: two log files");
    public static final Setting<Long> DISK_HIGH = new Setting<>("disk-high", Kind.SIZE_IN_BYTES, "0",
            "free space from which on it is taken again; 0: three log files");
    public static final Setting<Integer> MAX_TOPICS = new Setting<>("max-topics", Kind.number(1, 10_000_000), "100000",
            "topics of one shard");
    public static final Setting<Integer> MAX_GROUPS = new Setting<>("max-groups", Kind.number(1, 1_000_000), "10000",
            "groups of one topic");
    public static final Setting<Integer> MAX_DEFERRED = new Setting<>("max-deferred",
            Kind.number(0, Integer.MAX_VALUE), "50000000", "deferred messages of one shard; each takes up to 32 bytes");
    public static final Setting<Integer> MAX_RETRYING = new Setting<>("max-retrying",
            Kind.number(0, Integer.MAX_VALUE), "50000000",
            "messages of one shard that wait for their next attempt; each takes up to 32 bytes");
    public static final Setting<Integer> MAX_ATTEMPT_NOTES = new Setting<>("max-attempt-notes",
            Kind.number(0, Integer.MAX_VALUE), "2000000",
            "failed attempts of one shard whose reason is kept for the dead letter; each takes about 22 bytes");
    public static final Setting<Integer> MAX_TRACKED = new Setting<>("max-tracked",
            Kind.number(0, Integer.MAX_VALUE), "10000000",
            "tasks of one shard that are not over; each takes 30 to 80 bytes for each group");
    public static final Setting<Long> MAX_TOPIC_MESSAGES = new Setting<>("max-topic-messages",
            Kind.COUNT, "0",
            "messages that a topic keeps for its slowest group, deferred ones included; 0: no limit");
    public static final Setting<Long> MAX_TOPIC_BYTES = new Setting<>("max-topic-bytes", Kind.SIZE_IN_BYTES, "0",
            "bytes in the log that a topic keeps; 0: no limit");
    public static final Setting<Duration> MAX_TOPIC_AGE = new Setting<>("max-topic-age", Kind.DURATION, "0s",
            "age of the oldest message that the slowest group of a topic has not taken; 0: no limit");
    public static final Setting<TopicFull> TOPIC_FULL = new Setting<>("topic-full", Kind.choice(TopicFull.class),
            "refuse",
            "at a limit of a topic: publishes are refused, or the oldest that no group has taken are dropped");
    public static final Setting<Integer> MAX_LEASES = new Setting<>("max-leases", Kind.number(1, Integer.MAX_VALUE),
            "10000000", "messages in flight of one shard; beyond it nothing more is handed out");
    public static final Setting<Integer> MAX_CONNECTIONS = new Setting<>("max-connections",
            Kind.number(0, Integer.MAX_VALUE), "65536",
            "NSQ connections at a time; one more is refused. 0: no limit");
    public static final Setting<Long> MAX_DELIVERY_BYTES = new Setting<>("max-delivery-bytes", Kind.SIZE_IN_BYTES,
            "256MiB", "bytes of messages on their way to all NSQ connections together; more wait. 0: no limit");
    public static final Setting<Integer> IO_THREADS = new Setting<>("io-threads", Kind.number(0, 1024), "0",
            "threads that serve sockets; 0: one for each core");
    public static final Setting<Duration> STOP_TIMEOUT = new Setting<>("stop-timeout", Kind.DURATION, "10s",
            "how long a stop waits for what is in flight");
    public static final Setting<LogLevel> LOG_LEVEL = new Setting<>("log-level", Kind.choice(LogLevel.class), "info",
            "from which level on lines are logged");
    public static final Setting<LogFormat> LOG_FORMAT = new Setting<>("log-format", Kind.choice(LogFormat.class),
            "text",
            "key=value text, or one JSON object a line");

    /** In the order of the help. */
    public static final List<Setting<?>> ALL = List.of(DATA, NSQ_TCP, NSQ_HTTP, NSQ_HTTPS, LOOKUPD_TCP, LOOKUPD_HTTP,
            HTTP, GRPC, GRPC_TLS_CERT, GRPC_TLS_KEY, GRPC_MAX_SESSIONS, HTTP_AUTH, HTTP_HOSTS, SYNC, SYNC_INTERVAL,
            MAX_MESSAGE_SIZE, MAX_REQUEST_SIZE, REQUEST_MEMORY,
            SHARDS,
            NODE_ID, SEGMENT_SIZE, SNAPSHOT_EVERY, CACHE_RECENT, CACHE_READ, DISK_LOW, DISK_HIGH, MAX_TOPICS,
            MAX_GROUPS, MAX_DEFERRED, MAX_RETRYING, MAX_ATTEMPT_NOTES, MAX_TRACKED,
            MAX_TOPIC_MESSAGES, MAX_TOPIC_BYTES, MAX_TOPIC_AGE, TOPIC_FULL, MAX_LEASES, MAX_CONNECTIONS,
            MAX_DELIVERY_BYTES, IO_THREADS,
            STOP_TIMEOUT, LOG_LEVEL, LOG_FORMAT);

    /** Tables whose keys are another program's options and are checked there: {@code nsqd.max-rdy-count}. */
    public static final List<String> TABLES = List.of("nsqd", "nsqlookupd");

    private Settings() {}

    private static Setting<ListenAddress> address(String key, String fallback, String help) {
        return new Setting<>(key, Kind.ADDRESS, fallback, help);
    }
}
