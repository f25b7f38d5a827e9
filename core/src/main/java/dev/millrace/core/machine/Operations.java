package dev.millrace.core.machine;

/** Commands of operators about groups: decides and writes records; {@link Applier} applies them. Owner thread only. */
public final class Operations {
    private final Machine machine;
    private final Applier applier;

    Operations(Machine machine) {
        this.machine = machine;
        applier = machine.applier;
    }

    /** Sets what the group does when attempts fail. */
    public void policy(Group group, Backoff backoff) {
        RecordWriter out = machine.out();
        out.begin(Records.GROUP_POLICY, 0, 32)
                .putInt(group.number)
                .putInt(backoff.maxAttempts())
                .putLong(backoff.minMillis())
                .putLong(backoff.maxMillis())
                .putInt(backoff.jitterPercent())
                .putInt(0);
        out.end();
        applier.policy(group, backoff);
    }
}
