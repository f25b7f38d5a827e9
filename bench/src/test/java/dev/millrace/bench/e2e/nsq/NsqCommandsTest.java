package dev.millrace.bench.e2e.nsq;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NsqCommandsTest {
    private static String text(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }

    @Test
    void publish_oneBody_lineThenLengthThenBody() {
        assertThat(text(NsqCommands.publish("t", new byte[]{'a', 'b'}))).isEqualTo("PUB t\n\0\0\0\2ab");
    }

    @Test
    void publishMany_twoBodies_totalSizeCountAndEachWithItsLength() {
        byte[][] bodies = {{'a'}, {'b', 'c'}};
        assertThat(text(NsqCommands.publishMany("t", bodies)))
                .isEqualTo("MPUB t\n\0\0\0\17\0\0\0\2\0\0\0\1a\0\0\0\2bc");
    }

    @Test
    void identify_bodyIsJsonOfTheStatedLength() {
        String command = text(NsqCommands.identify("me", -1, 25));
        String json = command.substring("IDENTIFY\n".length() + 4);
        assertThat(command.charAt("IDENTIFY\n".length() + 3)).isEqualTo((char) json.length());
        assertThat(json).startsWith("{")
                .endsWith("}")
                .contains("\"client_id\":\"me\"", "\"feature_negotiation\":true",
                        "\"output_buffer_size\":-1", "\"output_buffer_timeout\":25");
    }

    @Test
    void linesWithoutBody_endWithALineFeed() {
        assertThat(text(NsqCommands.subscribe("t", "c"))).isEqualTo("SUB t c\n");
        assertThat(text(NsqCommands.ready(7))).isEqualTo("RDY 7\n");
        assertThat(text(NsqCommands.NOP)).isEqualTo("NOP\n");
        assertThat(text(NsqCommands.MAGIC)).isEqualTo("  V2");
    }
}
