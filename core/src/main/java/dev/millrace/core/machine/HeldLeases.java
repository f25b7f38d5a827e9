package dev.millrace.core.machine;

import java.util.stream.LongStream;

/** Who holds which leases of a machine. Changes nothing. Thread safety: owner thread only. */
public final class HeldLeases {
    private final State state;

    public HeldLeases(Machine machine) {
        state = machine.state;
    }

    /** Whether leases under this consumer's number may be taken up again after a restart: those of even numbers. */
    public static boolean outliveRestart(int consumer) {
        return LeaseTable.outlivesRestart(consumer);
    }

    /** The consumer that holds this token's lease of this group, or -1: the token is stale, or of another group. */
    public int holder(long token, Group group) {
        int slot = state.leases.resolve(token);
        return slot >= 0 && group.equals(state.groupOf(slot)) ? state.leases.consumer(slot) : -1;
    }

    /** Tokens of all leases of a consumer, in no order. */
    public long[] tokensOf(int consumer) {
        LongStream.Builder tokens = LongStream.builder();
        for (int slot = state.leases.firstOf(consumer); slot >= 0; slot = state.leases.nextOf(slot)) {
            tokens.add(state.leases.token(slot));
        }
        return tokens.build().toArray();
    }
}
