package dev.millrace.bench.e2e.nsq;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class CommandRingTest {
    private static String written(CommandRing ring, int... counts) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int count : counts) {
            ring.write(Channels.newChannel(out), count);
        }
        return out.toString(ISO_8859_1);
    }

    @Test
    void write_pastTheEnd_goesOnAtTheBeginning() throws IOException {
        String all = written(new CommandRing(List.of("t"), 5, 1, 3), 3);
        assertThat(all).hasSize(3 * "PUB t\n".length() + 3 * (4 + 5));
        assertThat(written(new CommandRing(List.of("t"), 5, 1, 3), 2, 2, 4)).isEqualTo(all + all
                + all.substring(0, all.length() / 3 * 2));
    }

    @Test
    void commands_differInTheirBodies() throws IOException {
        String all = written(new CommandRing(List.of("t"), 20, 1, 2), 2);
        assertThat(all.substring(0, all.length() / 2)).isNotEqualTo(all.substring(all.length() / 2));
    }

    @Test
    void severalTopics_takeTurnsAndAllGetEquallyMany() throws IOException {
        CommandRing ring = new CommandRing(List.of("a", "b", "c"), 1, 2, 4);
        assertThat(ring.commandCount()).isEqualTo(6);
        List<String> topics = Pattern.compile("MPUB (.)\n")
                .matcher(written(ring, 6))
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(topics).containsExactly("a", "b", "c", "a", "b", "c");
    }

    @Test
    void topicsOfDifferentLength_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new CommandRing(List.of("a", "bb"), 1, 1, 1))
                .withMessageContaining("one length");
    }

    @Test
    void tooMuchToHold_refusedWithTheCure() {
        assertThatIllegalArgumentException().isThrownBy(() -> new CommandRing(List.of("a"), 1 << 20, 1, 100))
                .withMessageContaining("smaller window");
    }
}
