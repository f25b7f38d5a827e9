package dev.millrace.server;

import dev.millrace.core.machine.Ceilings;
import dev.millrace.core.shard.ShardLimits;
import dev.millrace.core.shard.ShardOptions;
import dev.millrace.core.shard.SyncLevel;
import dev.millrace.core.shard.TopicQuota;
import dev.millrace.door.grpc.GrpcDoorOptions;
import dev.millrace.door.http.HttpDoorOptions;
import dev.millrace.door.nsq.options.NsqdOptions;
import dev.millrace.door.nsq.options.NsqlookupdOptions;
import dev.millrace.door.nsq.options.OptionException;
import dev.millrace.log.file.FileLogOptions;
import dev.millrace.net.Authentication;
import dev.millrace.net.ListenAddress;
import dev.millrace.net.TlsSettings;
import dev.millrace.node.NodeOptions;
import dev.millrace.server.config.ConfigException;
import dev.millrace.server.config.Configuration;
import dev.millrace.server.config.Setting;
import dev.millrace.server.config.Settings;
import dev.millrace.server.config.TopicFull;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Turns settings into the options of the rooms. What a room refuses is said with the key it came from. */
final class Options {
    /** A hundred years, what the engine takes: deferrals are not limited here as nsqd limits them. */
    private static final String LONGEST_DEFERRAL = "876600h";

    private Options() {}

    static FileLogOptions log(Configuration settings) {
        return checked(Settings.SEGMENT_SIZE, settings, () -> FileLogOptions.of(settings.get(Settings.DATA))
                .withSyncLevel(switch (settings.get(Settings.SYNC)) {
                    case ALWAYS -> dev.millrace.log.file.SyncLevel.ALWAYS;
                    case INTERVAL -> dev.millrace.log.file.SyncLevel.INTERVAL;
                    case OS -> dev.millrace.log.file.SyncLevel.OS;
                })
                .withSyncIntervalMillis(settings.get(Settings.SYNC_INTERVAL).toMillis())
                .withSegmentBytes(settings.get(Settings.SEGMENT_SIZE))
                .withMemory(new FileLogOptions.Memory(settings.get(Settings.CACHE_RECENT),
                        settings.get(Settings.CACHE_READ)))
                .withFreeMarks(new FileLogOptions.FreeMarks(settings.get(Settings.DISK_LOW),
                        settings.get(Settings.DISK_HIGH))));
    }

    static NodeOptions node(Configuration settings) {
        SyncLevel sync = switch (settings.get(Settings.SYNC)) {
            case ALWAYS -> SyncLevel.ALWAYS;
            case INTERVAL -> SyncLevel.INTERVAL;
            case OS -> SyncLevel.OS;
        };
        ShardLimits limits = new ShardLimits(settings.get(Settings.MAX_TOPICS), settings.get(Settings.MAX_GROUPS),
                settings.get(Settings.MAX_LEASES), new Ceilings(settings.get(Settings.MAX_DEFERRED),
                        settings.get(Settings.MAX_RETRYING), settings.get(Settings.MAX_ATTEMPT_NOTES),
                        settings.get(Settings.MAX_TRACKED)),
                new TopicQuota(settings.get(Settings.MAX_TOPIC_MESSAGES), settings.get(Settings.MAX_TOPIC_BYTES),
                        settings.get(Settings.MAX_TOPIC_AGE).toMillis(),
                        settings.get(Settings.TOPIC_FULL) == TopicFull.DROP),
                nsqd(settings, ListenAddress.OFF).memQueueSize());
        int nodeId = settings.get(Settings.NODE_ID);
        return checked(Settings.SNAPSHOT_EVERY, settings,
                () -> new NodeOptions(settings.get(Settings.SHARDS),
                        nodeId < 0 ? NsqdOptions.defaults().nodeId() : nodeId,
                        new ShardOptions(0, sync, settings.get(Settings.SYNC_INTERVAL).toMillis(),
                                settings.get(Settings.SNAPSHOT_EVERY), limits)));
    }

    static HttpDoorOptions http(Configuration settings, String version) {
        return checked(Settings.MAX_REQUEST_SIZE, settings,
                () -> new HttpDoorOptions(settings.get(Settings.HTTP), authentication(settings),
                        settings.get(Settings.HTTP_HOSTS),
                        settings.get(Settings.DATA).resolve("http-token"), size(settings, Settings.MAX_MESSAGE_SIZE),
                        size(settings, Settings.MAX_REQUEST_SIZE), size(settings, Settings.REQUEST_MEMORY), version));
    }

    static GrpcDoorOptions grpc(Configuration settings, String version) {
        String certificate = settings.get(Settings.GRPC_TLS_CERT);
        String key = settings.get(Settings.GRPC_TLS_KEY);
        if (certificate.isEmpty() != key.isEmpty()) {
            throw new ConfigException("grpc-tls-cert and grpc-tls-key go together: give both files, or none");
        }
        TlsSettings tls = certificate.isEmpty() ? null : TlsSettings.of(Path.of(certificate), Path.of(key));
        return checked(Settings.MAX_REQUEST_SIZE, settings,
                () -> new GrpcDoorOptions(settings.get(Settings.GRPC), authentication(settings),
                        settings.get(Settings.DATA).resolve("http-token"), tls,
                        new GrpcDoorOptions.Limits(size(settings, Settings.MAX_MESSAGE_SIZE),
                                size(settings, Settings.MAX_REQUEST_SIZE), size(settings, Settings.REQUEST_MEMORY),
                                settings.get(Settings.GRPC_MAX_SESSIONS)),
                        version));
    }

    private static Authentication authentication(Configuration settings) {
        return switch (settings.get(Settings.HTTP_AUTH)) {
            case DELETES -> Authentication.DELETIONS;
            case ALL -> Authentication.EVERYTHING;
        };
    }

    /**
     * The options of the NSQ door.
     *
     * @param lookupd
     *            where this server's own nsqlookupd takes registrations; the door registers there unless the settings
     *            name others
     */
    static NsqdOptions nsqd(Configuration settings, ListenAddress lookupd) {
        ListenAddress tcp = settings.get(Settings.NSQ_TCP);
        int nodeId = settings.get(Settings.NODE_ID);
        int maxMessage = size(settings, Settings.MAX_MESSAGE_SIZE);
        NsqdOptions options = NsqdOptions.defaults()
                .with("tcp-address", text(tcp))
                .with("http-address", text(settings.get(Settings.NSQ_HTTP)))
                .with("https-address", text(settings.get(Settings.NSQ_HTTPS)))
                .with("max-req-timeout", LONGEST_DEFERRAL)
                .with("max-msg-size", "" + maxMessage)
                .with("max-connections", "" + settings.get(Settings.MAX_CONNECTIONS))
                .with("max-delivery-bytes", "" + settings.get(Settings.MAX_DELIVERY_BYTES))
                .with("max-body-size", "" + Math.max(maxMessage + 4, NsqdOptions.defaults().limits().maxBodyBytes()));
        if (nodeId >= 0) {
            options = options.with("node-id", "" + nodeId);
        }
        if (tcp.isLoopback()) {
            options = options.with("broadcast-address", "127.0.0.1");
        }
        if (lookupd instanceof ListenAddress.Tcp listening) {
            options = options.with("lookupd-tcp-address", fromHere(listening).toString());
        }
        for (Map.Entry<String, List<String>> entry : settings.table("nsqd").entrySet()) {
            try {
                options = options.with(entry.getKey(), entry.getValue().toArray(String[]::new));
            } catch (OptionException e) {
                throw wrong(settings, "nsqd." + entry.getKey(), e);
            }
        }
        try {
            return options.validated();
        } catch (OptionException e) {
            throw new ConfigException("nsqd: " + e.getMessage());
        }
    }

    /** Where this process itself reaches an address that it listens on. */
    private static ListenAddress fromHere(ListenAddress.Tcp listening) {
        String host = switch (listening.host()) {
            case "", "0.0.0.0" -> "127.0.0.1";
            case "::" -> "::1";
            default -> listening.host();
        };
        return new ListenAddress.Tcp(host, listening.port());
    }

    static NsqlookupdOptions nsqlookupd(Configuration settings) {
        NsqlookupdOptions options = NsqlookupdOptions.defaults()
                .with("tcp-address", settings.get(Settings.LOOKUPD_TCP).toString())
                .with("http-address", settings.get(Settings.LOOKUPD_HTTP).toString());
        if (settings.get(Settings.LOOKUPD_TCP).isLoopback()) {
            options = options.with("broadcast-address", "127.0.0.1");
        }
        for (Map.Entry<String, List<String>> entry : settings.table("nsqlookupd").entrySet()) {
            try {
                options = options.with(entry.getKey(), entry.getValue().getLast());
            } catch (OptionException e) {
                throw wrong(settings, "nsqlookupd." + entry.getKey(), e);
            }
        }
        return options;
    }

    private static ConfigException wrong(Configuration settings, String key, OptionException e) {
        return new ConfigException(settings.origin(key) + ": " + key + ": " + e.getMessage());
    }

    /** nsqd writes an address that is off as nothing. */
    static String text(ListenAddress address) {
        return switch (address) {
            case ListenAddress.Off off -> "";
            case ListenAddress.Unix(Path path) -> path.toString();
            case ListenAddress.Tcp tcp -> tcp.toString();
        };
    }

    private static int size(Configuration settings, Setting<Long> setting) {
        long bytes = settings.get(setting);
        if (bytes < 1 || bytes > 1 << 30) {
            throw new ConfigException(settings.origin(setting.key()) + ": " + setting.key() + " is " + bytes
                    + " bytes; it must be 1 to 1GiB");
        }
        return (int) bytes;
    }

    private interface Making<T> {
        T make();
    }

    private static <T> T checked(Setting<?> setting, Configuration settings, Making<T> making) {
        try {
            return making.make();
        } catch (ConfigException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new ConfigException(
                    setting.key() + " or a setting that goes with it (" + settings.origin(setting.key())
                            + "): " + e.getMessage());
        }
    }
}
