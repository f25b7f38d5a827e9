package dev.millrace.door.nsq;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits over all connections together. */
class LoadTest {
    private static final int BODY_BYTES = 100_000;
    /** More than the buffers of a connection hold. */
    private static final int MESSAGES = 250;

    @TempDir Path folder;

    @Test
    void oneConnectionMoreThanAllowed_isRefusedByName_untilAnotherIsGone() {
        try (TestNode node = TestNode.open(folder, 1, options -> options.with("max-connections", "2"));
                RawClient first = node.client()) {
            first.pub("t", "x");
            try (RawClient second = node.client()) {
                second.pub("t", "x");
                try (RawClient third = node.client()) {
                    third.expectError("E_INVALID the server has as many connections as max-connections allows (2)")
                            .expectClosed();
                }
                assertThat(node.door().load().refused()).isEqualTo(1);
            }
            while (node.door().connections() > 1) {
                Thread.onSpinWait();
            }
            try (RawClient again = node.client()) {
                again.pub("t", "x");
            }
        }
    }

    @Test
    void deliveriesBeyondTheBytesAllowed_wait_thoseWhoReadGetAll_unsentStaysBounded() {
        int limit = 300_000;
        int deaf = 10;
        try (TestNode node = TestNode.open(folder, 1, options -> options.with("max-delivery-bytes", "" + limit));
                RawClient producer = node.client()) {
            List<RawClient> silent = new ArrayList<>();
            for (int i = 0; i < deaf; i++) {
                silent.add(node.client().subscribe("t", "c" + i, 2_500));
            }
            String body = "x".repeat(BODY_BYTES);
            for (int i = 0; i < MESSAGES; i++) {
                producer.pub("t", body);
            }
            try (RawClient reader = node.client()) {
                reader.line("SUB others c").expectOk().line("RDY 100");
                for (int i = 0; i < 20; i++) {
                    producer.pub("others", body);
                    assertThat(reader.message().text()).isEqualTo(body);
                }
            }
            assertThat(node.door().load().waits()).isPositive();
            assertThat(node.door().load().bytes()).isLessThan(limit + 2L * (deaf + 1) * BODY_BYTES);
            for (RawClient client : silent) {
                for (int i = 0; i < MESSAGES; i++) {
                    assertThat(client.message().text()).hasSize(BODY_BYTES);
                }
                client.close();
            }
            while (node.door().connections() > 1) {
                Thread.onSpinWait();
            }
            assertThat(node.door().load().bytes()).isZero();
        }
    }
}
