package dev.millrace.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class QueueSharesTest {
    /** Which queues one task after the other comes from, if all of these have some. */
    private static List<String> order(QueueShares shares, int tasks, String... among) {
        List<String> order = new ArrayList<>();
        for (int i = 0; i < tasks; i++) {
            List<QueueShares.Share> split = shares.split(1, List.of(among));
            assertThat(split).hasSize(1);
            order.add(split.getFirst().queue());
        }
        return order;
    }

    @Test
    void weights_giveEachItsShare_spreadEvenly() {
        QueueShares shares = QueueShares.of(List.of("a=3", "b"), false);
        assertThat(shares.queues()).containsExactly("a", "b");
        assertThat(order(shares, 8, "a", "b")).containsExactly("a", "a", "b", "a", "a", "a", "b", "a");
        assertThat(shares.split(8, List.of("a", "b"))).containsExactly(new QueueShares.Share("a", 6),
                new QueueShares.Share("b", 2));
        assertThat(shares.split(5, List.of("b"))).containsExactly(new QueueShares.Share("b", 5));
        assertThat(shares.split(0, List.of("a"))).isEmpty();
        assertThat(shares.split(3, List.of())).isEmpty();
    }

    @Test
    void aQueueThatWasEmpty_savesNothingUp() {
        QueueShares shares = QueueShares.of(List.of("a", "b"), false);
        for (int i = 0; i < 100; i++) {
            order(shares, 1, "a");
            shares.wasEmpty("b");
        }
        assertThat(order(shares, 10, "a", "b")).filteredOn("b"::equals).hasSizeBetween(4, 6);
    }

    @Test
    void aHeavyQueueThatFallsSilent_leavesNoDebtsBehind() {
        QueueShares shares = QueueShares.of(List.of("heavy=100", "a", "b"), false);
        while (!order(shares, 1, "heavy", "a", "b").contains("a")) {
            // until one of the light ones was served for the round that they share
        }
        shares.wasEmpty("heavy");
        assertThat(order(shares, 10, "a", "b")).filteredOn("b"::equals).hasSizeBetween(4, 7);
    }

    @Test
    void strict_asksTheFirstForAll_thenTheNext() {
        QueueShares shares = QueueShares.of(List.of("a", "b", "c"), true);
        assertThat(shares.split(7, List.of("a", "b", "c"))).containsExactly(new QueueShares.Share("a", 7));
        assertThat(shares.split(7, List.of("c", "b"))).containsExactly(new QueueShares.Share("b", 7));
    }
}
