package dev.millrace.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

class OptionWordsTest {
    private static String words(String message) {
        CommandSpec command = CommandSpec.create();
        for (String[] names : new String[][]{{"--max-attempts"}, {"--backoff"}, {"--max-delay"}, {"-k", "--key"},
            {"--state"}}) {
            command.addOption(OptionSpec.builder(names).build());
        }
        return new OptionWords(command).of(message);
    }

    @Test
    void members_becomeOptions_inWhateverSpelling() {
        assertThat(words("maxAttempts must be 0 to 9")).isEqualTo("--max-attempts must be 0 to 9");
        assertThat(words("max_attempts must be 0 to 9")).isEqualTo("--max-attempts must be 0 to 9");
        assertThat(words("minBackoffMillis must be there when maxDelayMillis is"))
                .isEqualTo("--backoff (in milliseconds) must be there when --max-delay (in milliseconds) is");
        assertThat(words("key has 1 to 255 bytes")).isEqualTo("--key has 1 to 255 bytes");
        assertThat(words("the query's state must be open")).isEqualTo("--state must be open");
    }

    @Test
    void ordinaryWords_otherMembers_andWhatAUserWrote_stay() {
        for (String message : new String[]{"a task with a key has no state", "then[0].maxAttempts must be 0 to 9",
            "uniqueMillis must be 0 to 9", "queue 'maxAttempts' is none", "stateless is not --max-attempts",
            "state.key is not known here"}) {
            assertThat(words(message)).isEqualTo(message);
        }
    }
}
