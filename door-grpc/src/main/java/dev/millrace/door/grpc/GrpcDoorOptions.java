package dev.millrace.door.grpc;

import dev.millrace.net.Authentication;
import dev.millrace.net.ListenAddress;
import dev.millrace.net.TlsSettings;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the gRPC door.
 *
 * @param address
 *            where it listens
 * @param authentication
 *            which calls need the token
 * @param tokenFile
 *            where the token lies; made when missing
 * @param tls
 *            how it speaks TLS, null: not at all
 * @param limits
 *            how much it takes
 * @param version
 *            of the program, as it reports it
 */
public record GrpcDoorOptions(ListenAddress address, Authentication authentication, Path tokenFile,
        @Nullable TlsSettings tls, Limits limits, String version) {
    /**
     * How much the door takes.
     *
     * @param messageBytes
     *            largest body of one message
     * @param requestBytes
     *            largest request, all its bodies together
     * @param bufferedBytes
     *            bodies of requests held at once; further ones wait
     * @param sessions
     *            workers' sessions at once, those that wait to be resumed included
     */
    public record Limits(int messageBytes, int requestBytes, int bufferedBytes, int sessions) {
        /** Messages to 1 MiB, requests to 8 MiB, 64 MiB buffered, 10,000 sessions. */
        public static final Limits DEFAULT = new Limits(1 << 20, 8 << 20, 64 << 20, 10_000);

        public Limits {
            if (messageBytes < 1 || requestBytes < messageBytes || bufferedBytes < requestBytes) {
                throw new IllegalArgumentException("sizes must satisfy 1 <= message (" + messageBytes
                        + ") <= request (" + requestBytes + ") <= buffered (" + bufferedBytes + ")");
            }
        }
    }

    /** Without TLS, with the token for what deletes. */
    public static GrpcDoorOptions of(ListenAddress address, Path tokenFile, String version) {
        return new GrpcDoorOptions(address, Authentication.DELETIONS, tokenFile, null, Limits.DEFAULT, version);
    }
}
