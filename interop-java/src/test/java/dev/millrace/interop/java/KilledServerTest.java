package dev.millrace.interop.java;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.interop.java.JavaClient.Subscription;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What nsqd does not promise: whatever was answered with OK is still there after kill -9. */
class KilledServerTest {
    private static final int MESSAGES = 300;

    @Test
    void killedServer_everyAcknowledgedMessageAndDelayIsKept(@TempDir Path dir) throws Exception {
        NsqServer first = NsqServer.start(dir.resolve("data"));
        try (JavaClient client = new NsqJ(first)) {
            for (int i = 0; i < MESSAGES; i++) {
                client.publish("kept", "message " + i);
            }
            client.publishDeferred("kept", "deferred", 500);
        }
        CountDownLatch arrived = new CountDownLatch(MESSAGES + 1);
        Set<String> seen = new ConcurrentSkipListSet<>();
        try (NsqServer second = first.killAndRestart(); JavaClient client = new NsqJ(second)) {
            client.subscribe(second.tcp(), new Subscription("kept", "ch", delivery -> {
                delivery.finish();
                if (seen.add(delivery.body())) {
                    arrived.countDown();
                }
            }), 60_000);
            assertThat(arrived.await(60, TimeUnit.SECONDS)).as("all came; seen %s of them", seen.size()).isTrue();
        }
    }
}
