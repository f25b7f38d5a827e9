package dev.millrace.core.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class LocationTest {
    private static final long MAX_POSITION = Location.COLD - Location.POSITION_UNIT;
    private static final int LAST_OFFSET = Location.MAX_OFFSET - Location.OFFSET_UNIT;

    private static void comesBack(long position, int offset) {
        long location = Location.of(position, offset);
        assertThat(Location.batchPosition(location)).isEqualTo(position);
        assertThat(Location.offset(location)).isEqualTo(offset);
        assertThat(Location.isCold(location)).isEqualTo((position & Location.COLD) != 0);
    }

    @Test
    void of_positionAndOffset_comeBack() {
        comesBack(0, 0);
        comesBack(MAX_POSITION, LAST_OFFSET);
        comesBack(Location.COLD, 128);
        comesBack(Location.COLD | MAX_POSITION, LAST_OFFSET);
        SplittableRandom random = new SplittableRandom(8);
        for (int i = 0; i < 10_000; i++) {
            comesBack(random.nextLong(Location.COLD << 1) & -Location.POSITION_UNIT,
                    random.nextInt(Location.MAX_OFFSET) & -Location.OFFSET_UNIT);
        }
    }

    @Test
    void of_whatDoesNotFit_isRefused() {
        assertThatThrownBy(() -> Location.of(63, 0)).hasMessageContaining("63");
        assertThatThrownBy(() -> Location.of(-64, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Location.of(Location.COLD << 1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Location.of(0, 8)).hasMessageContaining("offset");
        assertThatThrownBy(() -> Location.of(0, Location.MAX_OFFSET)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Location.of(0, -64)).isInstanceOf(IllegalArgumentException.class);
    }
}
