package dev.millrace.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.message.EnvelopeWriter;
import dev.millrace.core.message.Ids;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A dead task outlives that its queue is emptied; offered anew it expires when it said. */
final class ExpiryAfterEmptyTest {
    private static final long EXPIRES_MILLIS = 1_000;

    private final MachineRig rig = new MachineRig(Ids.EPOCH_MILLIS);
    private long token;

    @ParameterizedTest
    @CsvSource({"0, false", "60000, false", "0, true", "60000, true"})
    void aDeadTask_redrivenAfterItsQueueWasEmptied_expires(long retentionMillis, boolean restarts) {
        Topic topic = rig.machine.createTopic("mails", false);
        rig.machine.createGroup(topic, "workers", false, true);
        assertThat(rig.machine.tracked().track(topic)).isTrue();
        EnvelopeWriter terms = new EnvelopeWriter().expiresIn(EXPIRES_MILLIS);
        if (retentionMillis > 0) {
            terms.retention(retentionMillis);
        }
        long id = rig.machine.tracked().enqueue(topic, FlowMessages.source(terms, "task"), 0, 0);
        rig.machine.finish();
        lease();
        assertThat(rig.machine.bury(token, "no")).isTrue();
        rig.machine.emptyGroup(group());
        assertThat(rig.machine.tracked().redrive(group(), id)).isEqualTo(Tracked.Answer.DONE);
        if (restarts) {
            rig.closeBatch();
            rig.goOnWith(rig.replayed(null));
        }
        advance(EXPIRES_MILLIS);
        assertThat(group().ready()).as("not early").isEqualTo(1);
        advance(1);
        assertThat(group().ready()).isZero();
        assertThat(group().expired()).isEqualTo(1);
        rig.closeBatch();
        Machine again = rig.replayed(null);
        assertThat(again.digest()).isEqualTo(rig.machine.digest());
        rig.goOnWith(again);
        assertThat(group().expired()).isEqualTo(1);
    }

    private Group group() {
        return rig.machine.group("mails", "workers");
    }

    private void advance(long millis) {
        rig.passTime(millis, millis);
        while (!rig.machine.advance(100)) {
            // a slice
        }
    }

    private void lease() {
        rig.machine.lease(group(), 1, rig.machine.after(500), 1, new DeliverySink() {
            @Override
            public void run(long location, int firstIndex) {
                // its body is not looked at
            }

            @Override
            public void message(long given, int attempts) {
                token = given;
            }
        });
    }
}
