package dev.millrace.server;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** The part of the training run that speaks TLS: a certificate of its own, made by the JDK's keytool, and a client. */
final class WarmUpTls {
    private static final char[] PASSWORD = "warm-up".toCharArray();
    private static final String ALIAS = "warm-up";
    private static final int TIMEOUT_MILLIS = 5_000;
    private static final String WISH = "{\"feature_negotiation\":true,\"tls_v1\":true}";

    private final Path folder;
    private final KeyStore store;

    private WarmUpTls(Path folder, KeyStore store) {
        this.folder = folder;
        this.store = store;
    }

    /** Makes a certificate and its key in this folder. */
    static WarmUpTls in(Path folder) throws IOException {
        Path file = folder.resolve("warm-up.p12");
        Process keytool = new ProcessBuilder(
                List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                        "-genkeypair", "-alias", ALIAS, "-keyalg", "RSA", "-dname", "CN=localhost", "-validity", "1",
                        "-storetype", "PKCS12", "-storepass", new String(PASSWORD), "-keystore", file.toString()))
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD);
            write(folder.resolve("cert.pem"), "CERTIFICATE", store.getCertificate(ALIAS).getEncoded());
            write(folder.resolve("key.pem"), "PRIVATE KEY", store.getKey(ALIAS, PASSWORD).getEncoded());
            return new WarmUpTls(folder, store);
        } catch (GeneralSecurityException e) {
            throw new IOException("keytool made no certificate: " + said, e);
        }
    }

    private static void write(Path file, String kind, byte[] der) throws IOException {
        Files.writeString(file, "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(der)
                + "\n-----END " + kind + "-----\n");
    }

    /** nsqd's flags for the certificate. */
    List<String> flags() {
        return List.of("--tls-cert=" + folder.resolve("cert.pem"), "--tls-key=" + folder.resolve("key.pem"));
    }

    /** Negotiates TLS as an NSQ client does. */
    void negotiate(int port) throws IOException {
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
            plain.setSoTimeout(TIMEOUT_MILLIS);
            String length = "\0\0\0" + (char) WISH.length();
            send(plain.getOutputStream(), "  V2IDENTIFY\n" + length + WISH);
            DataInputStream in = new DataInputStream(plain.getInputStream());
            in.readFully(new byte[in.readInt()]);
            try (SSLSocket secure = over(plain, port)) {
                DataInputStream inside = new DataInputStream(secure.getInputStream());
                inside.readFully(new byte[inside.readInt()]);
            }
        }
    }

    /** Asks over HTTPS. */
    void ask(int port) throws IOException {
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port); SSLSocket secure = over(plain, port)) {
            send(secure.getOutputStream(), "GET /ping HTTP/1.0\r\nHost: localhost\r\n\r\n");
            secure.getInputStream().readAllBytes();
        }
    }

    private SSLSocket over(Socket plain, int port) throws IOException {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            SSLSocket secure = (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", port, false);
            secure.setSoTimeout(TIMEOUT_MILLIS);
            secure.startHandshake();
            return secure;
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS client can be made", e);
        }
    }

    private static void send(OutputStream out, String bytes) throws IOException {
        out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }
}
