package dev.millrace.verification.simulation;

import dev.millrace.core.machine.BatchProgress;
import dev.millrace.core.machine.Letter;
import dev.millrace.core.message.MessageView;
import dev.millrace.verification.simulation.Flow.How;
import dev.millrace.verification.simulation.Message.Fate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A batch, as its clients know it: who was added, who closed it, what the task that ends it says. */
final class FlowBatch implements Origin {
    final TaskQueue queue;
    /** What waits, which has the id of the batch. */
    final Message held;
    /** What comes in its place when all is over. */
    final Task completion;
    final List<Flow> members = new ArrayList<>();
    final List<Span> closes = new ArrayList<>();
    final List<Span> callOffs = new ArrayList<>();
    private final Ledger ledger;
    private @Nullable BatchProgress told;
    private @Nullable Lease first;
    private long mostAdded;
    private long mostEnded;

    FlowBatch(Ledger ledger, TaskQueue queue, Message held, Task completion) {
        this.ledger = ledger;
        this.queue = queue;
        this.held = held;
        this.completion = completion;
        completion.origin = this;
        completion.message.fate = Fate.UNKNOWN;
    }

    /** Whether members can be added, as far as anybody knows. */
    boolean isOpen() {
        return held.fate == Fate.ACCEPTED && closes.isEmpty() && callOffs.isEmpty();
    }

    // ---- members ----

    /** A member was taken. */
    void joined(Flow member) {
        for (Span close : closes) {
            if (close.answered && close.endedOrder < member.head.submitted.order()) {
                throw new Violation(member + " was added to " + this + ", which was closed before");
            }
        }
    }

    /** A member was told that there is no such batch. */
    void mustBeShut(Moment now) {
        boolean shut = closes.stream().anyMatch(span -> span.submittedOrder < now.order())
                || callOffs.stream().anyMatch(span -> span.submittedOrder < now.order())
                || !queue.group.topic.isLive();
        if (!shut) {
            throw new Violation(this + " is said not to be there, although nobody closed it");
        }
    }

    // ---- its end ----

    @Override
    public void read(Task task, Lease lease, MessageView view) {
        Map<String, String> headers = Headers.of(view);
        ledger.hasId(held, Headers.hex(headers.get(Letter.BATCH_ID)));
        BatchProgress counts = new BatchProgress(true, true, count(headers, "added"), count(headers, "done"),
                count(headers, "dead"), count(headers, "cancelled"), count(headers, "expired"));
        if (told != null && !told.equals(counts)) {
            throw new Violation(this + " ended with " + told + ", and again with " + counts);
        }
        told = counts;
        first = first == null || lease.delivered.order() < first.delivered.order() ? lease : first;
        check();
    }

    private static long count(Map<String, String> headers, String what) {
        return Headers.number(headers.get(Letter.BATCH + what));
    }

    /** What the end said must fit what clients know of each member. */
    private void check() {
        BatchProgress counts = told;
        Lease ended = first;
        if (counts == null || ended == null) {
            return;
        }
        long order = ended.delivered.order();
        if (closes.stream().noneMatch(span -> span.submittedOrder < order)) {
            throw new Violation(this + " is over, but was never closed: " + ended);
        }
        if (callOffs.stream().anyMatch(span -> span.answered && span.endedOrder < order)) {
            throw new Violation(this + " was called off, and is over nevertheless: " + ended);
        }
        if (counts.ended() != counts.added()) {
            throw new Violation(this + " is over with " + counts);
        }
        int added = 0;
        int perhaps = 0;
        Map<How, Long> least = new EnumMap<>(How.class);
        Map<How, Long> most = new EnumMap<>(How.class);
        for (Flow member : members) {
            boolean sure = member.head.fate == Fate.ACCEPTED;
            if (member.head.fate == Fate.REFUSED || member.head.submitted.order() > order) {
                continue;
            }
            added += sure ? 1 : 0;
            perhaps += sure ? 0 : 1;
            EnumSet<How> outcomes = member.outcomes(ended.delivered);
            if (sure && outcomes.isEmpty()) {
                throw new Violation(this + " is over before its member is: " + member + ", as " + ended);
            }
            for (How how : outcomes) {
                least.merge(how, sure && outcomes.size() == 1 ? 1L : 0L, Long::sum);
                most.merge(how, 1L, Long::sum);
            }
        }
        between("added", counts.added(), added, added + perhaps);
        for (How how : How.values()) {
            between(how.name().toLowerCase(Locale.ROOT), counted(counts, how), least.getOrDefault(how, 0L),
                    most.getOrDefault(how, 0L));
        }
    }

    private static long counted(BatchProgress counts, How how) {
        return switch (how) {
            case DONE -> counts.done();
            case DEAD -> counts.dead();
            case CANCELLED -> counts.cancelled();
            case EXPIRED -> counts.expired();
        };
    }

    private void between(String what, long counted, long least, long most) {
        if (counted < least || counted > most) {
            throw new Violation(this + " says that " + counted + " of its members were " + what + ", not " + least
                    + " to " + most + ": " + members);
        }
    }

    // ---- looking ----

    /** What an answer says of a batch of which so many members were known when it was asked. */
    void seen(@Nullable BatchProgress progress, long addedBefore, Moment now) {
        if (progress == null) {
            mustBeShut(now);
            return;
        }
        long most = members.stream().filter(member -> member.head.fate != Fate.REFUSED).count();
        if (progress.added() < Math.max(addedBefore, mostAdded) || progress.added() > most
                || progress.ended() < mostEnded || progress.ended() > progress.added()) {
            throw new Violation(this + " says that it is " + progress + ", with " + addedBefore + " to " + most
                    + " members of which " + mostEnded + " were over before");
        }
        mostAdded = progress.added();
        mostEnded = progress.ended();
    }

    long added() {
        return members.stream().filter(member -> member.head.fate == Fate.ACCEPTED).count();
    }

    /** With all that is known in the end, everything is checked once more. */
    void complete() {
        check();
        if (held.fate == Fate.ACCEPTED && callOffs.isEmpty() && !completion.mayBeGone()) {
            throw new Violation(this + " was closed, all of its members are over, and nobody was told: " + members);
        }
    }

    @Override
    public String toString() {
        return "batch " + Long.toHexString(held.id) + " of " + queue;
    }
}
