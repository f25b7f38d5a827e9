package dev.millrace.api.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.DeadLetter;
import dev.millrace.api.DeadLetters;
import dev.millrace.api.Delivery;
import dev.millrace.api.Group;
import dev.millrace.api.GroupStart;
import dev.millrace.api.GroupStats;
import dev.millrace.api.Message;
import dev.millrace.api.MessageId;
import dev.millrace.api.MillraceException.Invalid;
import dev.millrace.api.MillraceException.NotFound;
import dev.millrace.api.Page;
import dev.millrace.api.RetryPolicy;
import dev.millrace.api.Subscription;
import dev.millrace.api.Topic;
import dev.millrace.api.TopicStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Topics, groups and dead letters. */
public abstract class AdministrationContract extends ContractBase {
    @Test
    void create_saysWhetherItIsNew() {
        assertThat(m.topic("orders").create()).isTrue();
        assertThat(m.topic("orders").create()).isFalse();
        assertThat(get(m.topic("bills").createAsync())).isTrue();
        assertThat(group("orders", "mail").create()).isTrue();
        assertThat(get(group("orders", "mail").createAsync(GroupStart.NOW))).isFalse();
        assertThat(m.topics()).extracting(TopicStats::name).containsExactly("bills", "orders");
        assertThat(get(m.topicsAsync())).hasSize(2);
    }

    @Test
    void groupStart_decidesWhatANewGroupGets() {
        Topic orders = m.topic("orders");
        orders.publish("before");
        group("orders", "first").create();
        group("orders", "now").create(GroupStart.NOW);
        assertThat(group("orders", "first").stats().ready()).isEqualTo(1);
        assertThat(group("orders", "now").stats().ready()).isZero();
        orders.publish("after");
        assertThat(pullOne(group("orders", "now")).text()).isEqualTo("after");
        assertThat(pullOne(group("orders", "first")).text()).isEqualTo("before");
    }

    @Test
    void whatIsMissing_isNamed() {
        assertThatThrownBy(() -> m.topic("none").delete()).isInstanceOf(NotFound.class).hasMessageContaining("none");
        assertThatThrownBy(() -> m.topic("none").stats()).isInstanceOf(NotFound.class).hasMessageContaining("none");
        m.topic("orders").create();
        assertThatThrownBy(() -> group("orders", "none").pause()).isInstanceOf(NotFound.class)
                .hasMessageContaining("none");
        assertThatThrownBy(() -> group("orders", "none").stats()).isInstanceOf(NotFound.class)
                .hasMessageContaining("none");
        assertThatThrownBy(() -> group("orders", "none").deadLetters().list()).isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> get(group("orders", "none").retryPolicyAsync(RetryPolicy.ofAttempts(3))))
                .isInstanceOf(NotFound.class);
    }

    @Test
    void names_thatNoProtocolCanSpell_areRefused() {
        for (String name : List.of("", "a b", "ü", "x".repeat(65), "a/b", "#ephemeral")) {
            assertThatThrownBy(() -> m.topic(name)).isInstanceOf(Invalid.class).hasMessageContaining("valid name");
            assertThatThrownBy(() -> m.topic("orders").group(name)).isInstanceOf(Invalid.class);
        }
    }

    @Test
    void pauseTopic_keepsWhatIsPublished_untilResume() {
        Group mail = group("orders", "mail");
        mail.create();
        m.topic("orders").pause();
        m.topic("orders").publish("a");
        assertThat(m.topic("orders").stats().paused()).isTrue();
        assertThat(m.topic("orders").stats().waiting()).isEqualTo(1);
        assertThat(mail.pull(1, MOMENT, LONG)).isEmpty();
        get(m.topic("orders").resumeAsync());
        assertThat(pullOne(mail).text()).isEqualTo("a");
        get(m.topic("orders").pauseAsync());
        assertThat(m.topic("orders").stats().paused()).isTrue();
        m.topic("orders").resume();
        assertThat(get(m.topic("orders").statsAsync()).paused()).isFalse();
    }

    @Test
    void pauseGroup_deliversNothing_untilResume() {
        Group mail = group("orders", "mail");
        mail.create();
        mail.pause();
        m.topic("orders").publish("a");
        assertThat(mail.pull(1, MOMENT, LONG)).isEmpty();
        assertThat(mail.stats().paused()).isTrue();
        mail.resume();
        assertThat(pullOne(mail).text()).isEqualTo("a");
        get(mail.pauseAsync());
        get(mail.resumeAsync());
        assertThat(get(mail.statsAsync()).paused()).isFalse();
    }

    @Test
    void empty_purgesWhatWaits() {
        Group mail = group("orders", "mail");
        mail.create();
        m.topic("orders").publishAll(List.of(Message.of("a"), Message.of("b"), Message.of("c").delay(LONG)));
        mail.empty();
        assertThat(mail.stats().purged()).isEqualTo(2);
        assertThat(mail.stats().ready()).isZero();
        assertThat(m.topic("orders").stats().scheduled()).isEqualTo(1);
        m.topic("orders").empty();
        assertThat(m.topic("orders").stats().scheduled()).isZero();
        get(mail.emptyAsync());
        get(m.topic("orders").emptyAsync());
        assertThat(mail.stats().purged()).isEqualTo(2);
    }

    @Test
    void deleteGroup_endsItsSubscriptionsWithTheReason() {
        Subscription subscription = group("orders", "mail").subscribe(order -> {
            // only there
        });
        group("orders", "mail").delete();
        assertThatThrownBy(() -> get(subscription.ended())).isInstanceOf(NotFound.class).hasMessageContaining("mail");
        assertThat(m.topic("orders").stats().groups()).isEmpty();
        subscription.close();
        get(m.topic("orders").deleteAsync());
        assertThat(m.topics()).isEmpty();
    }

    @Test
    void deleteTopic_takesItsGroupsAlong() {
        Group mail = group("orders", "mail");
        m.topic("orders").publish("a");
        Delivery held = pullOne(mail);
        m.topic("orders").delete();
        assertThat(m.topics()).isEmpty();
        assertThatThrownBy(held::ack).isInstanceOf(dev.millrace.api.MillraceException.class);
        m.topic("orders").publish("b");
        get(group("orders", "mail").createAsync(GroupStart.EARLIEST));
        assertThat(pullOne(mail).text()).isEqualTo("b");
        get(mail.deleteAsync());
    }

    @Test
    void retryPolicy_isShownInTheStatistics() {
        Group mail = group("orders", "mail");
        mail.create();
        RetryPolicy policy = new RetryPolicy(5, Duration.ofMillis(10), Duration.ofSeconds(3));
        mail.retryPolicy(policy);
        assertThat(mail.stats().retryPolicy()).isEqualTo(policy);
    }

    @Test
    void conservation_everythingOfferedIsSomewhere() {
        Group mail = group("orders", "mail");
        m.topic("orders").publishAll(IntStream.range(0, 50).mapToObj(i -> Message.of("m" + i)).toList());
        List<Delivery> held = pull(mail, 30);
        for (int i = 0; i < 10; i++) {
            held.get(i).ack();
            held.get(10 + i).bury("x");
        }
        held.get(20).retry(LONG);
        GroupStats stats = mail.stats();
        assertThat(stats.offered()).isEqualTo(50);
        assertThat(List.of(stats.done(), stats.dead(), stats.retrying(), stats.leased(), stats.ready()))
                .containsExactly(10L, 10L, 1L, 9L, 20L);
    }

    // ---- dead letters ----

    private List<MessageId> bury(Group group, int count) {
        m.topic(group.topic()).publishAll(IntStream.range(0, count).mapToObj(i -> Message.of("m" + i)).toList());
        List<Delivery> held = pull(group, count);
        held.forEach(one -> one.bury("error of " + one.text()));
        return held.stream().map(Delivery::id).toList();
    }

    @Test
    void deadLetters_comeInPagesOldestFirst() {
        Group mail = group("orders", "mail");
        List<MessageId> ids = bury(mail, 25);
        List<MessageId> seen = new ArrayList<>();
        Page<DeadLetter> page = mail.deadLetters().list("", 10);
        assertThat(page.items()).hasSize(10);
        page.items().forEach(letter -> seen.add(letter.id()));
        while (page.next().isPresent()) {
            page = get(mail.deadLetters().listAsync(page.next().get(), 10));
            page.items().forEach(letter -> seen.add(letter.id()));
        }
        assertThat(seen).containsExactlyElementsOf(ids);
        assertThatThrownBy(() -> mail.deadLetters().list("nonsense", 10)).isInstanceOf(Invalid.class);
        assertThatThrownBy(() -> mail.deadLetters().list("", 0)).isInstanceOf(Invalid.class);
    }

    @Test
    void deadLetters_areReplayedWithAttemptsFromTheBeginning() {
        Group mail = group("orders", "mail");
        List<MessageId> ids = bury(mail, 5);
        DeadLetters dead = mail.deadLetters();
        assertThat(dead.replay(List.of(ids.get(1), ids.get(3), new MessageId(12345)))).isEqualTo(2);
        assertThat(pull(mail, 2)).allMatch(again -> again.attempt() == 1)
                .extracting(Delivery::id)
                .containsExactlyInAnyOrder(ids.get(1), ids.get(3));
        assertThat(get(dead.replayAsync(List.of(ids.get(0))))).isEqualTo(1);
        assertThat(dead.replay(List.of())).isZero();
        assertThat(dead.replayAll()).isEqualTo(2);
        assertThat(get(dead.replayAllAsync())).isZero();
        assertThat(pull(mail, 3)).hasSize(3);
        assertThat(mail.stats().dead()).isZero();
    }

    @Test
    void deadLetters_arePurgedForGood() {
        Group mail = group("orders", "mail");
        List<MessageId> ids = bury(mail, 5);
        DeadLetters dead = mail.deadLetters();
        assertThat(dead.purge(List.of(ids.get(0)))).isEqualTo(1);
        assertThat(dead.purge(List.of())).isZero();
        assertThat(get(dead.purgeAsync(List.of(ids.get(1))))).isEqualTo(1);
        assertThat(dead.list().items()).extracting(DeadLetter::id).containsExactlyElementsOf(ids.subList(2, 5));
        assertThat(dead.purgeAll()).isEqualTo(3);
        assertThat(get(dead.purgeAllAsync())).isZero();
        assertThat(mail.stats().dead()).isZero();
        assertThat(mail.stats().purged()).isEqualTo(5);
    }
}
