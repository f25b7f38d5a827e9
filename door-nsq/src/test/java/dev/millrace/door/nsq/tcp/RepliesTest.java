package dev.millrace.door.nsq.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.shard.Outcome;
import dev.millrace.door.nsq.wire.Command;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RepliesTest {
    private static String undone(byte command, byte outcome) {
        byte[] id = "0ca9381eb3800269".getBytes(StandardCharsets.US_ASCII);
        return new String(Replies.undone(command, id, outcome), StandardCharsets.US_ASCII);
    }

    @Test
    void answersThatAreNotDone_sayWhy() {
        assertThat(undone(Command.FIN, Outcome.STALE))
                .isEqualTo("E_FIN_FAILED FIN 0ca9381eb3800269 failed ID not in flight");
        assertThat(undone(Command.REQ, Outcome.STALE))
                .isEqualTo("E_REQ_FAILED REQ 0ca9381eb3800269 failed ID not in flight");
        assertThat(undone(Command.FIN, Outcome.INTERNAL))
                .isEqualTo("E_FIN_FAILED FIN 0ca9381eb3800269 failed internal error");
        assertThat(undone(Command.TOUCH, Outcome.INTERNAL))
                .isEqualTo("E_TOUCH_FAILED TOUCH 0ca9381eb3800269 failed internal error");
    }
}
