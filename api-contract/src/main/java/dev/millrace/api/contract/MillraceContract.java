package dev.millrace.api.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.DeadLetter;
import dev.millrace.api.Delivery;
import dev.millrace.api.Group;
import dev.millrace.api.Message;
import dev.millrace.api.MessageId;
import dev.millrace.api.MillraceException;
import dev.millrace.api.MillraceException.StaleLease;
import dev.millrace.api.Published;
import dev.millrace.api.RetryPolicy;
import dev.millrace.api.SkipRetry;
import dev.millrace.api.Snooze;
import dev.millrace.api.SubscribeOptions;
import dev.millrace.api.Subscription;
import dev.millrace.api.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Publishing and consuming. */
public abstract class MillraceContract extends ContractBase {
    private static final SubscribeOptions QUICK = SubscribeOptions.defaults()
            .backoff(Duration.ofMillis(1), Duration.ofMillis(1));

    private static List<Message> numbered(int count) {
        return IntStream.range(0, count).mapToObj(i -> Message.of("message " + i)).toList();
    }

    // ---- publishing ----

    @Test
    void publish_onReturn_isCountedAndHasARisingId() {
        MessageId first = m.topic("orders").publish("a");
        MessageId second = m.topic("orders").publish("b".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(second).isGreaterThan(first);
        assertThat(MessageId.of(first.toString())).isEqualTo(first);
        assertThat(first.givenAt()).isBetween(Instant.now().minusSeconds(3600), Instant.now().plusSeconds(3600));
        assertThat(m.topic("orders").stats().accepted()).isEqualTo(2);
        assertThat(m.topic("orders").stats().acceptedBytes()).isEqualTo(2);
    }

    @Test
    void publishAll_manyWithSomeDelayed_keepsTheOrderOfIdsAndOfTheRest() {
        List<Message> messages = new ArrayList<>(numbered(3_000));
        messages.set(7, Message.of("later").delay(Duration.ofHours(2)));
        messages.set(2_000, Message.of("later still").delay(Duration.ofDays(400)));
        List<MessageId> ids = m.topic("orders").publishAll(messages);
        assertThat(ids).hasSize(3_000).isSorted().doesNotHaveDuplicates();
        assertThat(m.topic("orders").stats().scheduled()).isEqualTo(2);
        List<Delivery> got = pull(group("orders", "mail"), 2_998);
        messages.remove(2_000);
        messages.remove(7);
        assertThat(got).extracting(Delivery::text)
                .containsExactlyElementsOf(messages.stream().map(Message::text).toList());
    }

    @Test
    void publishAsync_withoutWaiting_keepsTheOrder() {
        List<CompletableFuture<MessageId>> futures = new ArrayList<>();
        for (Message message : numbered(500)) {
            futures.add(m.topic("orders").publishAsync(message));
        }
        List<MessageId> ids = futures.stream().map(ContractBase::get).toList();
        assertThat(ids).isSorted().doesNotHaveDuplicates();
        assertThat(pull(group("orders", "mail"), 500)).extracting(Delivery::id).containsExactlyElementsOf(ids);
    }

    @Test
    void publish_largeBodies_comeBackAsTheyWere() {
        List<Message> messages = new ArrayList<>();
        for (int size : new int[]{1, 100, 70_000, 300_000, 900_000}) {
            byte[] body = new byte[size];
            java.util.Arrays.fill(body, (byte) size);
            body[size - 1] = 42;
            messages.add(Message.of(body));
        }
        m.topic("blobs").publishAll(messages);
        List<Delivery> got = pull(group("blobs", "mail"), messages.size());
        for (int i = 0; i < got.size(); i++) {
            assertThat(got.get(i).body()).isEqualTo(messages.get(i).body());
        }
    }

    @Test
    void publishAll_nothing_isNothing() {
        assertThat(m.topic("orders").publishAll(List.of())).isEmpty();
        assertThatThrownBy(() -> m.topic("orders").stats()).isInstanceOf(MillraceException.NotFound.class);
    }

    @Test
    void delay_isNeverEarly() {
        long start = System.nanoTime();
        m.topic("orders").publish(Message.of("later").delay(Duration.ofMillis(400)));
        m.topic("orders").publish("now");
        Group mail = group("orders", "mail");
        assertThat(pullOne(mail).text()).isEqualTo("now");
        assertThat(pullOne(mail).text()).isEqualTo("later");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(400));
    }

    // ---- pulling ----

    @Test
    void pull_nothingThere_isEmpty() {
        assertThat(group("orders", "mail").pull(10, Duration.ZERO, LONG)).isEmpty();
        assertThat(group("orders", "mail").pull(10, Duration.ofMillis(20), LONG)).isEmpty();
        assertThat(group("orders", "mail").stats().leased()).isZero();
    }

    @Test
    void pull_whileNothingIsThere_waitsForTheNextPublish() {
        CompletableFuture<List<Delivery>> pulled = group("orders", "mail").pullAsync(10, PATIENCE, LONG);
        await(group("orders", "other"), group("orders", "other").create());
        m.topic("orders").publish("a");
        assertThat(get(pulled)).extracting(Delivery::text).containsExactly("a");
    }

    /** Only makes the pull above likely to wait already. */
    private static void await(Group group, boolean created) {
        assertThat(created).isTrue();
        await(group, stats -> stats.subscriptions() == 0);
    }

    @Test
    void pull_cancelled_givesBackWhatItTakes() {
        CompletableFuture<List<Delivery>> pulled = group("orders", "mail").pullAsync(10, PATIENCE, LONG);
        pulled.cancel(false);
        m.topic("orders").publish("a");
        assertThat(pullOne(group("orders", "mail")).text()).isEqualTo("a");
    }

    @Test
    void ack_countsAsDone_andOnlyOnce() {
        m.topic("orders").publish("a");
        Delivery delivery = pullOne(group("orders", "mail"));
        assertThat(delivery.attempt()).isEqualTo(1);
        assertThat(delivery.topic()).isEqualTo("orders");
        assertThat(delivery.group()).isEqualTo("mail");
        assertThat(delivery.bornAt()).isBetween(Instant.now().minusSeconds(3600), Instant.now().plusSeconds(3600));
        assertThat(delivery.isSettled()).isFalse();
        delivery.ack();
        assertThat(delivery.isSettled()).isTrue();
        assertThat(group("orders", "mail").stats().done()).isEqualTo(1);
        assertThatThrownBy(delivery::ack).isInstanceOf(StaleLease.class).hasMessageContaining("settled before");
        assertThatThrownBy(() -> get(delivery.buryAsync("x"))).isInstanceOf(StaleLease.class);
        assertThatThrownBy(() -> delivery.extend(LONG)).isInstanceOf(StaleLease.class);
    }

    @Test
    void retry_withDelay_comesAgainNotBefore_withTheAttemptCounted() {
        m.topic("orders").publish("a");
        long start = System.nanoTime();
        pullOne(group("orders", "mail")).retry(Duration.ofMillis(300), "try again");
        assertThat(group("orders", "mail").stats().retrying()).isEqualTo(1);
        assertThat(pullOne(group("orders", "mail")).attempt()).isEqualTo(2);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
    }

    @Test
    void lease_thatEnds_bringsTheMessageToAnother_andTheOldDeliveryIsStale() {
        m.topic("orders").publish("a");
        Group mail = group("orders", "mail");
        Delivery first = mail.pull(1, PATIENCE, Duration.ofMillis(100)).get(0);
        Delivery second = pullOne(mail);
        assertThat(second.id()).isEqualTo(first.id());
        assertThat(second.attempt()).isEqualTo(2);
        assertThatThrownBy(first::ack).isInstanceOf(StaleLease.class).hasMessageContaining(first.id().toString());
        assertThat(first.isLost()).isTrue();
        second.ack();
    }

    @Test
    void extend_keepsTheMessageFromOthers() {
        m.topic("orders").publish("a");
        Group mail = group("orders", "mail");
        Delivery delivery = mail.pull(1, PATIENCE, Duration.ofSeconds(2)).get(0);
        delivery.extend(LONG);
        get(delivery.extendAsync(LONG));
        assertThat(mail.pull(1, Duration.ofMillis(2_200), LONG)).isEmpty();
        delivery.ack();
        assertThat(mail.stats().done()).isEqualTo(1);
    }

    @Test
    void bury_makesADeadLetterWithItsHistory() {
        m.topic("orders").publish("poison");
        Group mail = group("orders", "mail");
        pullOne(mail).retry(Duration.ZERO, "first try");
        pullOne(mail).bury("no such customer");
        DeadLetter dead = mail.deadLetters().list().items().get(0);
        assertThat(dead.text()).isEqualTo("poison");
        assertThat(dead.attempts()).isEqualTo(2);
        assertThat(dead.error()).isEqualTo("no such customer");
        assertThat(dead.history()).extracting(attempt -> attempt.error())
                .containsExactly("first try", "no such customer");
        assertThat(dead.diedAt()).isAfterOrEqualTo(dead.bornAt().minusSeconds(1));
    }

    // ---- subscribing ----

    @Test
    void subscribe_returningHandler_acknowledgesEverythingOnce() {
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        m.topic("orders").publishAll(numbered(1_000));
        try (Subscription subscription = group("orders", "mail")
                .subscribe(SubscribeOptions.defaults().concurrency(8).credit(64), order -> got.add(order.text()))) {
            await(group("orders", "mail"), stats -> stats.done() == 1_000);
            assertThat(subscription.ended()).isNotDone();
        }
        assertThat(got).hasSize(1_000).doesNotHaveDuplicates();
        await(group("orders", "mail"), stats -> stats.subscriptions() == 0);
    }

    @Test
    void subscribe_oneAtATime_keepsTheOrder() {
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        m.topic("orders").publishAll(numbered(200));
        try (Subscription subscription = group("orders", "mail")
                .subscribe(SubscribeOptions.defaults().credit(50), order -> got.add(order.text()))) {
            await(group("orders", "mail"), stats -> stats.done() == 200);
            assertThat(subscription.topic()).isEqualTo("orders");
        }
        assertThat(got).containsExactlyElementsOf(numbered(200).stream().map(Message::text).toList());
    }

    @Test
    void subscribe_throwingHandler_retriesWithItsTextKept() throws Exception {
        BlockingQueue<Integer> attempts = new LinkedBlockingQueue<>();
        m.topic("orders").publish("a");
        try (Subscription subscription = group("orders", "mail").subscribe(QUICK, order -> {
            attempts.add(order.attempt());
            if (order.attempt() < 3) {
                throw new IllegalStateException("not today");
            }
            throw new SkipRetry("never", new java.io.IOException("broken pipe"));
        })) {
            await(group("orders", "mail"), stats -> stats.dead() == 1);
            assertThat(subscription.ended()).isNotDone();
        }
        assertThat(attempts).containsExactly(1, 2, 3);
        DeadLetter dead = group("orders", "mail").deadLetters().list().items().get(0);
        assertThat(dead.error()).contains("never").contains("broken pipe");
        assertThat(dead.history().get(0).error()).contains("IllegalStateException: not today");
    }

    @Test
    void subscribe_handlerThatSettlesItself_isTakenAtItsWord() {
        m.topic("orders").publishAll(numbered(3));
        try (Subscription subscription = group("orders", "mail").subscribe(order -> {
            switch (order.text()) {
                case "message 0" -> order.bury("by hand");
                case "message 1" -> get(order.ackAsync());
                default -> order.retry(LONG);
            }
        })) {
            await(group("orders", "mail"), stats -> stats.dead() == 1 && stats.done() == 1 && stats.retrying() == 1);
            assertThat(subscription.ended()).isNotDone();
        }
    }

    @Test
    void snooze_comesBackAfterItsDelay() {
        m.topic("orders").publish("a");
        long start = System.nanoTime();
        AtomicBoolean snoozed = new AtomicBoolean();
        try (Subscription subscription = group("orders", "mail").subscribe(order -> {
            if (snoozed.compareAndSet(false, true)) {
                throw new Snooze(Duration.ofMillis(250));
            }
        })) {
            await(group("orders", "mail"), stats -> stats.done() == 1);
            assertThat(subscription.running()).isLessThanOrEqualTo(1);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(250));
    }

    @Test
    void retryPolicy_usedUp_makesADeadLetter() {
        Group mail = group("orders", "mail");
        mail.create();
        mail.retryPolicy(new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(5)));
        m.topic("orders").publish("a");
        try (Subscription subscription = mail.subscribe(QUICK, order -> {
            throw new IllegalArgumentException("always");
        })) {
            await(mail, stats -> stats.dead() == 1);
            assertThat(subscription.group()).isEqualTo("mail");
        }
        assertThat(mail.deadLetters().list().items().get(0).attempts()).isEqualTo(2);
        assertThat(mail.stats().retryPolicy().maxAttempts()).isEqualTo(2);
    }

    @Test
    void concurrency_isUsedAndNotExceeded() {
        m.topic("orders").publishAll(numbered(40));
        CyclicBarrier four = new CyclicBarrier(4);
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (Subscription subscription = group("orders", "mail")
                .subscribe(SubscribeOptions.defaults().concurrency(4).credit(16), order -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    four.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                    now.decrementAndGet();
                })) {
            await(group("orders", "mail"), stats -> stats.done() == 40);
            assertThat(subscription.ended()).isNotDone();
        }
        assertThat(most).hasValue(4);
    }

    @Test
    void lease_isExtendedWhileTheHandlerRuns_alsoOfWhatWaits() {
        m.topic("orders").publishAll(numbered(3));
        CountDownLatch go = new CountDownLatch(1);
        BlockingQueue<Integer> attempts = new LinkedBlockingQueue<>();
        try (Subscription subscription = group("orders", "mail")
                .subscribe(SubscribeOptions.defaults().credit(3).lease(Duration.ofMillis(300)), order -> {
                    go.await();
                    attempts.add(order.attempt());
                })) {
            await(group("orders", "mail"), stats -> stats.leased() == 3);
            // Three leases long nobody else gets any of them.
            assertThat(group("orders", "mail").pull(3, Duration.ofMillis(900), LONG)).isEmpty();
            go.countDown();
            await(group("orders", "mail"), stats -> stats.done() == 3);
            assertThat(subscription.ended()).isNotDone();
        }
        assertThat(attempts).containsExactly(1, 1, 1);
    }

    @Test
    void timeout_interruptsTheHandlerAndRetries() {
        m.topic("orders").publish("a");
        BlockingQueue<Integer> attempts = new LinkedBlockingQueue<>();
        try (Subscription subscription = group("orders", "mail")
                .subscribe(QUICK.timeout(Duration.ofMillis(50)), order -> {
                    attempts.add(order.attempt());
                    if (order.attempt() == 1) {
                        new CountDownLatch(1).await();
                    }
                    throw new SkipRetry("enough");
                })) {
            await(group("orders", "mail"), stats -> stats.dead() == 1);
            assertThat(subscription.ended()).isNotDone();
        }
        assertThat(attempts).containsExactly(1, 2);
        DeadLetter dead = group("orders", "mail").deadLetters().list().items().get(0);
        assertThat(dead.history().get(0).error()).contains("timed out after PT0.05S");
    }

    @Test
    void groups_eachGetEveryMessage_subscribersOfOneShareIt() {
        BlockingQueue<String> mail = new LinkedBlockingQueue<>();
        BlockingQueue<String> billing = new LinkedBlockingQueue<>();
        try (Subscription one = group("orders", "mail").subscribe(order -> mail.add(order.text()));
                Subscription two = group("orders", "mail").subscribe(order -> mail.add(order.text()));
                Subscription three = group("orders", "billing").subscribe(order -> billing.add(order.text()))) {
            m.topic("orders").publishAll(numbered(100));
            await(group("orders", "mail"), stats -> stats.done() == 100);
            await(group("orders", "billing"), stats -> stats.done() == 100);
            assertThat(List.of(one.group(), two.group(), three.group())).containsExactly("mail", "mail", "billing");
        }
        assertThat(mail).hasSize(100).doesNotHaveDuplicates();
        assertThat(billing).hasSize(100).doesNotHaveDuplicates();
    }

    @Test
    void ephemeralGroup_goesWithItsSubscription_andCannotBePulledFrom() {
        Group fan = group("news", "fan#ephemeral");
        assertThatThrownBy(() -> fan.pull(1, Duration.ZERO, LONG)).isInstanceOf(MillraceException.Invalid.class)
                .hasMessageContaining("subscribe");
        m.topic("news").create();
        try (Subscription subscription = fan.subscribe(order -> {
            // only there
        })) {
            assertThat(subscription.ended()).isNotDone();
            assertThat(m.topic("news").stats().groups()).hasSize(1);
        }
        await("the group goes with its last subscription", () -> m.topic("news").stats().groups().isEmpty());
    }

    // ---- publishing once ----

    @Test
    void publishOnce_sameKey_isADuplicateWithTheFirstId_andOfAnotherTopicIsNot() {
        Published first = m.topic("once").publishOnce(Message.of("first").idempotencyKey("order-17"));
        assertThat(first.duplicate()).isFalse();
        Published again = get(m.topic("once").publishOnceAsync(Message.of("second").idempotencyKey("order-17")));
        assertThat(again).isEqualTo(new Published(first.id(), true));
        assertThat(m.topic("once").publish(Message.of("third").idempotencyKey("order-17"))).isEqualTo(first.id());
        assertThat(m.topic("other").publishOnce(Message.of("x").idempotencyKey("order-17")).duplicate()).isFalse();
        List<Published> some = m.topic("once")
                .publishAllOnce(List.of(Message.of("a").idempotencyKey("a"),
                        Message.of("b").idempotencyKey("order-17"), Message.of("c").idempotencyKey("a"),
                        Message.of("d").idempotencyKey("d").delay(Duration.ofHours(1))));
        assertThat(some).extracting(Published::duplicate).containsExactly(false, true, true, false);
        assertThat(some.get(2).id()).isEqualTo(some.get(0).id());
        assertThat(m.topic("once").stats().accepted()).as("each key once").isEqualTo(3);
        assertThat(m.topic("once").publishAllOnce(List.of())).isEmpty();
    }

    @Test
    void publishOnce_withoutAKey_orMixed_isRefused() {
        assertThatThrownBy(() -> m.topic("once").publishOnce(Message.of("x")))
                .isInstanceOf(MillraceException.Invalid.class)
                .hasMessageContaining("Message.idempotencyKey");
        List<Message> mixed = List.of(Message.of("x").idempotencyKey("k"), Message.of("y"));
        assertThatThrownBy(() -> m.topic("once").publishAll(mixed)).hasMessageContaining("publish them by two calls");
        assertThatThrownBy(() -> m.topic("once").publishAll(List.of(mixed.get(1), mixed.get(0))))
                .hasMessageContaining("publish them by two calls");
        assertThatThrownBy(() -> Message.of("x").idempotencyKey("two words")).hasMessageContaining("visible ASCII");
        assertThatThrownBy(() -> Message.of("x").idempotencyKey("")).hasMessageContaining("1 to 128");
        m.queue("tasks").enqueue(Task.of("t", "x"));
        assertThatThrownBy(() -> m.topic("tasks").publishOnce(Message.of("x").idempotencyKey("k")))
                .isInstanceOf(MillraceException.Invalid.class)
                .hasMessageContaining("is a task queue");
    }
}
