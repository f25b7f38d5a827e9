package dev.millrace.verification.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.shard.Submission;
import dev.millrace.verification.simulation.Command.Publish;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Moving live messages out of mostly dead segments while the disk does not take the copies, and after. */
class RelocationTest {
    private static final int BODY_BYTES = 1_000;

    private final World world = new World(SimulationPlan.of(7, 1), line -> {});
    private final Operator operator = new Operator(world);
    private final Faults faults = new Faults(world, operator);

    private static boolean isCold(Path file) {
        return String.valueOf(file.getFileName()).startsWith("cold-");
    }

    @Test
    void aPassThatFails_isReportedAndTriedAgainUntilItSucceeds() {
        assertThat(world.start()).isTrue();
        HostedShard host = world.hosts.getFirst();
        TopicBook emptied = topic("emptied");
        TopicBook kept = topic("kept");
        GroupBook group = new GroupBook(kept, "g");
        kept.groups.put(group.name, group);
        operator.createGroup(group);
        Client client = world.newClient(host, null);
        client.opened(host.shard().openSession(client));
        for (int i = 0; i < 100; i++) {
            publish(client, emptied, 20);
            publish(client, kept, 1);
            run(5);
        }
        world.slowDisk.breakFiles(RelocationTest::isCold);
        operator.empty(emptied);
        run(600);
        assertThat(host.shard().metrics().failedMoves).as("tried again after a failure").isGreaterThan(1);
        long segments = host.shard().log().usage().files().segments();
        world.slowDisk.breakFiles(file -> false);
        run(3_000);
        assertThat(world.disk.files()).as("segments with what was moved").anyMatch(RelocationTest::isCold);
        assertThat(host.shard().log().usage().files().segments()).isLessThan((int) segments);
        new Drain(world, operator, faults).run();
    }

    @Test
    void aSnapshotThatFails_isCountedAndTriedAgain() {
        assertThat(world.start()).isTrue();
        HostedShard host = world.hosts.getFirst();
        TopicBook topic = topic("topic");
        Client client = world.newClient(host, null);
        client.opened(host.shard().openSession(client));
        world.slowDisk.breakFiles(RelocationTest::isSnapshot);
        for (int i = 0; i < 100; i++) {
            publish(client, topic, 20);
            run(5);
        }
        assertThat(host.shard().metrics().failedSnapshots).as("tried again after a failure").isGreaterThan(1);
        assertThat(world.disk.files()).noneMatch(RelocationTest::isSnapshot);
        world.slowDisk.breakFiles(file -> false);
        run(300);
        assertThat(world.disk.files()).anyMatch(RelocationTest::isSnapshot);
        new Drain(world, operator, faults).run();
    }

    private static boolean isSnapshot(Path file) {
        return String.valueOf(file.getFileName()).startsWith("snap-");
    }

    private TopicBook topic(String name) {
        TopicBook topic = new TopicBook(name, 0);
        world.ledger.topics.put(name, topic);
        return topic;
    }

    private void publish(Client client, TopicBook topic, int count) {
        Submission submission = new Submission();
        ByteBuffer data = ByteBuffer.allocate(count * (BODY_BYTES + Integer.BYTES));
        submission.data(data);
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Message message = world.ledger.newMessage(topic, world.ledger.messages.size(),
                    new Message.Payload(BODY_BYTES, 0, 0), world.moment());
            message.writeTo(data);
            messages.add(message);
        }
        submission.publish(topic.ref, 0, data.position(), count);
        client.submit(submission, List.of(new Publish(messages, world.ledger.highestId(0))));
    }

    /** Lets so many tenths of a second pass. */
    private void run(int tenths) {
        for (int i = 0; i < tenths; i++) {
            world.clock.pass(100_000_000);
            world.hosts.getFirst().cycle();
            while (world.threads().runOne()) {
                world.checkHeard();
            }
        }
        world.checkHeard();
    }
}
