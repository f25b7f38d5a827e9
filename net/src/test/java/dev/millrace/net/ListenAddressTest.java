package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressTest {
    @ParameterizedTest
    @ValueSource(strings = {"off", "127.0.0.1:4150", "localhost:0", "[::1]:7070", ":4150", "0.0.0.0:65535",
        "/run/millrace.sock", "unix:data/nsq.sock"})
    void parse_addressOfEveryForm_toStringGivesItBack(String text) {
        assertThat(ListenAddress.parse(text)).hasToString(text);
    }

    @Test
    void parse_path_isUnixSocket() {
        assertThat(ListenAddress.parse("./a.sock")).isEqualTo(new ListenAddress.Unix(Path.of("./a.sock")));
        assertThat(ListenAddress.parse("/a:1")).isEqualTo(new ListenAddress.Unix(Path.of("/a:1")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "4150", "localhost", "host:", "host:65536", "host:-1", "host:1x", "::1:4150", "host:+5"})
    void parse_noAddress_saysWhatIsWanted(String text) {
        assertThatThrownBy(() -> ListenAddress.parse(text)).isInstanceOf(NetException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @Test
    void isLoopback_onlyForWhatOthersCannotReach() {
        assertThat(ListenAddress.parse("127.0.0.1:1").isLoopback()).isTrue();
        assertThat(ListenAddress.parse("127.8.8.8:1").isLoopback()).isTrue();
        assertThat(ListenAddress.parse("[::1]:1").isLoopback()).isTrue();
        assertThat(ListenAddress.parse("localhost:1").isLoopback()).isTrue();
        assertThat(ListenAddress.parse("/a.sock").isLoopback()).isTrue();
        assertThat(ListenAddress.parse("0.0.0.0:1").isLoopback()).isFalse();
        assertThat(ListenAddress.parse(":1").isLoopback()).isFalse();
        assertThat(ListenAddress.parse("192.0.2.1:1").isLoopback()).isFalse();
    }
}
