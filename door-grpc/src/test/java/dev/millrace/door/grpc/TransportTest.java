package dev.millrace.door.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.ConnectOptions;
import dev.millrace.api.ConnectOptions.Tls;
import dev.millrace.api.Millrace;
import dev.millrace.api.MillraceException;
import dev.millrace.api.task.Task;
import dev.millrace.net.Authentication;
import dev.millrace.net.ListenAddress;
import dev.millrace.net.TlsSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom the Java client lets in, who lets it in, and what it says when they do not understand each other. */
class TransportTest {
    @TempDir static Path certificates;
    private static TestCertificate right;
    private static TestCertificate other;
    private static TestCertificate elsewhere;

    @TempDir Path folder;

    @BeforeAll
    static void make() {
        right = TestCertificate.make(certificates, "right", "ip:127.0.0.1");
        other = TestCertificate.make(certificates, "other", "ip:127.0.0.1");
        elsewhere = TestCertificate.make(certificates, "elsewhere", "dns:elsewhere.example");
    }

    private DoorRig rig(@Nullable TlsSettings tls, Authentication authentication) {
        GrpcDoorOptions plain = DoorRig.options(folder);
        return new DoorRig(folder, new GrpcDoorOptions(ListenAddress.parse("127.0.0.1:0"), authentication,
                plain.tokenFile(), tls, plain.limits(), "test"));
    }

    private static ConnectOptions trusting(TestCertificate authority) {
        return ConnectOptions.defaults().tls(new Tls.TrustedBy(authority.certificate()));
    }

    private static Millrace connect(DoorRig rig, ConnectOptions options) {
        return Millrace.connect("127.0.0.1:" + rig.door.address().port(), options.timeout(Duration.ofSeconds(25)));
    }

    private static void refused(DoorRig rig, ConnectOptions options, String... messages) {
        assertThatThrownBy(() -> connect(rig, options)).isInstanceOf(MillraceException.class)
                .hasMessageContainingAll(messages);
    }

    @Test
    void tls_withACertificateThatIsTrusted_carriesMessagesAndTasks() {
        try (DoorRig rig = rig(right.settings(), Authentication.DELETIONS);
                Millrace m = connect(rig, trusting(right))) {
            m.topic("orders").publish("a");
            m.queue("mails").enqueue(Task.of("mail", "b"));
            assertThat(m.queue("mails").stats().ready()).isEqualTo(1);
        }
    }

    @Test
    void tls_certificateOfSomebodyElse_isRefusedByTheClient_withTheCure() {
        try (DoorRig rig = rig(right.settings(), Authentication.DELETIONS)) {
            refused(rig, trusting(other), "the server's certificate is not accepted", "Tls.TrustedBy");
            refused(rig, ConnectOptions.defaults().tls(new Tls.Trusted()), "the server's certificate is not accepted",
                    "Tls.TrustedBy");
        }
        try (DoorRig rig = rig(elsewhere.settings(), Authentication.DELETIONS)) {
            refused(rig, trusting(elsewhere), "the server's certificate is not accepted", "127.0.0.1");
        }
    }

    @Test
    void plainClient_ofATlsServer_isTold() {
        try (DoorRig rig = rig(right.settings(), Authentication.DELETIONS)) {
            refused(rig, ConnectOptions.defaults(), "if the server speaks TLS (grpc-tls-cert)", "ConnectOptions.tls");
        }
    }

    @Test
    void tlsClient_ofAPlainServer_isTold() {
        try (DoorRig rig = rig(null, Authentication.DELETIONS)) {
            refused(rig, trusting(right), "does not speak TLS", "grpc-tls-cert", "ConnectOptions.tls");
        }
    }

    @Test
    void token_thatIsMissingOrWrong_isAskedFor_andTheRightOneIsTaken() throws IOException {
        try (DoorRig rig = rig(right.settings(), Authentication.EVERYTHING)) {
            refused(rig, trusting(right), "authorization: Bearer TOKEN", "http-token");
            refused(rig, trusting(right).token("wrong"), "authorization: Bearer TOKEN", "http-token");
            try (Millrace m = connect(rig, trusting(right).token(rig.token()))) {
                assertThat(m.queue("mails").enqueue(Task.of("mail", "b")).duplicate()).isFalse();
            }
        }
    }
}
