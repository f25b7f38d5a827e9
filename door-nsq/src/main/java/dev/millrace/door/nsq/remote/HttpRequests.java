package dev.millrace.door.nsq.remote;

import dev.millrace.door.nsq.json.JsonObject;
import dev.millrace.door.nsq.options.NsqdOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Asks NSQ's HTTP servers for JSON, by their rules: status 200, and a 403 that names an https port is asked again there.
 * Thread-safe; nothing blocks.
 */
public final class HttpRequests implements AutoCloseable {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client;
    private final Duration timeout;

    /** @throws RemoteException if the root certificates cannot be read */
    public HttpRequests(NsqdOptions.Discovery settings, String rootCaFile) {
        timeout = settings.requestTimeout();
        HttpClient.Builder builder = HttpClient.newBuilder()
                .connectTimeout(settings.connectTimeout())
                .version(HttpClient.Version.HTTP_1_1)
                .executor(threads);
        if (!rootCaFile.isEmpty()) {
            builder.sslContext(trusting(Path.of(rootCaFile)));
        }
        client = builder.build();
    }

    public CompletableFuture<JsonObject> get(String url) {
        return send(url, null, true);
    }

    public CompletableFuture<JsonObject> post(String url, String json) {
        return send(url, json, true);
    }

    private CompletableFuture<JsonObject> send(String url, @Nullable String json, boolean mayRedirect) {
        HttpRequest.Builder request;
        try {
            request = HttpRequest.newBuilder(URI.create(url));
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(new RemoteException(url + " is no http address", e));
        }
        request.timeout(timeout).header("Accept", "application/vnd.nsq; version=1.0");
        if (json != null) {
            request.header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(json));
        }
        return client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofByteArray()).thenCompose(response -> {
            if (response.statusCode() == 403 && mayRedirect && !url.startsWith("https")) {
                return send(https(url, response.body()), json, false);
            }
            if (response.statusCode() != 200) {
                String body = new String(response.body(), StandardCharsets.UTF_8);
                throw new RemoteException("got response " + response.statusCode() + " \"" + body + "\" from " + url);
            }
            return CompletableFuture.completedFuture(JsonObject.parse(response.body()));
        });
    }

    private static String https(String url, byte[] forbidden) {
        URI plain = URI.create(url);
        long port = JsonObject.parse(forbidden).number("https_port");
        return "https://" + plain.getHost() + ":" + port + plain.getRawPath()
                + (plain.getRawQuery() == null ? "" : "?" + plain.getRawQuery());
    }

    private static SSLContext trusting(Path rootCaFile) {
        try (InputStream in = Files.newInputStream(rootCaFile)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("root-" + number++, certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new RemoteException("the root certificates in " + rootCaFile + " cannot be read: " + e, e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        threads.shutdownNow();
    }
}
