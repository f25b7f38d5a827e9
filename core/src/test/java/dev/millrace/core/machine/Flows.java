package dev.millrace.core.machine;

import java.util.ArrayList;
import java.util.List;

/** What a machine keeps of batches, groups and mails, for the simulator in room verification. */
public final class Flows {
    private Flows() {}

    /** Ids of the batches of a topic to which members can be added. */
    public static List<Long> openBatches(Machine machine, String name) {
        BatchTable batches = machine.topic(name).keys().batches;
        List<Long> open = new ArrayList<>();
        for (long id : batches.rows.keys()) {
            if (batches.isOpen(id)) {
                open.add(id);
            }
        }
        return open;
    }

    /** Whether this message waits in a set that others can join. */
    public static boolean isGathering(Machine machine, String name, long id) {
        Topic topic = machine.topic(name);
        long seq = topic.seqOf(id);
        if (seq < 0) {
            return false;
        }
        Tracking tracking = topic.groups.getFirst().tracking();
        return tracking.stateOf(seq) == Tracking.GATHERED
                && tracking.gathering.isOpenWith(seq, tracking.rows.get(seq + 1, Tracking.KEY));
    }

    /** Mails that have not arrived, and more ranges of letters of another shard than that was started, as text. */
    public static String leftOf(Machine machine) {
        MailTable mail = machine.state.mail;
        StringBuilder left = new StringBuilder();
        for (long number : mail.rows.keys()) {
            left.append("mail ").append(number).append(" of kind ").append(mail.kind(number)).append(", ");
        }
        mail.seen.forEach((sender, seen) -> {
            long[] bounds = seen.bounds();
            for (int at = 2; at < bounds.length; at += 2) {
                if (bounds[at] >>> Mail.EPOCH_SHIFT == bounds[at - 1] >>> Mail.EPOCH_SHIFT) {
                    left.append("letters of shard ")
                            .append(sender)
                            .append(" between ")
                            .append(Long.toHexString(bounds[at - 1]))
                            .append(" and ")
                            .append(Long.toHexString(bounds[at]))
                            .append(" that never came, ");
                }
            }
        });
        return left.toString();
    }
}
