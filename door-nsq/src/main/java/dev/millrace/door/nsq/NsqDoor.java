package dev.millrace.door.nsq;

import dev.millrace.door.nsq.auth.Authorizer;
import dev.millrace.door.nsq.options.NsqdOptions;
import dev.millrace.door.nsq.options.OptionException;
import dev.millrace.door.nsq.remote.HttpRequests;
import dev.millrace.door.nsq.tcp.Ephemerals;
import dev.millrace.door.nsq.tcp.Hub;
import dev.millrace.door.nsq.tcp.TcpDoor;
import dev.millrace.net.ClientAuthPolicy;
import dev.millrace.net.EventLoops;
import dev.millrace.net.ListenAddress;
import dev.millrace.net.TlsContexts;
import dev.millrace.net.TlsSettings;
import dev.millrace.node.Broker;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * nsqd's protocols in front of a {@link Broker}: everything that nsqd's own options say.
 *
 * <p>
 * Thread safety: opened and closed by one thread.
 */
public final class NsqDoor implements AutoCloseable {
    /** What is advertised: the protocol's level, and who speaks it. */
    public static final String VERSION = "1.3.0+millrace";

    private final Hub hub;
    private final @Nullable HttpRequests requests;
    private final TcpDoor tcp;

    private NsqDoor(Broker broker, NsqdOptions options, EventLoops loops) {
        SslContext tls = tls(options);
        boolean remote = options.auth().enabled();
        requests = remote ? new HttpRequests(options.discovery(), options.tls().rootCaFile()) : null;
        Authorizer authorizer = requests != null && options.auth().enabled() ? new Authorizer(options.auth(), requests)
                : null;
        hub = new Hub(broker, options, VERSION, new Ephemerals(broker), new Hub.Extras(tls, authorizer, null));
        hub.ephemerals().removeLeftovers().join();
        tcp = TcpDoor.open(loops, hub, address(options.listen().tcp()));
    }

    /**
     * Listens as the options say; returns when clients are served.
     *
     * @throws dev.millrace.net.NetException
     *             if an address cannot be had or a certificate not be read
     */
    public static NsqDoor open(Broker broker, NsqdOptions options, EventLoops loops) {
        return new NsqDoor(broker, options.validated(), loops);
    }

    public ListenAddress tcpAddress() {
        return tcp.address();
    }

    /** nsqd's notation: host:port, a path of a unix socket, or nothing at all. */
    static ListenAddress address(String text) {
        if (text.isEmpty()) {
            return ListenAddress.OFF;
        }
        return text.indexOf(':') < 0 && !"off".equals(text) ? new ListenAddress.Unix(Path.of(text))
                : ListenAddress.parse(text);
    }

    private static @Nullable SslContext tls(NsqdOptions options) {
        NsqdOptions.Tls tls = options.tls();
        if (!tls.configured()) {
            return null;
        }
        if (tls.certFile().isEmpty() || tls.keyFile().isEmpty()) {
            throw new OptionException("TLS needs both --tls-cert and --tls-key");
        }
        ClientAuthPolicy clients = switch (tls.clients()) {
            case NONE -> ClientAuthPolicy.NONE;
            case ANY -> ClientAuthPolicy.REQUIRE;
            case VERIFIED -> ClientAuthPolicy.REQUIRE_VERIFY;
        };
        Path roots = tls.rootCaFile().isEmpty() ? null : Path.of(tls.rootCaFile());
        return TlsContexts.server(new TlsSettings(Path.of(tls.certFile()), Path.of(tls.keyFile()), clients, roots,
                tls.minVersion()));
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }

    /** Takes no further connection, answers what was asked for at most {@code drain}, then closes all. Idempotent. */
    public void close(Duration drain) {
        tcp.close(drain);
        if (requests != null) {
            requests.close();
        }
    }
}
