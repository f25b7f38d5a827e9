package dev.millrace.net;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a door speaks TLS.
 *
 * @param certificateFile
 *            PEM file with the server's certificate and those that lead to its root
 * @param keyFile
 *            PEM file with its private key, not encrypted
 * @param clientAuth
 *            what clients must show
 * @param rootCaFile
 *            PEM file with the certificates that may sign clients' ones; null: those of the JDK
 * @param minVersion
 *            {@code ssl3.0}, {@code tls1.0}, {@code tls1.1}, {@code tls1.2} or {@code tls1.3}; below 1.2 nothing is
 *            spoken unless the JDK's security policy was changed to allow it
 */
public record TlsSettings(Path certificateFile, Path keyFile, ClientAuthPolicy clientAuth, @Nullable Path rootCaFile,
        String minVersion) {
    /** A certificate and its key, clients unknown, TLS 1.2 or better. */
    public static TlsSettings of(Path certificateFile, Path keyFile) {
        return new TlsSettings(certificateFile, keyFile, ClientAuthPolicy.NONE, null, "tls1.2");
    }
}
