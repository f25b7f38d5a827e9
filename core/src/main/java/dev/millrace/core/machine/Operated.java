package dev.millrace.core.machine;

/**
 * Transitions that operators bring about: what is set, histories, replays, jobs. A part of {@link Applier}, under its
 * rules.
 */
final class Operated {
    private final Applier applier;
    private final State state;

    Operated(Applier applier) {
        this.applier = applier;
        state = applier.state;
    }

    void policy(Group group, Backoff backoff) {
        group.maxAttempts = backoff.maxAttempts();
        group.minBackoffMillis = backoff.minMillis();
        group.maxBackoffMillis = backoff.maxMillis();
        group.jitterPercent = backoff.jitterPercent();
    }

    /** From now on so much of what all groups are done with is kept, from {@code seq} on. */
    void history(Topic topic, long millis, long bytes, long seq) {
        topic.historyMillis = millis;
        topic.historyBytes = bytes;
        topic.historySeq = seq;
        topic.gaps.forget(topic.earliestKept());
        applier.sweepLater(topic);
    }

    /** What all groups are done with below this sequence is kept no longer. */
    void forget(Topic topic, long seq) {
        topic.historySeq = Math.max(topic.historySeq, seq);
        topic.gaps.forget(topic.earliestKept());
        applier.sweepLater(topic);
    }

    /** The group, which has nothing under way, is offered anew what comes from this sequence on. */
    void replay(Group group, long seq) {
        group.replayed += group.topic.gaps.apart(seq, group.cursor);
        if (group.dead > 0) {
            group.replays.add(seq, group.deadTable.size());
        }
        Applier.moveCursor(group, group.topic.gaps.skip(seq));
        if (group.deliverable()) {
            applier.listener.groupReady(group);
        }
    }

    /** A publish took a key for a while; one that is repeated is answered with its message. */
    void once(Topic topic, Uniques.Key key, long id, long endsMillis) {
        Uniques uniques = topic.uniques();
        long at = uniques.take(key, id, endsMillis, false, topic::isUnderWay);
        state.waiting.add(endsMillis, at, Waiting.tracked(topic.number, uniques.number(at), Tracking.UNIQUE_END, 0));
    }

    /** All that are dead now are to be replayed or purged. */
    void deadJob(Group group, int what) {
        group.deadJob.start(what, group.deadTable.size(), group.dead);
        if (group.dead > 0 && !state.deadJobs.contains(group)) {
            state.deadJobs.add(group);
        }
    }
}
