package dev.millrace.core.machine;

import java.util.TreeMap;

/**
 * What has to leave a shard because of something that happened in it, and has not arrived yet: one row of seven longs for
 * each mail.
 *
 * <pre>
 *   0  number, from 1
 *   1  kind (32) | topic that it is of (32)
 *   2  group that it is of, of MEMBERS how they ended (32) | shard that it goes to + 1, 0: not known yet (32)
 *   3  sequence: of the message that is done, of the first that gathered, of the completion that waited; of MEMBERS how
 *      many
 *   4  GATHERED: places that are left; else id of the batch that the message is a member of, or 0
 *   5  of that batch: (shard + 1) << 32 | topic
 *   6  number of the letter among those to that shard
 * </pre>
 *
 * A mail is written by the record that makes it necessary and forgotten by a MAIL_SENT record. Its bytes are not here: they
 * stand in the log, in the messages that it is made of. Part of {@link Applier}: owner thread only.
 */
final class MailTable {
    static final int ROW_WORDS = 7;
    /** The next step of a chain. */
    static final int STEP = 1;
    /** Messages that are to be delivered as one. */
    static final int GATHERED = 2;
    /** A batch is over: what waited for it is delivered with the counts. */
    static final int COMPLETION = 3;

    /** Members of a batch of another shard ended. */
    static final int MEMBERS = 4;

    static final int KIND = 1;
    static final int GROUP = 2;
    static final int SEQ = 3;
    static final int PLACES = 4;
    static final int BATCH = 4;
    static final int HOME = 5;
    static final int LETTER = 6;
    static final int LETTERS_WORDS = 2;

    final LongTable rows = new LongTable(ROW_WORDS, 0);
    /** Shard + 1 to the number of the last letter to it. */
    final LongTable letters = new LongTable(LETTERS_WORDS, 0);
    /** Shard to what has arrived from it. */
    final TreeMap<Integer, Seen> seen = new TreeMap<>();
    /** Number of the last one. */
    long posted;

    long post(int kind, Group group, long seq, long fourth, long fifth) {
        long number = ++posted;
        rows.put(number);
        rows.set(number, KIND, (long) kind << 32 | group.topic.number);
        rows.set(number, GROUP, (long) group.number << 32);
        rows.set(number, SEQ, seq);
        rows.set(number, PLACES, fourth);
        rows.set(number, HOME, fifth);
        return number;
    }

    long postEnds(long batch, long home, int how, long count) {
        long number = ++posted;
        rows.put(number);
        rows.set(number, KIND, (long) MEMBERS << 32);
        rows.set(number, GROUP, (long) how << 32);
        rows.set(number, SEQ, count);
        rows.set(number, BATCH, batch);
        rows.set(number, HOME, home);
        return number;
    }

    /** Number of the last letter to a shard. */
    long lastLetter(int shard) {
        return letters.get(shard + 1L, 1);
    }

    /** The mail goes to this shard as this letter. */
    void address(long number, int shard, long letter) {
        letters.put(shard + 1L);
        letters.set(shard + 1L, 1, letter);
        rows.set(number, GROUP, (rows.get(number, GROUP) & ~0xFFFF_FFFFL) | (shard + 1L));
        rows.set(number, LETTER, letter);
    }

    /** Shard that it goes to, -1 when that is not known yet. */
    int shard(long number) {
        return (int) rows.get(number, GROUP) - 1;
    }

    boolean hasSeen(int sender, long letter) {
        Seen of = seen.get(sender);
        return of != null && of.contains(letter);
    }

    void received(int sender, long letter) {
        seen.computeIfAbsent(sender, shard -> new Seen()).add(letter);
    }

    int kind(long number) {
        return (int) (rows.get(number, KIND) >>> 32);
    }

    int topic(long number) {
        return (int) rows.get(number, KIND);
    }

    int group(long number) {
        return (int) (rows.get(number, GROUP) >>> 32);
    }

    long seq(long number) {
        return rows.get(number, SEQ);
    }

    long size() {
        return rows.size();
    }
}
