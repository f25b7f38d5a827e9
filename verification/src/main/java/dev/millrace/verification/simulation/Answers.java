package dev.millrace.verification.simulation;

import dev.millrace.core.shard.Submission;
import dev.millrace.verification.simulation.Command.Answer;
import dev.millrace.verification.simulation.Command.Verdict;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** What consumers say of deliveries: what chance chooses, to one that they hold, or again to one that is settled. */
final class Answers {
    private final World world;
    private final Random random;

    Answers(World world) {
        this.world = world;
        random = world.random;
    }

    /** Some delay: mostly of milliseconds, now and then of a year. */
    static long delay(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> 1;
            case 1 -> random.nextInt(100_000);
            case 2 -> 86_400_000L * (1 + random.nextInt(400));
            default -> 1 + random.nextInt(60);
        };
    }

    /** One of these answers to one of the client's deliveries; null when it has none. */
    @Nullable
    Answer any(Client client, Submission submission, List<Verdict> verdicts) {
        boolean again = client.held.isEmpty() || random.nextInt(25) == 0;
        List<Lease> from = again ? client.settled : client.held;
        if (from.isEmpty()) {
            return null;
        }
        Lease lease = from.get(random.nextInt(from.size()));
        Verdict verdict = verdicts.get(random.nextInt(verdicts.size()));
        long millis = verdict == Verdict.EXTEND ? 1 + random.nextInt(500) : random.nextInt(4) == 0 ? 0 : delay(random);
        Task task = lease.entry().message.task;
        if (task != null && verdict != Verdict.EXTEND) {
            millis = random.nextInt(3) == 0 ? Submission.BY_POLICY : Math.min(millis, random.nextInt(200));
        }
        Moment now = world.moment();
        boolean first = lease.answeredOrder == Long.MAX_VALUE;
        Answer answer = new Answer(lease, verdict, millis, now, first, isStale(lease));
        world.trace.event(client + " says " + verdict + " " + millis + " to " + lease.entry() + ", " + lease
                + (answer.stale() ? ", stale" : ""));
        send(submission, lease, answer);
        if (verdict.ends()) {
            lease.answeredOrder = Math.min(lease.answeredOrder, now.order());
            if (client.held.remove(lease)) {
                client.settled.add(lease);
            }
        }
        return answer;
    }

    private static void send(Submission submission, Lease lease, Answer answer) {
        switch (answer.verdict()) {
            case ACK -> submission.ack(lease.token);
            case FILTER -> submission.filter(lease.token);
            case RETRY -> submission.retry(lease.token, answer.millis());
            case PUT_OFF -> submission.putOff(lease.token, answer.millis(), "not now");
            case PROGRESS -> submission.progress(lease.token, lease.index % 101, "on its way");
            case RESULT -> submission.result(lease.token,
                    ByteBuffer.wrap(Task.resultOf(answer).getBytes(StandardCharsets.UTF_8)));
            case BURY -> submission.bury(lease.token, "no " + lease.token);
            case EXTEND -> {
                submission.extend(lease.token, answer.millis());
                lease.extensions.add(new Lease.Extension(answer.submitted(), answer.millis()));
            }
        }
    }

    /** Whether everybody knows that this lease is over. */
    private static boolean isStale(Lease lease) {
        Entry entry = lease.entry();
        boolean purged = entry.group.empties.stream()
                .anyMatch(span -> span.answered && span.submittedOrder > lease.delivered.order());
        return lease.ended || entry.doneOrder != Long.MAX_VALUE || purged
                || entry.leases.lastKey() > lease.delivered.order();
    }
}
