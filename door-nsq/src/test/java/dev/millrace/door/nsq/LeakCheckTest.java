package dev.millrace.door.nsq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Test;

/** The check that watches all other tests of this room has to find what it is there for. */
class LeakCheckTest {
    @Test
    void aBufferThatNobodyReleases_isFound_once() throws InterruptedException {
        LeakCheck.check();
        loseOne();

        assertThatThrownBy(LeakCheck::check).isInstanceOf(AssertionError.class)
                .hasMessageContaining("1 buffers")
                .hasMessageContaining("loseOne");
        LeakCheck.check();
    }

    private static void loseOne() {
        assertThat(ByteBufAllocator.DEFAULT.directBuffer(16).writeInt(1).readableBytes()).isEqualTo(4);
    }
}
