package dev.millrace.verification.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.verification.simulation.TaskTerms.Retries;
import dev.millrace.verification.simulation.TaskTerms.Times;
import dev.millrace.verification.simulation.TaskTerms.Unique;
import org.junit.jupiter.api.Test;

/** What the simulator knows of a task that used up attempts which nobody read, and was redriven. */
class TaskTest {
    private final World world = new World(SimulationPlan.of(1, 1), line -> {});
    private final TopicBook topic = new TopicBook("q", 0);
    private final GroupBook group = new GroupBook(topic, TaskQueue.GROUP);
    private final TaskQueue queue = new TaskQueue(group, world.ledger);
    private final Task task = queue.newTask(
            world.ledger.newMessage(topic, 1, new Message.Payload(60, 0, 0), at(10, 0)),
            new TaskTerms(4, "", "", Unique.NONE, new Times(0, 0, 0, 0), new Retries(4, -1, -1)));

    private static Moment at(long millis, long restarts) {
        return new Moment(millis, millis * 1_000_000, 0, 0, restarts);
    }

    /** Given for the first time, as it says, after so many restarts, each of which may hide an attempt. */
    private void readAfter(long restarts) {
        Moment delivered = at(50, restarts);
        Client client = world.newClient(world.hosts.getFirst(), null);
        Lease lease = new Lease(client, delivered, at(40, restarts), 1_000, 0);
        lease.attempts = 1;
        task.entry().leases.put(delivered.order(), lease);
    }

    @Test
    void whatIsGivenForTheFirstTime_hasNotDied() {
        readAfter(6);
        assertThat(task.mayBeDead(at(60, 6))).isFalse();
    }

    @Test
    void whatIsGivenForTheFirstTimeAfterARedrive_mayHaveDiedBefore() {
        group.redrives.add(new Span(30));
        readAfter(6);
        assertThat(task.mayBeDead(at(60, 6))).isTrue();
    }

    @Test
    void withFewerHiddenAttemptsThanItHas_itHasNotDiedBeforeTheRedriveEither() {
        group.redrives.add(new Span(30));
        readAfter(2);
        assertThat(task.mayBeDead(at(60, 2))).isFalse();
    }
}
