package dev.millrace.door.nsq.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {
    @ParameterizedTest
    @CsvSource({"0,0,0s", "1h30m,5400000000000,1h30m0s", "250ms,250000000,250ms", "1.5s,1500000000,1.5s",
        "100us,100000,100µs",
        "7ns,7,7ns", "-2m,-120000000000,-2m0s", ".5h,1800000000000,30m0s", "1m0.25s,60250000000,1m0.25s"})
    void parsesAndFormats(String text, long nanos, String formatted) {
        assertThat(GoDuration.parse(text)).isEqualTo(Duration.ofNanos(nanos));
        assertThat(GoDuration.format(Duration.ofNanos(nanos))).isEqualTo(formatted);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "5 s", "5d", "1h x", "x1h", "--5s", "2562048h"})
    void refusesOtherText(String text) {
        assertThatThrownBy(() -> GoDuration.parse(text)).isInstanceOf(OptionException.class).hasMessageContaining(text);
    }

    @Test
    void theLongest_canBeWritten() {
        assertThat(GoDuration.parse("9223372036854775807ns")).isEqualTo(GoDuration.MAX);
    }
}
