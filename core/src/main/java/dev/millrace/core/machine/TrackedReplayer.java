package dev.millrace.core.machine;

import java.nio.ByteBuffer;
import java.util.function.ToIntFunction;

/** The part of {@link Replayer} that is about tracked topics. */
final class TrackedReplayer {
    private final Applier applier;
    private final State state;
    private final ToIntFunction<ByteBuffer> slot;

    /**
     * @param slot
     *            reads a slot and the sequence that must agree with it
     */
    TrackedReplayer(Applier applier, ToIntFunction<ByteBuffer> slot) {
        this.applier = applier;
        this.slot = slot;
        state = applier.state;
    }

    void apply(byte kind, ByteBuffer record, long location) {
        switch (kind) {
            case Records.OUTPUT -> applier.tracked.said(state.group(record.getInt(Attempt.GROUP)),
                    record.getLong(Attempt.SEQ), record.getInt(Attempt.NUMBER), location,
                    SegmentUse.units(record.limit()));
            case Records.TOPIC_TRACK -> applier.tracked.track(state.topic(record.getInt()));
            case Records.GROUP_LIMITS -> limits(record);
            case Records.LEASE_EACH -> leases(record);
            case Records.KEEP -> {
                while (record.remaining() >= 16) {
                    int of = slot.applyAsInt(record);
                    applier.tracked.kept(of, record.getLong());
                }
            }
            case Records.END -> {
                while (record.remaining() >= 16) {
                    int of = slot.applyAsInt(record);
                    applier.tracked.ended(of, record.getInt());
                    record.getInt();
                }
            }
            case Records.OVER_KEPT -> overKept(record);
            case Records.TRACK -> {
                while (record.remaining() >= 16) {
                    Group group = state.group(record.getInt());
                    int what = record.getInt();
                    applier.tracked.command(group, what, record.getLong());
                }
            }
            case Records.ARCHIVE -> {
                while (record.remaining() >= 24) {
                    Group group = state.group(record.getInt());
                    record.getInt();
                    long seq = record.getLong();
                    applier.tracked.archived(group, seq, record.getLong());
                }
            }
            default -> flow(kind, record);
        }
    }

    /** What follows messages. */
    private void flow(byte kind, ByteBuffer record) {
        switch (kind) {
            case Records.GROUP_GATHER -> {
                Group group = state.group(record.getInt());
                int maxSize = record.getInt();
                long maxDelay = record.getLong();
                applier.tracked.gather(group, new GatherLimits(maxSize, maxDelay, record.getLong()));
            }
            case Records.BATCH_CLOSE -> {
                Topic topic = state.topic(record.getInt());
                record.getInt();
                applier.posting.batchClosed(topic, record.getLong());
            }
            case Records.MAIL_SENT -> {
                while (record.remaining() >= 16) {
                    long number = record.getLong();
                    int places = record.getInt();
                    applier.posting.sent(number, places, record.getInt());
                }
            }
            case Records.MAIL_ADDRESS -> {
                while (record.remaining() >= 24) {
                    long number = record.getLong();
                    int shard = record.getInt();
                    record.getInt();
                    applier.posting.addressed(number, shard, record.getLong());
                }
            }
            case Records.MAIL_RECEIVED -> {
                int sender = record.getInt();
                int how = record.getInt();
                long letter = record.getLong();
                long batch = record.getLong();
                long home = record.getLong();
                applier.posting.received(sender, letter, batch, home, how, record.getLong());
            }
            default -> throw new IllegalStateException("not a record of tracked topics: " + kind);
        }
    }

    private void overKept(ByteBuffer record) {
        boolean leased = (record.getShort(2) & Records.FLAG_LEASED) != 0;
        while (record.remaining() >= 24) {
            int first = record.getInt();
            int how = record.getInt();
            long seq = record.getLong();
            long until = record.getLong();
            if (leased) {
                applier.tracked.endedKept(first, how, until);
            } else {
                applier.tracked.overKept(state.group(first), seq, how, until);
            }
        }
    }

    private void limits(ByteBuffer record) {
        Group group = state.group(record.getInt());
        int concurrency = record.getInt();
        int rate = record.getInt();
        record.getInt();
        long period = record.getLong();
        applier.tracked.limits(group, new GroupLimits(concurrency, rate, period, record.getLong()));
    }

    private void leases(ByteBuffer record) {
        Group group = state.group(record.getInt());
        int consumer = record.getInt();
        long deadline = record.getLong();
        long at = record.getLong();
        while (record.remaining() >= Long.BYTES) {
            applier.tracked.leaseItem(group, consumer, deadline, at, record.getLong(), DeliverySink.NONE);
        }
    }
}
