package dev.millrace.bench.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class OptionsTest {
    @Test
    void parse_nothing_defaults() {
        Options options = Options.parse();
        assertThat(options.workloads()).containsExactly(Workload.P1, Workload.P3, Workload.P4, Workload.P5,
                Workload.P6);
        assertThat(options.servers()).containsExactly("nsqd-disk", "nsqd-memory");
        assertThat(options.timing()).isEqualTo(new Options.Timing(3_000_000, 2, 10, 1_800));
        assertThat(options.jvmOptions()).isEmpty();
    }

    @Test
    void parse_bothWaysOfGivingAValue() {
        Options options = Options.parse("--rounds", "7", "--jvm=-Xmx512m  -Xlog:gc", "--messages=1_000_000");
        assertThat(options.rounds()).isEqualTo(7);
        assertThat(options.jvmOptions()).containsExactly("-Xmx512m", "-Xlog:gc");
        assertThat(options.amounts().messages()).isEqualTo(1_000_000);
    }

    @Test
    void parse_mistakes_saidWithWhatWouldBeRight() {
        assertThatIllegalArgumentException().isThrownBy(() -> Options.parse("--round", "3"))
                .withMessageContaining("--rounds");
        assertThatIllegalArgumentException().isThrownBy(() -> Options.parse("rounds"))
                .withMessageContaining("--help");
        assertThatIllegalArgumentException().isThrownBy(() -> Options.parse("--rounds"))
                .withMessageContaining("needs a value");
        assertThatIllegalArgumentException().isThrownBy(() -> Options.parse("--rounds", "many"))
                .withMessageContaining("whole number");
        assertThatIllegalArgumentException().isThrownBy(() -> Options.parse("--rounds", "0"))
                .withMessageContaining("at least 1");
        assertThatIllegalArgumentException().isThrownBy(() -> Options.parse("--disk-loop", "maybe"))
                .withMessageContaining("yes or no");
        assertThatIllegalArgumentException().isThrownBy(() -> Options.parse("--produce-channel", "maybe"))
                .withMessageContaining("best");
        assertThatIllegalArgumentException().isThrownBy(() -> Options.parse("--workloads", "P99"))
                .withMessageContaining("P7t");
    }

    @Test
    void help_namesEveryOptionThatIsTaken() {
        assertThat(Options.HELP.lines()
                .map(String::trim)
                .filter(line -> line.startsWith("--"))
                .map(line -> line.substring(2, line.indexOf(' ')))).containsExactlyInAnyOrderElementsOf(Options.NAMES);
    }

    @Test
    void workloads_groupNameStandsForItsMembers() {
        assertThat(Workload.parse("P7,M3")).containsExactly(Workload.P7T, Workload.P7G, Workload.P7I, Workload.M3);
        assertThat(Workload.parse("p1o")).containsExactly(Workload.P1O);
        assertThat(Workload.parse("all")).hasSize(Workload.values().length);
    }

    @Test
    void workloads_idsAreThoseOfTheBudgets() {
        assertThat(Workload.P1WO.id()).isEqualTo("P1wo");
        assertThat(Workload.P1WO.syncByOs()).isTrue();
        assertThat(Workload.P7T.syncByOs()).isFalse();
        assertThat(Workload.P2.shape().with(0, 0, 7)).isEqualTo(Workload.Shape.of(1_024, 100, 7));
    }
}
