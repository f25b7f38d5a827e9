package dev.millrace.door.nsq;

import dev.millrace.door.nsq.options.NsqdOptions;
import dev.millrace.door.nsq.options.OptionException;
import dev.millrace.net.ClientAuthPolicy;
import dev.millrace.net.TlsContexts;
import dev.millrace.net.TlsSettings;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** TLS as nsqd's options ask for it. */
final class DoorTls {
    private DoorTls() {}

    /** Null when TLS is not configured. */
    static @Nullable SslContext context(NsqdOptions.Tls tls) {
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
}
