package dev.millrace.verification.simulation;

import dev.millrace.core.message.Ids;
import dev.millrace.core.message.MessageView;
import dev.millrace.core.shard.Delivery;
import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.Session;
import dev.millrace.core.shard.SessionKind;
import dev.millrace.core.shard.SessionListener;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.Subscription;
import dev.millrace.verification.simulation.Command.Answer;
import dev.millrace.verification.simulation.Command.Credit;
import dev.millrace.verification.simulation.Command.EnqueueTasks;
import dev.millrace.verification.simulation.Command.Publish;
import dev.millrace.verification.simulation.Message.Fate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One client with one session: publishes, and if it has a group, reads deliveries and answers them, whenever it likes. */
final class Client implements SessionListener {
    private record Unread(Delivery delivery, List<Lease> leases) {}

    private record Asked(Submission submission, List<Command> commands) {}

    private final World world;
    private final int number;
    final HostedShard host;
    final @Nullable GroupBook group;
    private final SessionKind kind;
    private @Nullable Session session;
    private @Nullable Subscription subscription;
    private final ArrayDeque<Unread> unread = new ArrayDeque<>();
    private boolean loading;
    /** Read, and not answered for good. */
    final List<Lease> held = new ArrayList<>();
    /** Answered already; a bad client answers again. */
    final List<Lease> settled = new ArrayList<>();
    private final ArrayDeque<Asked> pending = new ArrayDeque<>();
    private int highestCredit;
    private int given;
    private boolean left;
    private Moment ended = Moment.NEVER;
    private final int opening;

    Client(World world, int number, HostedShard host, @Nullable GroupBook group, SessionKind kind) {
        this.world = world;
        this.number = number;
        this.host = host;
        this.group = group;
        this.kind = kind;
        opening = host.openings();
    }

    boolean isForTasks() {
        return group != null && group.queue != null;
    }

    /** How often its shard had been opened when it came. */
    int opening() {
        return opening;
    }

    /** How much it was ever given. */
    int given() {
        return given;
    }

    /** Whether it went by itself. */
    boolean hasLeft() {
        return left;
    }

    /** The end of it. */
    Moment ended() {
        return ended;
    }

    SessionKind kind() {
        return kind;
    }

    /** Whether its leases outlive it. */
    boolean isLasting() {
        return kind == SessionKind.LASTING;
    }

    void opened(Session open) {
        session = open;
    }

    void subscribed(Subscription place) {
        subscription = place;
    }

    boolean isSubscribed() {
        return subscription != null && isAlive();
    }

    boolean isAlive() {
        return ended.equals(Moment.NEVER);
    }

    long endedOrder() {
        return isAlive() ? Long.MAX_VALUE : ended.order();
    }

    Session session() {
        return Objects.requireNonNull(session);
    }

    boolean hasUnread() {
        return !unread.isEmpty() && !loading && isAlive();
    }

    // ---- what it does ----

    void submit(Submission submission, List<Command> commands) {
        pending.add(new Asked(submission, commands));
        for (Command command : commands) {
            if (command instanceof Credit credit) {
                highestCredit = Math.max(highestCredit, credit.credit());
            } else if (command instanceof Answer answer) {
                answer.lease().entry().submitted(answer);
            }
        }
        session().submit(submission);
    }

    void credit(Submission submission, int credit) {
        submission.credit(Objects.requireNonNull(subscription), credit);
    }

    /** Goes away without a word, or at the end of its life. */
    void close() {
        if (isAlive()) {
            left = true;
            world.trace.event(this + " goes");
            session().close();
            over();
        }
    }

    /** Reads up to {@code most} messages. */
    void read(int most) {
        int left = most;
        MessageView view = new MessageView();
        while (left > 0 && hasUnread()) {
            Unread next = unread.element();
            switch (next.delivery.next(view)) {
                case Delivery.READY -> {
                    Lease lease = next.leases.removeFirst();
                    world.ledger.read(lease, Objects.requireNonNull(group), view);
                    world.trace.event(this + " reads " + lease.entry() + " as " + lease);
                    held.add(lease);
                    left--;
                }
                case Delivery.LOAD -> {
                    loading = true;
                    next.delivery.load(this::loaded);
                }
                default -> {
                    next.delivery.close();
                    unread.remove();
                }
            }
        }
    }

    private void loaded() {
        loading = false;
        if (!isAlive()) {
            dropUnread();
        }
    }

    private void dropUnread() {
        if (!loading) {
            unread.forEach(next -> next.delivery.close());
            unread.clear();
        }
    }

    // ---- what it hears ----

    @Override
    public void copied(Submission submission) {
        // its buffers are never used again
    }

    @Override
    public void completed(Submission submission) {
        if (!isAlive()) {
            return;
        }
        Asked asked = pending.poll();
        if (asked == null || asked.submission != submission) {
            throw new Violation(this + " hears of its submissions out of order");
        }
        List<Command> commands = asked.commands;
        Moment now = world.moment();
        for (int i = 0; i < commands.size(); i++) {
            byte result = submission.result(i);
            world.trace.event(this + " hears " + result + " for " + commands.get(i).getClass().getSimpleName());
            switch (commands.get(i)) {
                case Publish publish -> published(publish, result, submission.messageId(i), now);
                case EnqueueTasks batch -> TaskQueue.answered(batch, result, now);
                case Answer answer -> answered(answer, result, now);
                case Credit credit -> world.require(result == Outcome.OK, this + " was refused credit");
            }
        }
    }

    private void published(Publish publish, byte result, long firstId, Moment now) {
        world.trace.event("ids from " + Long.toHexString(firstId));
        long id = firstId;
        for (Message message : publish.messages()) {
            if (result == Outcome.OK) {
                world.ledger.accepted(message, id, now);
                world.ledger.risesAbove(message, publish.highestIdBefore());
                id = Ids.next(id);
            } else {
                world.require(result == Outcome.NO_ROOM || !Outcome.limit(result).isEmpty(),
                        "publish answered " + result);
                message.fate = Fate.REFUSED;
            }
        }
    }

    private void answered(Answer answer, byte result, Moment now) {
        Lease lease = answer.lease();
        boolean granted = result == Outcome.OK || result == Outcome.STOP_ASKED;
        world.require(granted || result == Outcome.STALE, answer + " was answered " + result);
        if (granted && answer.stale()) {
            throw new Violation(answer.verdict() + " with a stale token was taken: " + lease + " of " + lease.entry());
        }
        boolean certain = answer.first() && lease.client.isAlive() && now.nanos() < lease.earliestEndNanos(now.order())
                && lease.entry().group.isLive()
                && lease.entry().group.empties.stream()
                        .noneMatch(span -> span.mayLieBetween(lease.delivered.order(), now.order()));
        if (!granted && certain) {
            throw new Violation(answer.verdict() + " of a live lease was refused: " + lease + " of " + lease.entry());
        }
        if (granted) {
            lease.entry().granted(answer, now);
        } else {
            lease.entry().refused(answer);
        }
    }

    @Override
    public void deliver(Delivery delivery) {
        Moment now = world.moment();
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < delivery.size(); i++) {
            leases.add(new Lease(this, now, host.cycleBegan(), delivery.subscription().leaseMillis(), i));
        }
        if (group != null && group.queue != null) {
            group.queue.given(leases);
        }
        given += delivery.size();
        world.trace.event(this + " is given " + delivery.size());
        world.require(delivery.size() <= highestCredit, this + " is given more than it asked for");
        if (!isAlive()) {
            delivery.close();
            return;
        }
        unread.add(new Unread(delivery, leases));
    }

    @Override
    public void stopAsked(long token) {
        world.trace.event(this + " is asked to stop " + Long.toHexString(token));
        for (Lease lease : held) {
            Task task = lease.token == token ? lease.entry().message.task : null;
            world.require(task == null || !task.cancels.isEmpty(), "nobody cancelled " + task);
        }
    }

    @Override
    public void ended(String reason) {
        world.trace.event(this + " ended: " + reason);
        over();
    }

    /** The session is over: what was not answered has an unknown outcome. */
    void over() {
        if (!isAlive()) {
            return;
        }
        ended = world.moment();
        for (Asked asked : pending) {
            for (Command command : asked.commands) {
                if (command instanceof Publish publish) {
                    publish.messages().forEach(message -> message.fate = Fate.UNKNOWN);
                } else if (command instanceof EnqueueTasks batch) {
                    batch.tasks().forEach(task -> task.message.fate = Fate.UNKNOWN);
                } else if (command instanceof Answer answer) {
                    answer.lease().entry().unknown(answer);
                }
            }
        }
        pending.clear();
        dropUnread();
    }

    @Override
    public String toString() {
        return "client " + number;
    }
}
