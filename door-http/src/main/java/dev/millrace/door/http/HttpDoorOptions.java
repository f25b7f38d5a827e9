package dev.millrace.door.http;

import dev.millrace.net.Authentication;
import dev.millrace.net.ListenAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * Settings of the HTTP door.
 *
 * @param address
 *            where it listens
 * @param authentication
 *            which requests need the token
 * @param hosts
 *            names, besides the loopback ones, that a request's Host header may have
 * @param tokenFile
 *            where the token lies; made when missing
 * @param maxMessageBytes
 *            largest body of one message
 * @param maxRequestBytes
 *            largest body of one request; larger than a message's, as many go into one
 * @param maxBufferedBytes
 *            bodies of requests held at once; further ones wait
 * @param version
 *            of the program, as it reports it
 */
public record HttpDoorOptions(ListenAddress address, Authentication authentication, List<String> hosts, Path tokenFile,
        int maxMessageBytes, int maxRequestBytes, int maxBufferedBytes, String version) {
    public HttpDoorOptions {
        hosts = List.copyOf(hosts);
        if (maxMessageBytes < 1 || maxRequestBytes < maxMessageBytes || maxBufferedBytes < maxRequestBytes) {
            throw new IllegalArgumentException("sizes must satisfy 1 <= message (" + maxMessageBytes + ") <= request ("
                    + maxRequestBytes + ") <= buffered (" + maxBufferedBytes + ")");
        }
    }

    /** Messages to 1 MiB, requests to 8 MiB, 64 MiB buffered. */
    public static HttpDoorOptions of(ListenAddress address, Path tokenFile, String version) {
        return new HttpDoorOptions(address, Authentication.DELETIONS, List.of(), tokenFile, 1 << 20, 8 << 20, 64 << 20,
                version);
    }
}
