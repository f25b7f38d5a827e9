package dev.millrace.bench.e2e.nsq;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameParserTest {
    private static final String ID_1 = "0123456789abcdef";
    private static final String ID_2 = "fedcba9876543210";

    private static byte[] frame(int type, byte[] data) {
        return ByteBuffer.allocate(8 + data.length).putInt(4 + data.length).putInt(type).put(data).array();
    }

    private static byte[] message(String id, String body) {
        byte[] text = (id + body).getBytes(ISO_8859_1);
        return frame(2, ByteBuffer.allocate(10 + text.length).putLong(123).putShort((short) 1).put(text).array());
    }

    private static byte[] response(String text) {
        return frame(0, text.getBytes(ISO_8859_1));
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    /** Feeds the bytes in two reads and returns what was answered. */
    private static String feed(FrameParser parser, byte[] bytes, int cut) {
        StringBuilder answers = new StringBuilder();
        for (byte[] part : List.of(Arrays.copyOf(bytes, cut),
                Arrays.copyOfRange(bytes, cut, bytes.length))) {
            parser.in().put(part);
            parser.parse();
            byte[] out = new byte[parser.out().remaining()];
            parser.out().get(out);
            answers.append(new String(out, ISO_8859_1));
        }
        return answers.toString();
    }

    @Test
    void parse_streamCutAnywhere_sameMessagesAndAnswers() {
        byte[] stream = join(response("OK"), message(ID_1, "first"), response("_heartbeat_"), message(ID_2, ""),
                response("{\"max_rdy_count\":2500}"));
        for (int cut = 0; cut <= stream.length; cut++) {
            List<String> bodies = new ArrayList<>();
            FrameParser parser = new FrameParser(256, (in, offset, bytes) -> {
                byte[] body = new byte[bytes];
                in.get(offset, body);
                bodies.add(new String(body, ISO_8859_1));
            }, true);
            assertThat(feed(parser, stream, cut)).isEqualTo("FIN " + ID_1 + "\nNOP\nFIN " + ID_2 + "\n");
            assertThat(bodies).containsExactly("first", "");
            assertThat(parser.messages()).isEqualTo(2);
            assertThat(parser.responses()).isEqualTo(2);
        }
    }

    @Test
    void parse_responseAsLongAsAHeartbeat_isNotTakenForOne() {
        FrameParser parser = new FrameParser(64, null, true);
        assertThat(feed(parser, response("CLOSE_WAIT_"), 3)).isEmpty();
        assertThat(parser.responses()).isEqualTo(1);
    }

    @Test
    void parse_errorFrame_failsWithItsText() {
        FrameParser parser = new FrameParser(64, null, true);
        parser.in().put(frame(1, "E_BAD_TOPIC nope".getBytes(ISO_8859_1)));
        assertThatExceptionOfType(NsqFailure.class).isThrownBy(parser::parse).withMessageContaining("E_BAD_TOPIC nope");
    }

    @Test
    void parse_unknownType_fails() {
        FrameParser parser = new FrameParser(64, null, true);
        parser.in().put(frame(9, new byte[2]));
        assertThatExceptionOfType(NsqFailure.class).isThrownBy(parser::parse).withMessageContaining("type 9");
    }

    @Test
    void parse_frameLargerThanTheBuffer_failsInsteadOfWaitingForever() {
        FrameParser parser = new FrameParser(64, null, true);
        parser.in().putInt(1_000).putInt(0);
        assertThatExceptionOfType(NsqFailure.class).isThrownBy(parser::parse).withMessageContaining("1000");
    }

    @Test
    void parse_bufferFullOfSmallestMessages_allAnswered() {
        int count = 100;
        byte[] one = message(ID_1, "");
        FrameParser parser = new FrameParser(one.length * count, null, true);
        for (int i = 0; i < count; i++) {
            parser.in().put(one);
        }
        parser.parse();
        assertThat(parser.out().remaining()).isEqualTo(count * "FIN 0123456789abcdef\n".length());
    }
}
