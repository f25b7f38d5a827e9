package dev.millrace.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.message.BodyLayout;
import dev.millrace.core.message.Ids;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sizes and turns of events that random commands do not reach. */
final class MachineEdgesTest {
    private static final long WALL = Ids.EPOCH_MILLIS + 1_000_000;

    private final MachineRig rig = new MachineRig(WALL);
    private final Topic topic = rig.machine.createTopic("orders", false);
    private final Group group = rig.machine.createGroup(topic, "mail", false, true);
    private final List<Long> tokens = new ArrayList<>();
    private final List<Integer> attempts = new ArrayList<>();
    private final List<Long> ids = new ArrayList<>();

    private void publish(int count, int bytes) {
        List<byte[]> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bodies.add(new byte[bytes]);
        }
        rig.machine.publish(topic, MachineRig.bodies(bodies), 0, count);
        rig.machine.finish();
    }

    private void publishChunks(int chunks) {
        for (int i = 0; i < chunks; i++) {
            publish(1, 1);
        }
    }

    private int lease(Group from, int max) {
        return lease(from, max, 1);
    }

    private int lease(Group from, int max, int consumer) {
        tokens.clear();
        attempts.clear();
        ids.clear();
        return rig.machine.lease(from, consumer, rig.machine.after(1_000), max, new DeliverySink() {
            private long location;
            private int index;

            @Override
            public void run(long at, int first) {
                location = at;
                index = first;
            }

            @Override
            public void message(long token, int attempt) {
                tokens.add(token);
                attempts.add(attempt);
                ids.add(rig.read(location, index++).id);
            }
        });
    }

    @Test
    void publish_ofMoreThanARecordHolds_isSplitAndKeepsItsIdsInOneRow() {
        int count = 2 * BodyLayout.MAX_COUNT + 100;
        List<byte[]> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bodies.add(new byte[]{(byte) i});
        }
        long first = rig.machine.publish(topic, MachineRig.bodies(bodies), 0, count);
        rig.machine.finish();
        assertThat(topic.chunks.size()).isEqualTo(3);
        assertThat(lease(group, count)).isEqualTo(count);
        for (int i = 0; i < count; i++) {
            assertThat(ids.get(i)).isEqualTo(Ids.plus(first, i));
        }
    }

    @Test
    void publish_whenTheWallClockGoesOnOrBack_idsStillRise() {
        long last = 0;
        for (long change : new long[]{0, 50, -40_000, 1, 0, 90_000, -1}) {
            rig.passTime(1, change);
            long id = rig.machine.publish(topic, MachineRig.bodies(List.of(new byte[1], new byte[1])), 0, 2);
            assertThat(id).isGreaterThan(last);
            last = Ids.next(id);
        }
    }

    @Test
    void attempts_areHeldAt65535() {
        publish(1, 1);
        lease(group, 1);
        for (int i = 1; i < 65_540; i++) {
            rig.machine.retry(tokens.getFirst(), 0);
            lease(group, 1);
        }
        assertThat(attempts).containsExactly(65_535);
    }

    @Test
    void leaseOfNobody_whoseTimeWasOverAtARestart_getsTenSecondsMore() {
        publish(1, 1);
        lease(group, 1, Machine.NOBODY);
        long token = tokens.getFirst();
        rig.closeBatch();
        rig.passTime(5_000, 5_000);
        rig.goOnWith(rig.replayed(null));
        rig.passTime(Machine.RESUME_MILLIS - 1, 0);
        rig.machine.advance(100);
        assertThat(rig.machine.isLeased(token)).isTrue();
        rig.passTime(1, 0);
        rig.machine.advance(100);
        assertThat(rig.machine.isLeased(token)).isFalse();
    }

    @Test
    void jitter_shortensBackoffsByUpToItsShare_theSameForTheSameAttempt() {
        rig.machine.operations().policy(group, new Backoff(0, 1_000, 1_000, 40));
        publish(200, 1);
        lease(group, 200);
        rig.machine.endConsumer(1, 200);
        List<Long> dues = new ArrayList<>();
        rig.state().waiting.forEach((handle, due, id, payload) -> dues.add(due - rig.machine.after(0)));

        assertThat(dues).hasSize(200).allMatch(delay -> delay >= 600 && delay <= 1_000);
        assertThat(new HashSet<>(dues)).as("spread").hasSizeGreaterThan(100);
        rig.closeBatch();
        assertThat(ModelCheck.content(rig.replayed(null))).isEqualTo(ModelCheck.content(rig.machine));
    }

    @Test
    void policyOfTheFirstVersion_hasNoJitter() {
        rig.closeBatch();
        Machine old = rig.replayed(null);
        ByteBuffer record = ByteBuffer.allocate(32)
                .put(Records.GROUP_POLICY)
                .put((byte) 1)
                .putShort((short) 0)
                .putInt(32)
                .putInt(group.number)
                .putInt(7)
                .putLong(10)
                .putLong(20)
                .flip();
        new Replayer(old).batch(0, record);

        Group found = old.group(topic.name(), group.name());
        assertThat(List.of(found.maxAttempts(), (int) found.minBackoffMillis(), (int) found.maxBackoffMillis(),
                found.jitterPercent())).containsExactly(7, 10, 20, 0);
    }

    @Test
    void notes_atTheirCeiling_areLeftOutAndCounted() {
        rig.machine.limit(new Ceilings(10, 10, 2, 10));
        publish(3, 1);
        lease(group, 3);
        for (long token : tokens) {
            assertThat(rig.machine.bury(token, "no")).isTrue();
        }
        assertThat(rig.machine.attempts().kept()).isEqualTo(2);
        assertThat(rig.machine.attempts().leftOut()).isEqualTo(1);
        DeadList list = rig.machine.deadList(group);
        assertThat(list.attemptLocations(2)).isEmpty();
        assertThat(list.lastAttempt(2).reason()).isEqualTo("buried");
        rig.machine.purgeDead(group, 0);
        assertThat(rig.machine.attempts().kept()).isEqualTo(1);
    }

    @Test
    void retries_atTheirCeiling_comeBackAtOnce_andDeferralsHaveTheirOwn() {
        rig.machine.limit(new Ceilings(1, 1, 0, 1));
        publish(2, 1);
        lease(group, 2);
        tokens.forEach(token -> assertThat(rig.machine.retry(token, 1_000)).isTrue());
        assertThat(rig.machine.retrying()).isEqualTo(1);
        assertThat(rig.machine.retriesAtOnce()).isEqualTo(1);
        assertThat(group.ready()).isEqualTo(1);
        assertThat(rig.machine.canDefer()).isTrue();
        rig.machine.defer(topic, MachineRig.bodies(List.of(new byte[1])), 0, rig.machine.after(10));
        assertThat(rig.machine.canDefer()).isFalse();
        rig.passTime(2_000, 0);
        rig.machine.advance(100);
        assertThat(rig.machine.canDefer()).isTrue();
        assertThat((rig.machine.retrying() + rig.machine.deferred())).isZero();
    }

    @Test
    void oldChunks_areDropped_butNotWhatIsWithAWorker() {
        publish(4, 1);
        lease(group, 1);
        rig.passTime(10_000, 10_000);
        publish(2, 1);
        Retention retention = rig.machine.retention();
        assertThat(retention.isOlderThan(topic, WALL + 5_000)).isTrue();
        assertThat(retention.olderThan(topic, WALL + 5_000)).isTrue();
        assertThat(retention.isOlderThan(topic, WALL + 5_000)).isFalse();
        assertThat(List.of(group.dropped(), group.ready(), group.leased())).containsExactly(3L, 2L, 1L);
        assertThat(rig.machine.ack(tokens.getFirst())).isTrue();
        ModelCheck.conservation(rig.machine);
        StateLaws.check(rig.machine);
    }

    @Test
    void bytes_areFreedByWholeChunks_oldestFirst() {
        publishChunks(10);
        long each = topic.keptBytes() / 10;
        assertThat(rig.machine.retention().bytes(topic, 2 * each + 1)).isTrue();
        MachineRig.settle(rig.machine);
        assertThat(group.dropped()).isEqualTo(3);
        assertThat(topic.keptBytes()).isEqualTo(7 * each);
        rig.machine.pauseTopic(topic, true);
        publishChunks(5);
        assertThat(rig.machine.retention().bytes(topic, 10 * each)).isFalse();
        assertThat(List.of(group.ready(), group.dropped())).containsExactly(0L, 10L);
        StateLaws.check(rig.machine);
    }

    @Test
    void deletedTopic_whoseRetryWaits_forgetsItWhenItIsDue() {
        publishChunks(5_000);
        lease(group, 5_000);
        rig.machine.retry(tokens.getFirst(), 50);
        rig.machine.deleteTopic(topic);
        MachineRig.settle(rig.machine);
        rig.passTime(100, 100);
        assertThat(rig.machine.advance(100)).isTrue();
        assertThat((rig.machine.retrying() + rig.machine.deferred())).isZero();
        for (long token : tokens) {
            assertThat(rig.machine.ack(token)).isFalse();
        }
        assertThat(rig.machine.leases()).isZero();
        StateLaws.check(rig.machine);
    }

    @Test
    void pagesOfDoneChunks_areGivenBack() {
        publishChunks(10_000);
        long full = topic.chunks.memoryBytes();
        while (lease(group, 500) > 0) {
            tokens.forEach(rig.machine::ack);
        }
        MachineRig.settle(rig.machine);
        assertThat(topic.chunks.memoryBytes()).isLessThan(full / 2);
        StateLaws.check(rig.machine);
    }

    @Test
    void lease_ofOneAtATime_takesGivenBackAndFreshInTurn() {
        publish(100, 1);
        lease(group, 1);
        long poison = ids.getFirst();
        int fresh = 0;
        for (int i = 0; i < 20; i++) {
            for (int at = 0; at < tokens.size(); at++) {
                if (ids.get(at) == poison) {
                    rig.machine.retry(tokens.get(at), 0);
                } else {
                    rig.machine.ack(tokens.get(at));
                    fresh++;
                }
            }
            lease(group, 1);
        }
        assertThat(fresh).isBetween(8, 12);
    }

    @Test
    void ack_ofAPurgedMessage_isRefusedAndEndsItsLease() {
        publish(3, 1);
        lease(group, 3);
        rig.machine.emptyGroup(group);
        assertThat(rig.machine.ack(tokens.get(0))).isFalse();
        assertThat(rig.machine.retry(tokens.get(1), 10)).isFalse();
        assertThat(rig.machine.bury(tokens.get(2), "no")).isFalse();
        assertThat(rig.machine.leases()).isZero();
        assertThat((rig.machine.retrying() + rig.machine.deferred())).isZero();
        StateLaws.check(rig.machine);
        ModelCheck.conservation(rig.machine);
    }

    @Test
    void group_emptiedManyTimes_neverTakesAnOldRetryForAPresentOne() {
        publish(1, 1);
        lease(group, 1);
        rig.machine.retry(tokens.getFirst(), 1_000_000);
        for (int i = 0; i < 256; i++) {
            rig.machine.emptyGroup(group);
        }
        rig.passTime(2_000_000, 0);
        rig.machine.advance(10);
        assertThat(group.ready()).isZero();
        ModelCheck.conservation(rig.machine);
    }

    @Test
    void topic_emptiedManyTimes_neverTakesAnOldDeferralForAPresentOne() {
        rig.machine.defer(topic, MachineRig.bodies(List.of(new byte[1])), 0, 1_000_000);
        for (int i = 0; i < 256; i++) {
            rig.machine.emptyTopic(topic);
        }
        rig.passTime(2_000_000, 0);
        rig.machine.advance(10);
        assertThat(topic.joined()).isZero();
        ModelCheck.conservation(rig.machine);
    }

    @Test
    void topic_emptiedWhilePaused_losesWhatThePauseHeldBack_andNothingElse() {
        publish(3, 1);
        lease(group, 1);
        Group drained = rig.machine.createGroup(topic, "drained", false, false);
        for (int round = 0; round < 2; round++) {
            rig.machine.pauseTopic(topic, true);
            publish(2, 1);
            rig.machine.emptyTopic(topic);
            assertThat(topic.waiting()).isZero();
            publish(1, 1);
            rig.machine.emptyTopic(topic);
            rig.machine.pauseTopic(topic, false);
        }
        Group early = rig.machine.createGroup(topic, "early", false, true);
        publish(1, 1);

        assertThat(List.of(group.ready(), group.purged(), drained.ready(), drained.purged(), early.ready(),
                early.purged())).containsExactly(3L, 6L, 1L, 6L, 3L, 6L);
        rig.closeBatch();
        assertThat(ModelCheck.content(rig.replayed(null))).isEqualTo(ModelCheck.content(rig.machine));
        StateLaws.check(rig.machine);
        ModelCheck.conservation(rig.machine);
        lease(group, 10);
        assertThat(group.ready()).isZero();
        assertThat(topic.gaps.isEmpty()).as("early still has them before it").isFalse();
        lease(early, 10);
        lease(drained, 10);
        assertThat(topic.gaps.isEmpty()).isTrue();
        StateLaws.check(rig.machine);
        ModelCheck.conservation(rig.machine);
    }

    @Test
    void longErrors_areCutBetweenCharacters() {
        publish(2, 1);
        lease(group, 2);
        rig.machine.bury(tokens.getFirst(), "x".repeat(398) + "\uD83D\uDE00 and more");
        rig.machine.bury(tokens.get(1), "x".repeat(399) + "\uD83D");
        rig.closeBatch();
        assertThat(ModelCheck.content(rig.replayed(null))).isEqualTo(ModelCheck.content(rig.machine));
        DeadList list = rig.machine.deadList(group);
        assertThat(rig.attempt(list.attemptLocations(0)[0]).error()).isEqualTo("x".repeat(398));
        assertThat(rig.attempt(list.attemptLocations(1)[0]).error()).isEqualTo("x".repeat(399) + "?");
    }

    @Test
    void longDelays_areBoundedAndNotEarly() {
        publish(1, 1);
        lease(group, 1);
        rig.machine.retry(tokens.getFirst(), Long.MAX_VALUE);
        rig.machine.defer(topic, MachineRig.bodies(List.of(new byte[1])), 0, rig.machine.after(Long.MAX_VALUE));
        rig.passTime(Machine.MAX_DELAY_MILLIS, 0);
        rig.machine.advance(10);
        assertThat((rig.machine.retrying() + rig.machine.deferred())).isEqualTo(2);
        rig.passTime(1, 0);
        rig.machine.advance(10);
        assertThat((rig.machine.retrying() + rig.machine.deferred())).isZero();
    }

    @Test
    void largeMessage_takesARecordOfItsOwnAndIsReadBack() {
        publish(3, 600_000);
        publish(1, 3_000_000);
        assertThat(lease(group, 10)).isEqualTo(4);
        ByteBuffer bytes = rig.read(topic.chunks.location(topic.chunks.size() - 1), 0).bytes;
        assertThat(bytes.capacity()).isGreaterThan(3_000_000);
    }

    private List<Long> bodyIds(Group of, int max) {
        lease(of, max);
        tokens.forEach(rig.machine::ack);
        return List.copyOf(ids);
    }

    @Test
    void history_isKept_forAReplay_untilItIsTooOldOrTooMuch() {
        rig.machine.operations().history(topic, 10_000, 0);
        publishChunks(3);
        rig.passTime(6_000, 6_000);
        publishChunks(3);
        List<Long> all = bodyIds(group, 6);
        MachineRig.settle(rig.machine);
        assertThat(topic.history()).isEqualTo(6);
        assertThat(rig.machine.operations().replay(group, 0)).isEqualTo(6);
        assertThat(bodyIds(group, 10)).isEqualTo(all);

        rig.passTime(5_000, 5_000);
        assertThat(rig.machine.retention().history(topic, rig.wallMillis)).isTrue();
        MachineRig.settle(rig.machine);
        assertThat(rig.machine.operations().replay(group, 0)).isEqualTo(3);
        assertThat(bodyIds(group, 10)).isEqualTo(all.subList(3, 6));

        rig.machine.operations().history(topic, 0, topic.keptBytes() / 3);
        assertThat(rig.machine.retention().history(topic, rig.wallMillis)).isTrue();
        MachineRig.settle(rig.machine);
        assertThat(topic.history()).isEqualTo(1);
        rig.machine.operations().history(topic, 0, 0);
        MachineRig.settle(rig.machine);
        assertThat(topic.keptBytes()).isZero();
        assertThat(rig.machine.operations().replay(group, 0)).isZero();
        assertThat(group.offered()).isEqualTo(15).isEqualTo(group.done());
    }

    @Test
    void replay_startsAtATime_orAtAnId() {
        rig.machine.operations().history(topic, 3_600_000, 0);
        publish(4, 1);
        rig.passTime(10_000, 10_000);
        long instant = rig.wallMillis;
        long deferred = rig.machine.defer(topic, MachineRig.bodies(List.of(new byte[1])), 0, rig.machine.after(1));
        rig.passTime(2, 2);
        rig.machine.advance(10);
        publish(2, 1);
        List<Long> all = bodyIds(group, 10);
        Operations operations = rig.machine.operations();

        assertThat(all).hasSize(7).contains(deferred);
        assertThat(operations.seqAt(topic, 0)).isZero();
        assertThat(operations.seqAt(topic, instant)).as("what was deferred goes with what follows").isEqualTo(4);
        assertThat(operations.seqAt(topic, rig.wallMillis + 1)).isEqualTo(7);
        for (int i = 0; i < 7; i++) {
            assertThat(operations.seqOf(topic, all.get(i))).isEqualTo(all.get(i) == deferred ? -1 : i);
        }
        assertThat(operations.seqOf(topic, all.get(6) + 1)).isEqualTo(-1);
        assertThat(operations.replay(group, operations.seqOf(topic, all.get(2)))).isEqualTo(5);
        assertThat(bodyIds(group, 10)).isEqualTo(all.subList(2, 7));
    }

    @Test
    void replay_withWorkUnderWay_purgesIt_andItsTokensAreStale() {
        rig.machine.operations().history(topic, 3_600_000, 0);
        publish(4, 1);
        lease(group, 2);
        List<Long> held = List.copyOf(tokens);
        assertThat(rig.machine.operations().underWay(group)).isEqualTo(2);
        assertThat(rig.machine.operations().replay(group, 1)).isEqualTo(3);
        assertThat(rig.machine.ack(held.getFirst())).isFalse();
        assertThat(bodyIds(group, 10)).hasSize(3);
        ModelCheck.conservation(rig.machine);
    }

    @Test
    void deadLetter_whoseMessageWasReplayed_isOnlyRemovedWhenItIsPutBack() {
        rig.machine.operations().history(topic, 3_600_000, 0);
        publish(2, 1);
        lease(group, 2);
        tokens.forEach(token -> rig.machine.bury(token, "no"));
        assertThat(rig.machine.operations().replay(group, 1)).isEqualTo(1);

        assertThat(rig.machine.redrive(group, 1)).isTrue();
        assertThat(List.of(group.redriven(), group.purged(), group.ready(), group.dead()))
                .as("redriven, purged, ready, dead")
                .containsExactly(0L, 1L, 1L, 1L);
        assertThat(rig.machine.redrive(group, 0)).isTrue();
        assertThat(List.of(group.redriven(), group.ready(), group.dead())).containsExactly(1L, 2L, 0L);
        ModelCheck.conservation(rig.machine);
    }

    @Test
    void deadJob_goesOnAfterARestart() {
        publish(10, 1);
        lease(group, 10);
        tokens.forEach(token -> rig.machine.bury(token, null));
        rig.machine.operations().startDeadJob(group, DeadJob.REPLAY);
        assertThat(rig.machine.operations().startDeadJob(group, DeadJob.PURGE)).isFalse();
        assertThat(rig.machine.advance(3)).isFalse();
        MemorySnapshot snapshot = rig.snapshot();
        while (!snapshot.goOn(100)) {
            // the next slice
        }
        for (MemorySnapshot from : Arrays.asList(null, snapshot)) {
            Machine replayed = rig.replayed(from);
            Group again = replayed.group("orders", "mail");
            assertThat(List.of(again.deadJob().total(), again.deadJob().left(), again.dead())).containsExactly(10L, 7L,
                    7L);
        }
        rig.goOnWith(rig.replayed(snapshot));
        while (!rig.machine.advance(3)) {
            // the next slice
        }
        Group again = rig.machine.group("orders", "mail");
        assertThat(List.of(again.deadJob().left(), again.dead(), again.ready())).containsExactly(0L, 0L, 10L);
    }

    @Test
    void snapshot_thatWasFalsified_isNotWhatItsHashSays() {
        publish(10, 1);
        lease(group, 3);
        tokens.forEach(rig.machine::ack);
        MemorySnapshot snapshot = rig.snapshot();
        while (!snapshot.goOn(100)) {
            // the next slice
        }
        ByteBuffer bytes = snapshot.content();
        int done = Long.BYTES;
        while (bytes.getLong(done) != 3 || bytes.getLong(done - Long.BYTES) != 0
                || bytes.getLong(done + Long.BYTES) != 0) {
            done += Long.BYTES; // until leased or retrying 0, done 3, dead 0
        }
        MachineCheck falsified = new MachineCheck(0, MachineRig.SEGMENT_BYTES);
        falsified.target().snapshot(MemorySnapshot.reader(bytes.putLong(done, 4), 0));
        assertThat(falsified.problems()).anyMatch(problem -> problem.contains("the state that its hash is of"));
        MachineCheck check = new MachineCheck(0, MachineRig.SEGMENT_BYTES);
        check.target().snapshot(snapshot.reader());
        assertThat(check.problems()).isEmpty();
    }
}
