package dev.millrace.core.machine;

/**
 * What has to leave a shard because of something that happened in it, and has not arrived yet: one row of six longs for
 * each mail.
 *
 * <pre>
 *   0  number, from 1
 *   1  kind (32) | topic that it is of (32)
 *   2  group that it is of (32) | 0 (32)
 *   3  sequence: of the message that is done, of the first that gathered, of the completion that waited
 *   4  GATHERED: places that are left; else id of the batch that the message is a member of, or 0
 *   5  of that batch: (shard + 1) << 32 | topic
 * </pre>
 *
 * A mail is written by the record that makes it necessary and forgotten by a MAIL_SENT record. Its bytes are not here: they
 * stand in the log, in the messages that it is made of. Part of {@link Applier}: owner thread only.
 */
final class MailTable {
    static final int ROW_WORDS = 6;
    /** The next step of a chain. */
    static final int STEP = 1;
    /** Messages that are to be delivered as one. */
    static final int GATHERED = 2;
    /** A batch is over: what waited for it is delivered with the counts. */
    static final int COMPLETION = 3;

    static final int KIND = 1;
    static final int GROUP = 2;
    static final int SEQ = 3;
    static final int PLACES = 4;
    static final int BATCH = 4;
    static final int HOME = 5;

    final LongTable rows = new LongTable(ROW_WORDS, 0);
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
