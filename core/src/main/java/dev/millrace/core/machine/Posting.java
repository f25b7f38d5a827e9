package dev.millrace.core.machine;

/** The part of {@link Applier} that is about mails and batches: one method per transition. Owner thread only. */
final class Posting {
    /** What became of a mail: another message says what it said. */
    static final int TAKEN = 0;
    /** Nothing more comes of it: what it was of is gone, or a message that holds its unique key stands for it. */
    static final int DROPPED = 1;

    private final Applier applier;
    private final State state;

    Posting(Applier applier) {
        this.applier = applier;
        state = applier.state;
    }

    private void post(int kind, Group group, long seq, long fourth, long fifth) {
        applier.listener.mailPosted(state.mail.post(kind, group, seq, fourth, fifth));
    }

    /** A message is done, and a step follows. The mail keeps the message's place in the log, and its result. */
    void step(Group group, long seq, long batch, long home) {
        ChunkTable chunks = group.topic.chunks;
        chunks.addPending(chunks.find(seq), 1);
        applier.notes.mailed(group, seq);
        post(MailTable.STEP, group, seq, batch, home);
    }

    /** So many messages, linked from this one on, are to be delivered as one. */
    void gathered(Group group, long seq, long places) {
        post(MailTable.GATHERED, group, seq, places, 0);
    }

    // ---- batches ----

    /** A word of the envelope: where a batch of this topic is. */
    static long home(int shard, int topic) {
        return (shard + 1L) << 32 | topic;
    }

    private boolean isHere(long home) {
        return (int) (home >>> 32) == state.shard + 1;
    }

    void memberAdded(long batch, long home) {
        Topic topic = isHere(home) ? state.topicOrNull((int) home) : null;
        if (topic != null) {
            topic.keys().batches.added(batch);
        }
    }

    void memberEnded(long batch, long home, int how, long count) {
        if (how == BatchTable.EXPIRED && applier.bugs.has(PlantedBugs.Bug.MEMBER_LOST)) {
            return;
        }
        if (!isHere(home)) {
            applier.listener.mailPosted(state.mail.postEnds(batch, home, how, count));
            return;
        }
        Topic topic = state.topicOrNull((int) home);
        if (topic != null && topic.keys().batches.ended(batch, how, count)) {
            batchOver(topic, batch);
        }
    }

    void batchClosed(Topic topic, long batch) {
        if (topic.keys().batches.close(batch)) {
            batchOver(topic, batch);
        }
    }

    private void batchOver(Topic topic, long batch) {
        post(MailTable.COMPLETION, topic.groups.getFirst(),
                topic.keys().batches.rows.get(batch, BatchTable.SEQ), 0, 0);
    }

    // ---- between shards ----

    void addressed(long number, int shard, long letter) {
        state.mail.address(number, shard, letter);
    }

    /** A letter of another shard has arrived; how 0: it was a message, which stands before, and no member has ended. */
    void received(int sender, long letter, long batch, long home, int how, long count) {
        state.mail.received(sender, letter);
        if (how != 0) {
            memberEnded(batch, home, how, count);
        }
    }

    // ---- a mail has arrived ----

    /**
     * A mail is done with.
     *
     * @param places
     *            of one that gathers: how many places, from its first on, are in the message that was made
     */
    void sent(long number, int places, int outcome) {
        switch (state.mail.kind(number)) {
            case MailTable.STEP -> stepSent(number, outcome);
            case MailTable.GATHERED -> gatheredSent(number, places);
            case MailTable.COMPLETION -> completionSent(number);
            case MailTable.MEMBERS -> state.mail.rows.remove(number);
            default -> throw new IllegalStateException("there is no mail " + number);
        }
    }

    private void stepSent(long number, int outcome) {
        MailTable mail = state.mail;
        long batch = mail.rows.get(number, MailTable.BATCH);
        long home = mail.rows.get(number, MailTable.HOME);
        Topic topic = state.topicOrNull(mail.topic(number));
        if (topic != null) {
            applier.tracked.settleSeq(topic, mail.seq(number));
        }
        Group group = state.groupOrNull(mail.group(number));
        if (group != null && !group.removed) {
            applier.notes.forgetMailed(group, mail.seq(number));
        }
        mail.rows.remove(number);
        if (outcome == DROPPED && batch != 0) {
            memberEnded(batch, home, BatchTable.CANCELLED, 1);
        }
    }

    private void gatheredSent(long number, int places) {
        MailTable mail = state.mail;
        Group group = state.groupOrNull(mail.group(number));
        long left = mail.rows.get(number, MailTable.PLACES) - places;
        long next = group == null || group.removed ? 0 : group.tracking().gathering.merge(mail.seq(number), places);
        if (next == 0 || left <= 0) {
            mail.rows.remove(number);
            return;
        }
        mail.rows.set(number, MailTable.SEQ, next - 1);
        mail.rows.set(number, MailTable.PLACES, left);
        applier.listener.mailPosted(number);
    }

    private void completionSent(long number) {
        MailTable mail = state.mail;
        Group group = state.groupOrNull(mail.group(number));
        long seq = mail.seq(number);
        if (group != null && !group.removed && group.tracking().stateOf(seq) == Tracking.HELD) {
            long batch = group.tracking().rows.get(seq + 1, Tracking.ID);
            group.topic.keys().batches.arrived(batch);
            group.tracking().gathering.merged(seq);
            applier.listener.batchEnded(group.topic, batch);
        }
        mail.rows.remove(number);
    }
}
