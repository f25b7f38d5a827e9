package dev.millrace.core.machine;

import dev.millrace.core.message.Envelope;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What has to leave a shard, or to become another message of it, because of something that happened: the next step of a
 * chain, messages that are delivered together, the end of a batch. Decides and writes records; {@link Posting} applies them.
 *
 * <p>
 * A mail is there from the record that made it necessary until {@link #sent}, which stands in the same batch of the log as
 * the message that was made of it: so there is exactly one such message, whatever happens between. Thread safety: owner
 * thread only.
 */
public final class Mail {
    static final int EPOCH_SHIFT = 32;

    private final Machine machine;
    private final State state;
    private final Applier applier;
    private long epoch;

    Mail(Machine machine) {
        this.machine = machine;
        state = machine.state;
        applier = machine.applier;
    }

    /** Says which shard this is; before anything is replayed. */
    public void shard(int number) {
        state.shard = number;
    }

    /** Says which opening of the log this is; each has a larger number than all before. */
    public void epoch(long number) {
        epoch = number;
    }

    /** Mails that have not arrived. */
    public long waiting() {
        return state.mail.size();
    }

    /** Numbers of all of them, the oldest first. */
    public long[] numbers() {
        return state.mail.rows.keys();
    }

    /** A mail as it is now, to be made into a message; null when it has arrived. */
    public @Nullable Letter letter(long number) {
        machine.finish();
        MailTable mail = state.mail;
        if (!mail.rows.contains(number)) {
            return null;
        }
        int kind = mail.kind(number);
        if (kind == MailTable.MEMBERS) {
            return letter(number, kind, "", Letter.Sources.NONE, null);
        }
        Topic topic = state.topicOrNull(mail.topic(number));
        Group group = topic == null ? null : state.groupOrNull(mail.group(number));
        if (topic == null) {
            return letter(number, kind, "", Letter.Sources.NONE, null);
        }
        long seq = mail.seq(number);
        if (kind == MailTable.STEP) {
            NoteTable results = group == null || group.removed ? null : group.tracking().mailed;
            long key = results == null ? 0 : results.fullKey(seq, Output.RESULT);
            long result = results == null || key == 0 ? 0 : results.get(key);
            Letter step = letter(number, kind, "", sources(topic, new long[]{seq}, new int[]{1}, result), null);
            step.isMember = mail.rows.get(number, MailTable.BATCH) != 0;
            return step;
        }
        if (group == null || group.removed) {
            return letter(number, kind, "", Letter.Sources.NONE, null);
        }
        return kind == MailTable.COMPLETION ? completion(number, group, seq) : gathered(number, group);
    }

    private Letter letter(long number, int kind, String topic, Letter.Sources from, @Nullable BatchProgress counts) {
        int most = (int) Math.min(Letter.MAX_GATHERED_BYTES, state.segments.segmentBytes() / 4);
        return new Letter(number, kind, topic, from, counts, most);
    }

    private Letter completion(long number, Group group, long seq) {
        Tracking tracking = group.tracking();
        if (tracking.stateOf(seq) != Tracking.HELD) {
            return letter(number, MailTable.COMPLETION, "", Letter.Sources.NONE, null);
        }
        long id = tracking.rows.get(seq + 1, Tracking.ID);
        return letter(number, MailTable.COMPLETION, group.topic.name,
                sources(group.topic, new long[]{seq}, new int[]{1}, 0), group.topic.keys().batches.progress(id));
    }

    private Letter gathered(long number, Group group) {
        long left = state.mail.rows.get(number, MailTable.PLACES);
        long[] seqs = new long[(int) left];
        int[] places = new int[(int) left];
        int found = 0;
        Tracking tracking = group.tracking();
        long at = state.mail.seq(number) + 1;
        for (int place = 1; place <= left && tracking.rows.contains(at); place++) {
            if (tracking.stateOf(at - 1) == Tracking.GATHERED) {
                seqs[found] = at - 1;
                places[found++] = place;
            }
            at = tracking.rows.get(at, Tracking.LINK);
        }
        return letter(number, MailTable.GATHERED, group.topic.name,
                sources(group.topic, Arrays.copyOf(seqs, found), Arrays.copyOf(places, found), 0), null);
    }

    private static Letter.Sources sources(Topic topic, long[] seqs, int[] places, long result) {
        ChunkTable chunks = topic.chunks;
        long[] locations = new long[seqs.length + (result == 0 ? 0 : 1)];
        int[] indexes = new int[seqs.length];
        for (int i = 0; i < seqs.length; i++) {
            int ordinal = chunks.find(seqs[i]);
            locations[i] = chunks.location(ordinal);
            indexes[i] = (int) (seqs[i] - chunks.firstSeq(ordinal));
        }
        if (result != 0) {
            locations[seqs.length] = result;
        }
        return new Letter.Sources(seqs, places, locations, indexes);
    }

    /** Whether what the letter was made of is still so: none of it was cancelled or has expired since. */
    public boolean isCurrent(Letter letter) {
        Letter now = letter(letter.number);
        if (now == null || now.isVoid() != letter.isVoid()) {
            return false;
        }
        int length = letter.kind == MailTable.GATHERED ? letter.taken : letter.seqs.length;
        return now.seqs.length >= length && Arrays.equals(letter.seqs, 0, length, now.seqs, 0, length);
    }

    /**
     * The letter has become a message, by a record that stands before this one in the same batch; or nothing comes of it.
     *
     * @param dropped
     *            nothing: it is void or silent, or another message holds its unique key
     */
    public void sent(Letter letter, boolean dropped) {
        machine.finish();
        if (letter.kind == MailTable.STEP && applier.bugs.has(PlantedBugs.Bug.MAIL_NOT_FORGOTTEN)) {
            return;
        }
        int places = 0;
        if (letter.kind == MailTable.GATHERED) {
            boolean all = letter.taken == letter.seqs.length;
            places = all ? (int) state.mail.rows.get(letter.number, MailTable.PLACES) : letter.places[letter.taken - 1];
        }
        int outcome = dropped ? Posting.DROPPED : Posting.TAKEN;
        machine.item(Records.MAIL_SENT, 0, 16).putLong(letter.number).putInt(places).putInt(outcome);
        applier.posting.sent(letter.number, places, outcome);
    }

    // ---- between shards ----

    /** The shard that this mail goes to: that of its batch, or where it went before; -1 when it is not known yet. */
    public int shard(Letter letter) {
        MailTable mail = state.mail;
        int before = mail.shard(letter.number);
        return before < 0 && letter.isEnd() ? (int) (mail.rows.get(letter.number, MailTable.HOME) >>> 32) - 1 : before;
    }

    /**
     * Makes the letter one of those to another shard, unless it is one already. It may leave once this is durable: then it
     * has the same number whenever it is sent again. One that has become void since says what is to happen unless it has
     * arrived: its member of a batch ends.
     */
    public Parcel address(Letter letter, int shard) {
        machine.finish();
        MailTable mail = state.mail;
        if (mail.shard(letter.number) < 0) {
            // What a weaker sync level loses must not lead to a number that the other shard has seen already.
            long next = Math.max(mail.lastLetter(shard) + 1, epoch << EPOCH_SHIFT);
            machine.item(Records.MAIL_ADDRESS, 0, 24).putLong(letter.number).putInt(shard).putInt(0).putLong(next);
            applier.posting.addressed(letter.number, shard, next);
        }
        long number = mail.rows.get(letter.number, MailTable.LETTER);
        if (!letter.isEnd() && !letter.isVoid()) {
            return new Parcel(state.shard, number, letter.topic(), letter.message(), 0, 0, 0, 0);
        }
        int how = letter.isEnd() ? mail.group(letter.number) : BatchTable.CANCELLED;
        long count = letter.isEnd() ? mail.seq(letter.number) : 1;
        return new Parcel(state.shard, number, "", letter.message(), mail.rows.get(letter.number, MailTable.BATCH),
                mail.rows.get(letter.number, MailTable.HOME), how, count);
    }

    /** Whether this parcel has arrived before. */
    public boolean hasSeen(Parcel parcel) {
        machine.finish();
        return !applier.bugs.has(PlantedBugs.Bug.LETTER_TAKEN_TWICE)
                && state.mail.hasSeen(parcel.sender(), parcel.letter());
    }

    /**
     * A parcel of another shard has arrived, which {@link #hasSeen} not; a message that it is becomes one of this topic by a
     * record that stands before this one in the same batch.
     *
     * @param topic
     *            null when nothing comes of the message, because another one holds its unique key: then a member of a batch
     *            ends
     */
    public void receive(Parcel parcel, @Nullable Topic topic) {
        long batch = parcel.batch();
        long home = parcel.home();
        int how = parcel.how();
        long count = parcel.count();
        if (parcel.isMessage() && topic != null) {
            machine.tracked().enqueue(topic, parcel.message(), 0, 0);
        } else if (parcel.isMessage() && Envelope.has(parcel.message(), Integer.BYTES, Envelope.BATCH)) {
            batch = Envelope.word(parcel.message(), Integer.BYTES, Envelope.BATCH);
            home = Envelope.word(parcel.message(), Integer.BYTES, Envelope.BATCH_HOME);
            how = BatchTable.CANCELLED;
            count = 1;
        }
        how = batch == 0 ? 0 : how;
        machine.out()
                .begin(Records.MAIL_RECEIVED, 0, 40)
                .putInt(parcel.sender())
                .putInt(how)
                .putLong(parcel.letter())
                .putLong(batch)
                .putLong(home)
                .putLong(count);
        machine.out().end();
        applier.posting.received(parcel.sender(), parcel.letter(), batch, home, how, count);
    }

    /** Makes the letter a message of this shard's topic, whatever limits say; returns its id. */
    public long enqueue(Letter letter, Topic topic) {
        long id = machine.tracked().enqueue(topic, letter.message(), 0, 0);
        machine.finish();
        sent(letter, false);
        return id;
    }
}
