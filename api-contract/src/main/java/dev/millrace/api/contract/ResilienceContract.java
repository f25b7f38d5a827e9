package dev.millrace.api.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.Delivery;
import dev.millrace.api.Group;
import dev.millrace.api.GroupStart;
import dev.millrace.api.Message;
import dev.millrace.api.MessageId;
import dev.millrace.api.MillraceException;
import dev.millrace.api.MillraceException.Closed;
import dev.millrace.api.PublishLimits;
import dev.millrace.api.RetryPolicy;
import dev.millrace.api.SubscribeOptions;
import dev.millrace.api.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Crashes, interrupts, closing and back-pressure. */
public abstract class ResilienceContract extends ContractBase {
    // ---- crashes ----

    @Test
    void crash_everythingAnsweredIsThere_withAttemptsAndDelays() {
        m.topic("orders").publishAll(IntStream.range(0, 100).mapToObj(i -> Message.of("m" + i)).toList());
        m.topic("orders").publish(Message.of("later").delay(Duration.ofHours(1)));
        Group mail = group("orders", "mail");
        List<Delivery> held = pull(mail, 40);
        held.subList(0, 20).forEach(Delivery::ack);
        held.get(20).bury("broken");
        held.get(21).retry(Duration.ofHours(1), "busy");
        crashAndReopen();
        mail = group("orders", "mail");
        assertThat(mail.stats().done()).isEqualTo(20);
        assertThat(mail.stats().dead()).isEqualTo(1);
        assertThat(mail.stats().retrying()).isEqualTo(1);
        assertThat(m.topic("orders").stats().scheduled()).isEqualTo(1);
        List<Delivery> again = pull(mail, 78);
        // What was leased when it died comes again, as a second attempt.
        assertThat(again.stream().filter(one -> one.attempt() == 2).map(Delivery::id))
                .containsExactlyInAnyOrderElementsOf(held.subList(22, 40).stream().map(Delivery::id).toList());
        assertThat(mail.deadLetters().list().items().get(0).error()).isEqualTo("broken");
    }

    @Test
    void crash_duringSubscription_bringsBackWhatItsHandlersHad() {
        m.topic("orders").publishAll(IntStream.range(0, 10).mapToObj(i -> Message.of("m" + i)).toList());
        CountDownLatch never = new CountDownLatch(1);
        Subscription subscription = group("orders", "mail").subscribe(
                SubscribeOptions.defaults().concurrency(4), order -> never.await());
        await(group("orders", "mail"), stats -> stats.leased() == 4);
        crashAndReopen();
        assertThat(subscription.ended()).isDone();
        assertThat(pull(group("orders", "mail"), 10)).extracting(Delivery::text).hasSize(10).doesNotHaveDuplicates();
    }

    @Test
    void reopen_afterACleanClose_hasEverything() {
        List<MessageId> ids = m.topic("orders").publishAll(List.of(Message.of("a"), Message.of("b")));
        Delivery held = pullOne(group("orders", "mail"));
        reopen();
        assertThatThrownBy(held::ack).isInstanceOf(MillraceException.class);
        assertThat(pull(group("orders", "mail"), 2)).extracting(Delivery::id).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(m.topic("orders").publish("c")).isGreaterThan(ids.get(1));
    }

    // ---- closing ----

    @Test
    void close_waitsForRunningHandlers_andTakesNoNewWork() throws Exception {
        m.topic("orders").publishAll(IntStream.range(0, 10).mapToObj(i -> Message.of("m" + i)).toList());
        CountDownLatch started = new CountDownLatch(2);
        CountDownLatch go = new CountDownLatch(1);
        BlockingQueue<String> handled = new LinkedBlockingQueue<>();
        Subscription subscription = group("orders", "mail").subscribe(
                SubscribeOptions.defaults().concurrency(2).credit(6), order -> {
                    started.countDown();
                    go.await();
                    m.topic("mails").publish(order.text()); // handlers can use everything while it drains
                    handled.add(order.text());
                });
        started.await();
        CompletableFuture<Void> closed = CompletableFuture.runAsync(() -> m.close(PATIENCE));
        // What waited for a handler is given back at once.
        assertThat(closed).isNotDone();
        go.countDown();
        get(closed);
        get(subscription.ended());
        assertThat(handled).hasSizeBetween(2, 6);
        int done = handled.size();
        reopen();
        assertThat(group("orders", "mail").stats().done()).isEqualTo(done);
        assertThat(m.topic("mails").stats().accepted()).isEqualTo(done);
        assertThat(pull(group("orders", "mail"), 10 - done)).hasSize(10 - done);
    }

    @Test
    void close_afterItsDrainTime_interruptsAndGivesBack() throws Exception {
        m.topic("orders").publish("a");
        CountDownLatch started = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        CountDownLatch ended = new CountDownLatch(1);
        Subscription subscription = group("orders", "mail").subscribe(order -> {
            started.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.set(true);
                throw e;
            } finally {
                ended.countDown();
            }
        });
        started.await();
        assertThat(subscription.close(Duration.ofMillis(30))).isEqualTo(1);
        ended.await();
        assertThat(interrupted).isTrue();
        Delivery again = pullOne(group("orders", "mail"));
        assertThat(again.attempt()).isEqualTo(2);
        again.bury("look at its history");
        assertThat(group("orders", "mail").deadLetters().list().items().get(0).history().get(0).error())
                .contains("had not ended");
        subscription.close(); // again is nothing
    }

    @Test
    void close_byAHandlerItself_doesNotWaitForIt() {
        m.topic("orders").publish("a");
        CompletableFuture<Subscription> own = new CompletableFuture<>();
        own.complete(group("orders", "mail").subscribe(order -> get(own).close()));
        get(get(own).ended());
        assertThat(group("orders", "mail").stats().done()).isEqualTo(1);
        await(group("orders", "mail"), stats -> stats.subscriptions() == 0);
    }

    @Test
    void close_then_everythingSaysSo() {
        Group mail = group("orders", "mail");
        m.topic("orders").publish("a");
        CompletableFuture<List<Delivery>> waiting = group("other", "mail").pullAsync(1, PATIENCE, LONG);
        m.close();
        m.close();
        assertThatThrownBy(() -> m.topic("orders").publish("b")).isInstanceOf(Closed.class);
        assertThatThrownBy(() -> get(m.topic("orders").publishAsync(Message.of("b")))).isInstanceOf(Closed.class);
        assertThatThrownBy(() -> mail.pull(1, Duration.ZERO, LONG)).isInstanceOf(Closed.class);
        assertThatThrownBy(() -> mail.subscribe(order -> {
            // never called
        })).isInstanceOf(Closed.class);
        assertThatThrownBy(m::topics).isInstanceOf(Closed.class).hasMessageContaining("closed");
        assertThatThrownBy(() -> get(waiting)).isInstanceOf(MillraceException.class);
    }

    // ---- back-pressure ----

    private interface Publishing {
        boolean isOver(List<CompletableFuture<MessageId>> futures);
    }

    /** Publishes without waiting until it is over; the futures that failed as expected, the others having succeeded. */
    private <E extends MillraceException> List<E> publishUntil(Publishing condition, Class<E> expected) {
        List<CompletableFuture<MessageId>> futures = new ArrayList<>();
        while (!condition.isOver(futures)) {
            futures.add(m.topic("orders").publishAsync(Message.of("x".repeat(100))));
        }
        List<E> refused = new ArrayList<>();
        for (CompletableFuture<MessageId> future : futures) {
            try {
                get(future);
            } catch (MillraceException e) {
                refused.add(expected.cast(e));
            }
        }
        assertThat(m.topic("orders").stats().accepted()).isEqualTo(futures.size() - refused.size());
        return refused;
    }

    @Test
    void publish_lineIsFull_isRefusedAtOnce_andNothingIsLost() {
        reopen(PublishLimits.defaults().bytes(1).waiting(20));
        List<MillraceException.LimitReached> refused = publishUntil(
                futures -> !futures.isEmpty() && futures.get(futures.size() - 1).isCompletedExceptionally(),
                MillraceException.LimitReached.class);
        assertThat(refused).isNotEmpty();
        assertThat(refused.get(0)).hasMessageContaining("publishLimits.waiting").hasMessageContaining("nothing was");
    }

    @Test
    void publish_noRoomInTime_timesOut_namingTheSetting() {
        reopen(PublishLimits.defaults().bytes(1).waiting(1_000_000).timeout(Duration.ofMillis(5)));
        List<MillraceException.PublishTimeout> timedOut = publishUntil(
                futures -> futures.stream().limit(2_000).anyMatch(CompletableFuture::isCompletedExceptionally)
                        || futures.size() >= 20_000,
                MillraceException.PublishTimeout.class);
        assertThat(timedOut).isNotEmpty();
        assertThat(timedOut.get(0).category()).isEqualTo(MillraceException.Category.RETRY);
        assertThat(timedOut.get(0)).hasMessageContaining("publishLimits.timeout").hasMessageContaining("PT0.005S");
    }

    @Test
    void publish_withLittleRoom_waitsAndKeepsTheOrder() {
        reopen(PublishLimits.defaults().bytes(300).waiting(1_000));
        List<CompletableFuture<MessageId>> futures = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            futures.add(m.topic("orders").publishAsync(Message.of("message " + i + " ".repeat(i % 400))));
        }
        List<MessageId> ids = futures.stream().map(ContractBase::get).toList();
        assertThat(ids).isSorted().doesNotHaveDuplicates();
    }

    // ---- interrupts ----

    /** Every call that waits, by its name; those that change something do it to what nobody looks at afterwards. */
    private Map<String, Runnable> calls() {
        Group mail = group("orders", "mail");
        Group other = group("other", "mail");
        Map<String, Runnable> calls = new LinkedHashMap<>();
        calls.put("publish", () -> m.topic("orders").publish("a"));
        calls.put("publish bytes", () -> m.topic("orders").publish(new byte[100_000]));
        calls.put("publish delayed", () -> m.topic("orders").publish(Message.of("a").delay(LONG)));
        calls.put("publishAll", () -> m.topic("orders").publishAll(List.of(Message.of("a"), Message.of("b"))));
        calls.put("publishAsync", () -> m.topic("orders").publishAsync(Message.of("a")).join());
        calls.put("topics", () -> m.topics());
        calls.put("topic create", () -> m.topic("other").create());
        calls.put("topic pause", () -> m.topic("other").pause());
        calls.put("topic resume", () -> m.topic("other").resume());
        calls.put("topic empty", () -> m.topic("other").empty());
        calls.put("topic stats", () -> m.topic("orders").stats());
        calls.put("group create", () -> other.create(GroupStart.NOW));
        calls.put("group pause", other::pause);
        calls.put("group resume", other::resume);
        calls.put("group empty", other::empty);
        calls.put("group stats", mail::stats);
        calls.put("retry policy", () -> other.retryPolicy(RetryPolicy.ofAttempts(3)));
        calls.put("dead list", () -> mail.deadLetters().list());
        calls.put("dead replay", () -> mail.deadLetters().replay(List.of(new MessageId(1))));
        calls.put("dead replay all", () -> mail.deadLetters().replayAll());
        calls.put("dead purge", () -> mail.deadLetters().purge(List.of(new MessageId(1))));
        calls.put("dead purge all", () -> mail.deadLetters().purgeAll());
        calls.put("pull", () -> mail.pull(3, Duration.ofMillis(5), LONG));
        calls.put("pull and ack", () -> mail.pull(1, Duration.ofMillis(5), LONG).forEach(Delivery::ack));
        calls.put("pull and extend", () -> mail.pull(1, Duration.ofMillis(5), LONG).forEach(one -> one.extend(LONG)));
        calls.put("pull and bury", () -> mail.pull(1, Duration.ofMillis(5), LONG).forEach(one -> one.bury("x")));
        calls.put("pull and retry", () -> mail.pull(1, Duration.ofMillis(5), LONG).forEach(Delivery::retry));
        calls.put("subscribe", () -> mail.subscribe(order -> order.body()).close());
        calls.put("group delete", other::delete);
        calls.put("topic delete", () -> m.topic("other").delete());
        return calls;
    }

    @Test
    void interrupt_ofEveryCall_leavesTheEngineOpen() {
        group("orders", "mail").create();
        Thread caller = Thread.currentThread();
        for (int round = 0; round < 5; round++) {
            for (Map.Entry<String, Runnable> call : calls().entrySet()) {
                caller.interrupt();
                callInterrupted(call.getKey(), call.getValue());
            }
        }
        assertOpen();
    }

    @Test
    void interrupt_atAnyMomentOfEveryCall_leavesTheEngineOpen() throws Exception {
        group("orders", "mail").create();
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                for (int round = 0; round < 10; round++) {
                    calls().forEach(this::callInterrupted);
                }
                failure.complete(new AssertionError("none"));
            } catch (Throwable e) {
                failure.complete(e);
            } finally {
                over.set(true);
            }
        }, "interrupted");
        caller.start();
        while (!over.get()) {
            caller.interrupt();
            java.util.concurrent.locks.LockSupport.parkNanos(150_000);
        }
        caller.join();
        assertThat(get(failure)).hasMessage("none");
        assertOpen();
    }

    /** Ends by itself or as interrupted; what it was about may be missing. */
    private void callInterrupted(String name, Runnable call) {
        try {
            call.run();
        } catch (MillraceException.Interrupted e) {
            assertThat(Thread.currentThread().isInterrupted()).as(name + " keeps the flag").isTrue();
        } catch (MillraceException.NotFound | MillraceException.StaleLease e) {
            assertThat(e).as(name).hasMessageNotContaining("internal");
        } finally {
            Thread.interrupted();
        }
    }

    private void assertOpen() {
        MessageId id = m.topic("proof").publish("still open");
        assertThat(pullOne(group("proof", "mail")).id()).isEqualTo(id);
        crashAndReopen();
        assertThat(pullOne(group("proof", "mail")).id()).isEqualTo(id);
        assertThat(m.topic("orders").stats().accepted()).isPositive();
    }

    @Test
    void interrupt_ofPullThatWaits_givesBackWhatItTook() throws Exception {
        Group mail = group("orders", "mail");
        mail.create();
        CompletableFuture<MillraceException> failed = new CompletableFuture<>();
        Thread puller = new Thread(() -> {
            try {
                mail.pull(1, PATIENCE, LONG);
            } catch (MillraceException e) {
                failed.complete(e);
            }
        });
        puller.start();
        await(mail, stats -> stats.subscriptions() == 1);
        puller.interrupt();
        assertThat(get(failed)).isInstanceOf(MillraceException.Interrupted.class);
        puller.join();
        m.topic("orders").publish("a");
        assertThat(pullOne(mail).text()).isEqualTo("a");
    }
}
