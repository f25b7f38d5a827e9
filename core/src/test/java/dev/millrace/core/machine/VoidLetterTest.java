package dev.millrace.core.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.machine.FlowModel.Step;
import dev.millrace.core.message.Chain;
import dev.millrace.core.message.EnvelopeWriter;
import dev.millrace.core.message.Ids;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A queue is deleted while a step that follows one of its tasks is on its way to another shard. */
class VoidLetterTest {
    private final MachineRig home = new MachineRig(Ids.EPOCH_MILLIS, PlantedBugs.NONE, 0);
    private final MachineRig other = new MachineRig(Ids.EPOCH_MILLIS, PlantedBugs.NONE, 1);
    private long token;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMemberOfABatch_endsOnceHoweverFarItsLetterGot(boolean hasArrived) {
        Topic batches = queue(home, "batches");
        Topic source = queue(home, "source");
        queue(other, "target");
        long batch = put(batches, new EnvelopeWriter().completion(), 0);
        put(source, new EnvelopeWriter().batch("batches", batch)
                .chain(FlowMessages.chain(List.of(new Step("target", "step", Chain.NO_RESULT)))),
                home.machine.tracked().batches().home("batches", batch));
        assertThat(home.machine.ack(lease())).isTrue();
        Mail mail = home.machine.tracked().mail();
        Letter step = letter(mail);
        home.read(step);
        Parcel parcel = mail.address(step, 1);
        if (hasArrived) {
            receive(other, parcel);
        }
        home.machine.deleteTopic(source);

        Letter gone = letter(mail);
        assertThat(gone.isVoid()).isTrue();
        assertThat(mail.isCurrent(step)).isFalse();
        Parcel bare = mail.address(gone, mail.shard(gone));
        assertThat(bare.letter()).isEqualTo(parcel.letter());
        receive(other, bare);
        receive(other, parcel);
        mail.sent(gone, false);
        assertThat(mail.waiting()).isZero();

        assertThat(other.machine.group("target", "workers").ready()).isEqualTo(hasArrived ? 1 : 0);
        Mail back = other.machine.tracked().mail();
        assertThat(back.waiting()).isEqualTo(hasArrived ? 0 : 1);
        if (!hasArrived) {
            receive(home, back.address(letter(back), 0));
        }
        BatchProgress progress = Objects.requireNonNull(home.machine.tracked().batches().progress(batches, batch));
        assertThat(progress.cancelled()).isEqualTo(hasArrived ? 0 : 1);
        assertThat(progress.ended()).isEqualTo(progress.cancelled());
    }

    private static Topic queue(MachineRig rig, String name) {
        Topic topic = rig.machine.createTopic(name, false);
        rig.machine.createGroup(topic, "workers", false, true);
        assertThat(rig.machine.tracked().track(topic)).isTrue();
        return topic;
    }

    private long put(Topic topic, EnvelopeWriter envelope, long batchHome) {
        long id = home.machine.tracked().enqueue(topic, FlowMessages.source(envelope, "task"), 0, batchHome);
        home.machine.finish();
        return id;
    }

    private long lease() {
        home.machine.lease(home.machine.group("source", "workers"), 1, 1_000_000, 1, new DeliverySink() {
            @Override
            public void run(long location, int firstIndex) {
                // its body is not looked at
            }

            @Override
            public void message(long given, int attempts) {
                token = given;
            }
        });
        return token;
    }

    private static Letter letter(Mail mail) {
        return Objects.requireNonNull(mail.letter(mail.numbers()[0]));
    }

    private static void receive(MachineRig rig, Parcel parcel) {
        Mail mail = rig.machine.tracked().mail();
        if (!mail.hasSeen(parcel)) {
            mail.receive(parcel, parcel.isMessage() ? rig.machine.topic(parcel.topic()) : null);
        }
    }
}
