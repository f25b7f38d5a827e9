package dev.millrace.door.nsq.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MessageIdsTest {
    @Test
    void formatAndParse_areInverse() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            long id = random.nextLong() | 1;
            String text = String.format("%016x", id);
            assertThat(MessageIds.format(id)).as("seed %d", seed).isEqualTo(text);
            assertThat(parse(text)).as("seed %d", seed).isEqualTo(id);
        }
    }

    @Test
    void parse_ofAnyOtherByte_isNone() {
        for (int place = 0; place < MessageIds.LENGTH; place++) {
            for (int value = 0; value < 256; value++) {
                byte[] text = "1234567890abcdef".getBytes(StandardCharsets.US_ASCII);
                text[place] = (byte) value;
                boolean digit = (value >= '0' && value <= '9') || (value >= 'a' && value <= 'f');
                assertThat(MessageIds.parse(ByteBuffer.wrap(text), 0) != MessageIds.NONE).as("byte %d", value)
                        .isEqualTo(digit);
            }
        }
    }

    private static long parse(String text) {
        return MessageIds.parse(ByteBuffer.wrap(("xx" + text).getBytes(StandardCharsets.US_ASCII)), 2);
    }
}
