package dev.millrace.net.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.net.ClientAuthPolicy;
import dev.millrace.net.EventLoops;
import dev.millrace.net.ListenAddress;
import dev.millrace.net.TestCertificate;
import dev.millrace.net.TlsContexts;
import dev.millrace.net.TlsSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpsTest {
    private static final EventLoops LOOPS = EventLoops.open("https-test", 1);
    private static final Router ROUTER = new Router().add("GET", "/x", x -> x.send(200, "text/plain", "" + x.secure()));
    private static final ErrorWriter ERRORS = (exchange, failure) -> exchange.send(failure.status());

    @TempDir static Path folder;
    private static TestCertificate ours;
    private static TestCertificate known;
    private static TestCertificate stranger;

    @BeforeAll
    static void makeCertificates() throws Exception {
        ours = TestCertificate.make(folder, "EC");
        known = TestCertificate.make(folder, "EC");
        stranger = TestCertificate.make(folder, "EC");
        ours.writeCertificate(folder.resolve("cert.pem"));
        ours.writeKey(folder.resolve("key.pem"));
        known.writeCertificate(folder.resolve("roots.pem"));
    }

    @AfterAll
    static void stop() {
        LOOPS.close();
    }

    private static HttpServer server(ClientAuthPolicy policy) {
        TlsSettings settings = new TlsSettings(folder.resolve("cert.pem"), folder.resolve("key.pem"), policy,
                folder.resolve("roots.pem"), "tls1.2");
        return HttpServer.builder(LOOPS, ROUTER, ERRORS)
                .tls(TlsContexts.server(settings))
                .start(ListenAddress.parse("127.0.0.1:0"));
    }

    private static String get(HttpServer server, TestCertificate... clients)
            throws IOException, InterruptedException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("server", ours.certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        for (TestCertificate client : clients) {
            keys.setKeyEntry("client", client.key(), new char[0], new Certificate[]{client.certificate()});
        }
        KeyManagerFactory shown = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        shown.init(keys, new char[0]);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(shown.getKeyManagers(), trust.getTrustManagers(), null);
        try (HttpClient client = HttpClient.newBuilder().sslContext(tls).build()) {
            URI uri = URI.create("https://127.0.0.1:" + server.address().port() + "/x");
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString()).body();
        }
    }

    @Test
    void anyClient_whenNoCertificateIsAsked() throws Exception {
        try (HttpServer server = server(ClientAuthPolicy.NONE)) {
            assertThat(get(server)).isEqualTo("true");
        }
    }

    @Test
    void require_takesAnyCertificate_refusesNone() throws Exception {
        try (HttpServer server = server(ClientAuthPolicy.REQUIRE)) {
            assertThat(get(server, stranger)).isEqualTo("true");
            assertThatThrownBy(() -> get(server)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void requireVerify_takesOnlyCertificatesOfItsRoots() throws Exception {
        try (HttpServer server = server(ClientAuthPolicy.REQUIRE_VERIFY)) {
            assertThat(get(server, known)).isEqualTo("true");
            assertThatThrownBy(() -> get(server, stranger)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> get(server)).isInstanceOf(IOException.class);
        }
    }
}
