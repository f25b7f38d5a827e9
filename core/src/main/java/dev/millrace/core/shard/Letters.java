package dev.millrace.core.shard;

import dev.millrace.core.machine.Letter;
import dev.millrace.core.machine.Machine;
import dev.millrace.core.machine.Mail;
import dev.millrace.core.machine.Parcel;
import dev.millrace.core.machine.Topic;
import java.nio.ByteBuffer;

/** Makes letters messages of their topics. Owner thread only. */
final class Letters {
    /** As much as the record of a message takes besides its bytes, and what says that its mail has arrived. */
    private static final int RECORD_BYTES = 512;

    private Letters() {}

    /**
     * An {@link Outcome}: OK, also of a letter of which nothing comes; DUPLICATE; STALE when it has to be made anew; or why it
     * has to wait.
     */
    static byte deliver(Shard shard, Letter letter) {
        Mail mail = shard.machine().tracked().mail();
        if (letter.isVoid()) {
            if (!mail.isCurrent(letter)) {
                return Outcome.STALE;
            }
            mail.sent(letter, true);
            return Outcome.OK;
        }
        if (!shard.hasRoom()) {
            return Outcome.NO_ROOM;
        }
        int bytes = letter.message().remaining();
        if (bytes > shard.maxPublishBytes()) {
            return Outcome.LIMIT;
        }
        return letter.replaces() ? replace(shard, letter) : step(shard, letter, bytes);
    }

    private static byte replace(Shard shard, Letter letter) {
        Topic topic = shard.machine().topicOrNull(letter.topic());
        Mail mail = shard.machine().tracked().mail();
        if (topic == null || !mail.isCurrent(letter)) {
            return Outcome.STALE;
        }
        mail.enqueue(letter, topic);
        return Outcome.OK;
    }

    private static byte step(Shard shard, Letter letter, int bytes) {
        Machine machine = shard.machine();
        byte ready = open(shard, letter.topic(), letter.message(), bytes);
        if (ready != Outcome.OK) {
            return ready;
        }
        Topic topic = machine.topic(letter.topic());
        if (!machine.tracked().mail().isCurrent(letter)) {
            return Outcome.STALE;
        }
        if (machine.tracked().holder(topic, letter.message(), 0) != 0) {
            machine.tracked().mail().sent(letter, true);
            return Outcome.DUPLICATE;
        }
        machine.tracked().mail().enqueue(letter, topic);
        return Outcome.OK;
    }

    /** The topic is there, and what follows stands in one batch. */
    private static byte open(Shard shard, String name, ByteBuffer message, int bytes) {
        Machine machine = shard.machine();
        byte opened = Enqueues.open(shard, new TopicRef(name, shard.number()), Enqueues.WORKERS);
        if (opened != Outcome.OK) {
            return opened;
        }
        Topic topic = machine.topic(name);
        byte admitted = shard.quotas().admit(topic, 1, bytes);
        if (admitted != Outcome.OK) {
            return admitted;
        }
        if (!machine.tracked().canTake(topic, message, 0)) {
            return Outcome.LIMIT_TERMS;
        }
        shard.makeRoomFor(bytes + RECORD_BYTES);
        machine.decisions.begin();
        return Outcome.OK;
    }

    /** Takes what another shard sends, once; an {@link Outcome}. */
    static byte receive(Shard shard, Parcel parcel) {
        Mail mail = shard.machine().tracked().mail();
        if (mail.hasSeen(parcel)) {
            return Outcome.OK;
        }
        if (!parcel.isMessage()) {
            shard.makeRoomFor(RECORD_BYTES);
            mail.receive(parcel, null);
            return Outcome.OK;
        }
        if (!shard.hasRoom()) {
            return Outcome.NO_ROOM;
        }
        int bytes = parcel.message().remaining();
        if (bytes > shard.maxPublishBytes()) {
            return Outcome.LIMIT;
        }
        if (!shard.machine().tracked().hasRoom()) {
            return Outcome.LIMIT_TRACKED;
        }
        byte ready = open(shard, parcel.topic(), parcel.message(), bytes);
        if (ready != Outcome.OK) {
            return ready;
        }
        Topic topic = shard.machine().topic(parcel.topic());
        boolean isDuplicate = shard.machine().tracked().holder(topic, parcel.message(), 0) != 0;
        mail.receive(parcel, isDuplicate ? null : topic);
        return Outcome.OK;
    }
}
