package dev.millrace.bench.e2e.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void of_oddCount_medianIsTheMiddle() {
        assertThat(Spread.of(9, 1, 5)).isEqualTo(new Spread(5, 1, 9, 3));
    }

    @Test
    void of_evenCount_medianIsTheMeanOfTheTwoInTheMiddle() {
        assertThat(Spread.of(4, 1, 2, 9)).isEqualTo(new Spread(3, 1, 9, 4));
    }

    @Test
    void of_nothing_refused() {
        assertThatIllegalArgumentException().isThrownBy(Spread::of);
    }

    @Test
    void disturbed_moreThanTwofold() {
        assertThat(Spread.of(1, 2).disturbed()).isFalse();
        assertThat(Spread.of(1, 2.1).disturbed()).isTrue();
    }

    @Test
    void text_groupsThousandsAndShowsTheRangeOfSeveral() {
        assertThat(Spread.of(1_234_567, 2_000_000, 3_000_000).text(0)).isEqualTo("2,000,000 (1,234,567–3,000,000)");
        assertThat(Spread.of(1.25).text(1)).isEqualTo("1.3");
    }
}
