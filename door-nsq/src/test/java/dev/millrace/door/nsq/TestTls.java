package dev.millrace.door.nsq;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Self-signed certificates, made by the JDK's keytool when first asked for, and clients that show them. */
final class TestTls {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private final Path folder;

    private TestTls(Path folder) {
        this.folder = folder;
    }

    static TestTls in(Path folder) {
        try {
            Files.createDirectories(folder);
            return new TestTls(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** PEM file of the certificate that this name has. */
    String certificate(String name) {
        try {
            return pem(name + ".crt", "CERTIFICATE", store(name).getCertificate("one").getEncoded());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** PEM file of its key. */
    String key(String name) {
        try {
            return pem(name + ".key", "PRIVATE KEY", store(name).getKey("one", PASSWORD).getEncoded());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private String pem(String file, String kind, byte[] bytes) {
        String text = "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(bytes) + "\n-----END "
                + kind
                + "-----\n";
        try {
            return Files.writeString(folder.resolve(file), text).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private KeyStore store(String name) {
        Path file = folder.resolve(name + ".p12");
        try {
            if (!Files.exists(file)) {
                make(name, file);
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(file)) {
                store.load(in, PASSWORD);
            }
            return store;
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static void make(String name, Path file) throws IOException {
        Process keytool = new ProcessBuilder(
                List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                        "-genkeypair", "-alias", "one", "-keyalg", "EC", "-dname", "CN=" + name, "-ext",
                        "SAN=dns:localhost,ip:127.0.0.1", "-validity", "3650", "-keystore", file.toString(),
                        "-storetype", "PKCS12",
                        "-storepass", new String(PASSWORD)))
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!Files.exists(file)) {
            throw new AssertionError("keytool failed: " + said);
        }
    }

    /** Starts TLS on a connection, with the certificate of {@code who}; {@code nobody} has none. */
    SSLSocket handshake(Socket socket, String who) throws IOException {
        SSLSocket secure = (SSLSocket) context(who).getSocketFactory()
                .createSocket(socket, "localhost", socket.getPort(), true);
        secure.startHandshake();
        return secure;
    }

    /** The body of a GET over HTTPS. */
    String https(int port, String who, String path) {
        try (HttpClient client = HttpClient.newBuilder().sslContext(context(who)).build()) {
            return client.send(HttpRequest.newBuilder(URI.create("https://localhost:" + port + path)).build(),
                    HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private SSLContext context(String who) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(who), new TrustManager[]{new TrustsAll()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private KeyManager @Nullable [] keys(String who) throws GeneralSecurityException {
        if ("nobody".equals(who)) {
            return null;
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store(who), PASSWORD);
        return factory.getKeyManagers();
    }

    /** The server's certificate is not what these tests are about. */
    private static final class TrustsAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
