package dev.millrace.door.nsq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.door.nsq.wire.Wire;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layers between socket and protocol: each is put on in its order and answered inside of itself. */
class UpgradeTest {
    /** Certificates are made once: each takes a second. */
    @TempDir static Path certificateFolder;
    @TempDir Path folder;
    private @Nullable TestNode opened;
    private @Nullable TestTls certificates;

    private void open(String... flags) {
        TestTls tls = TestTls.in(certificateFolder);
        certificates = tls;
        opened = TestNode.open(folder, 1, options -> {
            var changed = options.with("tls-cert", tls.certificate("server")).with("tls-key", tls.key("server"));
            for (int i = 0; i < flags.length; i += 2) {
                changed = changed.with(flags[i], flags[i + 1]);
            }
            return changed;
        });
    }

    @AfterEach
    void close() {
        node().close();
    }

    private TestNode node() {
        return Objects.requireNonNull(opened);
    }

    private TestTls tls() {
        return Objects.requireNonNull(certificates);
    }

    private RawClient identify(boolean withTls, String compression) {
        RawClient client = node().client();
        client.send(new Wire().body("IDENTIFY", "{\"feature_negotiation\":true,\"tls_v1\":" + withTls
                + (compression.isEmpty() ? "" : ",\"" + compression + "\":true") + "}"));
        assertThat(client.receive().text()).contains("\"tls_v1\":" + withTls);
        try {
            if (withTls) {
                SSLSocket secure = tls().handshake(client.socket(), "client");
                client.layer(secure.getInputStream(), secure.getOutputStream());
                client.expectOk();
            }
            if (!compression.isEmpty()) {
                compress(client, compression);
                client.expectOk();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return client;
    }

    private static void compress(RawClient client, String compression) {
        InputStream in = client.input();
        OutputStream out = client.output();
        if ("deflate".equals(compression)) {
            client.layer(new InflaterInputStream(in, new Inflater(true)),
                    new DeflaterOutputStream(out, new Deflater(6, true), 4096, true));
        } else {
            client.layer(new Snappy.Input(in), new Snappy.Output(out));
        }
    }

    @ParameterizedTest
    @CsvSource(value = {"true,''", "false,snappy", "false,deflate", "true,snappy", "true,deflate"})
    void messagesPassBothWays(boolean withTls, String compression) {
        open();
        try (RawClient client = identify(withTls, compression)) {
            Wire wire = new Wire();
            IntStream.range(0, 500).forEach(i -> wire.body("PUB t", i + "x".repeat(i * 7)));
            client.send(wire.body("PUB t", new byte[1 << 20]));
            IntStream.range(0, 501).forEach(i -> client.expectOk());
            client.subscribe("t", "c", 2_500);
            for (int i = 0; i < 500; i++) {
                assertThat(client.message().text()).isEqualTo(i + "x".repeat(i * 7));
            }
            assertThat(client.message().text()).hasSize(1 << 20);
            try (HttpClient http = HttpClient.of(node().httpPort())) {
                assertThat(http.get("/stats?format=json").body())
                        .contains("\"deflate\":" + "deflate".equals(compression)
                                + ",\"snappy\":" + "snappy".equals(compression), "\"tls\":" + withTls);
            }
        }
    }

    @Test
    void incompressibleMessages_passToo() {
        open();
        byte[] noise = new byte[300_000];
        new java.util.Random(1).nextBytes(noise);
        for (int i = 0; i < noise.length; i++) {
            noise[i] &= 0x7f;
        }
        String text = new String(noise, java.nio.charset.StandardCharsets.US_ASCII);
        for (String compression : new String[]{"snappy", "deflate"}) {
            try (RawClient client = identify(false, compression)) {
                client.pub(compression, text).subscribe(compression, "c", 1);
                assertThat(client.message().text()).isEqualTo(text);
            }
        }
    }

    @Test
    void whereTlsIsRequired_nothingButIdentifyIsAllowedBeforeIt() {
        open("tls-required", "true");
        try (RawClient client = node().client()) {
            client.send(new Wire().body("PUB t", "x"))
                    .expectError("E_INVALID cannot PUB in current state (TLS required)")
                    .expectClosed();
        }
        try (RawClient client = node().client()) {
            client.line("HELLO").expectError("E_INVALID cannot HELLO in current state (TLS required)").expectClosed();
        }
        try (RawClient client = identify(true, "")) {
            client.pub("t", "x");
        }
        try (HttpClient http = HttpClient.of(node().httpPort())) {
            assertThat(http.get("/ping").statusCode()).isEqualTo(403);
            assertThat(http.get("/ping").body())
                    .isEqualTo("{\"message\":\"TLS_REQUIRED\",\"https_port\":" + node().httpsPort() + "}");
        }
        assertThat(tls().https(node().httpsPort(), "client", "/ping")).isEqualTo("OK");
    }

    @Test
    void withTcpHttps_plainHttpStays() {
        open("tls-required", "tcp-https");
        try (HttpClient http = HttpClient.of(node().httpPort()); RawClient client = node().client()) {
            assertThat(http.get("/ping").body()).isEqualTo("OK");
            client.line("SUB t c").expectError("E_INVALID cannot SUB in current state (TLS required)").expectClosed();
        }
    }

    @Test
    void anyClientCertificate_isEnough_whereOneIsRequired() {
        open("tls-client-auth-policy", "require");
        try (RawClient client = identify(true, "")) {
            client.pub("t", "x");
        }
        assertHandshakeFails("nobody");
    }

    @Test
    void aClientCertificate_mustBeSignedByTheAuthority_whereItIsVerified() {
        open("tls-client-auth-policy", "require-verify", "tls-root-ca-file",
                TestTls.in(certificateFolder).certificate("client"));
        try (RawClient client = identify(true, "")) {
            client.pub("t", "x");
        }
        assertHandshakeFails("stranger");
        assertHandshakeFails("nobody");
    }

    private void assertHandshakeFails(String who) {
        try (RawClient client = node().client()) {
            client.send(new Wire().body("IDENTIFY", "{\"feature_negotiation\":true,\"tls_v1\":true}")).receive();
            SSLSocket secure = tls().handshake(client.socket(), who);
            assertThat(secure.getInputStream().read()).as("TLS 1.3 tells a client late that it was refused")
                    .isNegative();
        } catch (IOException e) {
            assertThat(e).isInstanceOfAny(javax.net.ssl.SSLException.class, java.net.SocketException.class);
        }
    }

    @Test
    void aBrokenCompressedStream_endsTheConnection_andNoOtherOne() {
        open();
        for (String compression : new String[]{"snappy", "deflate"}) {
            try (RawClient client = identify(false, compression); RawClient other = node().client()) {
                client.layer(client.input(), rawOutput(client));
                client.send(new byte[]{(byte) 0xff, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f});
                client.expectClosed();
                other.pub("t", "x");
            }
        }
    }

    private static OutputStream rawOutput(RawClient client) {
        try {
            return client.socket().getOutputStream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aSmallPacketThatInflatesToMuch_isReadPieceByPiece() throws IOException {
        open();
        try (RawClient client = identify(false, "deflate")) {
            Wire wire = new Wire();
            IntStream.range(0, 64).forEach(i -> wire.body("PUB t", new byte[1 << 20]));
            byte[] packed = new DeflaterInput(wire.bytes()).readAllBytes();
            assertThat(packed).hasSizeLessThan(100_000);
            rawOutput(client).write(packed);
            for (int i = 0; i < 64; i++) {
                client.expectOk();
            }
        }
    }

    /** What a deflating client would send for these bytes. */
    private static final class DeflaterInput extends java.util.zip.DeflaterInputStream {
        DeflaterInput(byte[] bytes) {
            super(new ByteArrayInputStream(bytes), new Deflater(9, true));
        }
    }
}
