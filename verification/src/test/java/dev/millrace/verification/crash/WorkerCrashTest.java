package dev.millrace.verification.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.GroupStats;
import dev.millrace.api.Message;
import dev.millrace.api.MessageId;
import dev.millrace.api.Millrace;
import dev.millrace.api.SubscribeOptions;
import dev.millrace.api.Subscription;
import dev.millrace.verification.process.MillraceProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real workers and a real server over the native protocol, killed, stopped and started again. */
class WorkerCrashTest {
    private static final int MESSAGES = 400;

    @TempDir private Path folder;

    private static String at(MillraceProcess server) throws IOException {
        InetSocketAddress address = server.address("grpc");
        return address.getHostString() + ":" + address.getPort();
    }

    private WorkerProcess worker(MillraceProcess server) throws IOException {
        return NativeWorker.start(folder.resolve("worker"), at(server), "orders", "mail");
    }

    @Test
    void killedWorker_itsMessageGoesToAnother_thoughItsLeaseIsLong() throws IOException {
        try (MillraceProcess server = MillraceProcess.start(folder.resolve("data"));
                Millrace m = Millrace.connect(at(server))) {
            m.topic("orders").publish("a");
            try (WorkerProcess killed = worker(server)) {
                killed.says("got a 1");
                killed.kill();
            }
            try (WorkerProcess other = worker(server)) {
                other.says("got a 2");
                other.goOn();
                other.says("acked a");
            }
            assertThat(m.topic("orders").group("mail").stats().done()).isEqualTo(1);
        }
    }

    @Test
    void stoppedWorker_itsMessageGoesToAnother_andItsLateResultIsRefused() throws IOException {
        try (MillraceProcess server = MillraceProcess.start(folder.resolve("data"));
                Millrace m = Millrace.connect(at(server))) {
            m.topic("orders").publish("a");
            try (WorkerProcess stopped = worker(server)) {
                stopped.says("got a 1");
                stopped.signal("STOP");
                try (WorkerProcess other = worker(server)) {
                    other.says("got a 2");
                    other.goOn();
                    other.says("acked a");
                }
                stopped.signal("CONT");
                stopped.goOn();
                stopped.says("not acked a");
            }
            GroupStats stats = m.topic("orders").group("mail").stats();
            assertThat(List.of(stats.done(), stats.leased(), stats.ready())).containsExactly(1L, 0L, 0L);
        }
    }

    @Test
    void killedServer_comesBack_itsWorkerGoesOn_nothingIsLostOrHandledTwice() throws Exception {
        MillraceProcess server = MillraceProcess.start(folder.resolve("data"));
        String address = at(server);
        Map<MessageId, Integer> handled = new ConcurrentHashMap<>();
        CountDownLatch some = new CountDownLatch(MESSAGES / 4);
        CountDownLatch all = new CountDownLatch(MESSAGES);
        CountDownLatch serverIsBack = new CountDownLatch(1);
        try (Millrace m = Millrace.connect(address)) {
            m.topic("orders")
                    .publishAll(IntStream.range(0, MESSAGES).mapToObj(i -> Message.of("m" + i)).toList());
            try (Subscription subscription = m.topic("orders")
                    .group("mail")
                    .subscribe(SubscribeOptions.defaults().concurrency(8).credit(64), order -> {
                        if (handled.merge(order.id(), 1, Integer::sum) == 1) {
                            all.countDown();
                        }
                        some.countDown();
                        if (some.getCount() == 0) {
                            serverIsBack.await(); // some are being handled while the server is away
                        }
                    })) {
                assertThat(some.await(60, TimeUnit.SECONDS)).isTrue();
                server.kill();
                server = MillraceProcess.start(folder.resolve("data"), "--grpc", address);
                serverIsBack.countDown();
                assertThat(all.await(90, TimeUnit.SECONDS)).as("handled %d of %d", handled.size(), MESSAGES).isTrue();
                assertThat(subscription.ended()).as("it has gone on").isNotDone();
            }
            GroupStats stats = m.topic("orders").group("mail").stats();
            assertThat(List.of(stats.offered(), stats.done(), stats.ready(), stats.leased(), stats.retrying()))
                    .as("%s", stats)
                    .containsExactly((long) MESSAGES, (long) MESSAGES, 0L, 0L, 0L);
            assertThat(handled).hasSize(MESSAGES).allSatisfy((id, times) -> assertThat(times).isEqualTo(1));
        } finally {
            server.close();
        }
    }
}
