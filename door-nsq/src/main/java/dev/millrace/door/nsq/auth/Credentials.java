package dev.millrace.door.nsq.auth;

/**
 * Who asks for permissions.
 *
 * @param remoteIp
 *            empty for a unix socket
 * @param tls
 *            whether the connection is encrypted
 * @param commonName
 *            of the client's certificate, or empty
 * @param secret
 *            what AUTH brought; never logged
 */
public record Credentials(String remoteIp, boolean tls, String commonName, String secret) {
    @Override
    public String toString() {
        return "Credentials[" + remoteIp + ", tls " + tls + ", " + commonName + "]";
    }
}
