package dev.millrace.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Batches that are over are kept for a while, and no longer. */
final class BatchTableTest {
    @Test
    void batchesThatAreOver_areForgottenInTheOrderOfTheirEnds() {
        BatchTable table = new BatchTable();
        int all = BatchTable.KEPT + 10;
        for (int i = 1; i <= all; i++) {
            table.open(i, i);
            table.added(i);
        }
        for (int i = all; i >= 1; i--) {
            assertThat(table.close(i)).isFalse();
            assertThat(table.ended(i, BatchTable.DONE, 1)).isTrue();
            table.arrived(i);
        }
        assertThat(table.rows.size()).isEqualTo(BatchTable.KEPT + 1);
        for (int i = 1; i <= all; i++) {
            assertThat(table.has(i)).isEqualTo(i <= BatchTable.KEPT);
        }
        assertThat(table.progress(1)).isEqualTo(new BatchProgress(true, true, 1, 1, 0, 0, 0));
        assertThat(table.ended(1, BatchTable.DEAD, 1)).as("ends of one that is over").isFalse();
        assertThat(table.progress(1).dead()).isZero();
        assertThat(table.has(-1)).as("the row that links them").isFalse();
    }
}
