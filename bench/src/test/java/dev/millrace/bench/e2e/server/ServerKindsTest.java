package dev.millrace.bench.e2e.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerKindsTest {
    private final ServerKinds kinds = new ServerKinds(Path.of("no", "such"), Path.of("no", "launcher"), 77);

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @Test
    void parse_knownNames() {
        assertThat(kinds.parse("nsqd-disk")).isEqualTo(
                new NsqdKind("nsqd-disk", Path.of("no", "such", "nsqd"), 10_000));
        assertThat(kinds.parse("nsqd-memory")).isEqualTo(
                new NsqdKind("nsqd-memory", Path.of("no", "such", "nsqd"), 77));
        assertThat(kinds.parse("millrace").name()).isEqualTo("millrace");
        assertThat(kinds.parse("millrace").withSyncByOs()).isEqualTo(kinds.parse("millrace-os"));
        assertThat(kinds.parse("millrace-interval").name()).isEqualTo("millrace-interval");
    }

    @Test
    void parse_anotherLauncher_byItsWholePath() {
        assertThat(kinds.parse("before=/old/millrace"))
                .isEqualTo(new MillraceKind("before", Path.of("/old/millrace"), "always", false));
        assertThat(kinds.parse("before=/old/millrace").withSyncByOs().name()).isEqualTo("before-os");
    }

    @Test
    void parse_addresses_withAndWithoutNameAndHttp() {
        assertThat(kinds.parse("127.0.0.1:4150")).isEqualTo(
                new ExternalKind("127.0.0.1:4150", loopback(4150), null));
        assertThat(kinds.parse("mine=127.0.0.1:1/127.0.0.1:2")).isEqualTo(new ExternalKind("mine",
                loopback(1), loopback(2)));
    }

    @Test
    void parse_neither_refusedWithWhatThereIs() {
        assertThatIllegalArgumentException().isThrownBy(() -> kinds.parse("nsqd-dsk"))
                .withMessageContaining("nsqd-disk");
        assertThatIllegalArgumentException().isThrownBy(() -> kinds.parse("localhost:99999"))
                .withMessageContaining("port");
    }

    @Test
    void start_programThatIsMissing_saysHowToGetIt() {
        assertThatIOException().isThrownBy(() -> kinds.parse("nsqd-disk").start(Path.of("unused"), List.of()))
                .withMessageContaining("peers.sh");
        assertThatIOException().isThrownBy(() -> kinds.parse("millrace").start(Path.of("unused"), List.of()))
                .withMessageContaining("--launcher");
    }
}
