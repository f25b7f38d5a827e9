package dev.millrace.verification.simulation;

import dev.millrace.core.shard.Submission;
import dev.millrace.verification.simulation.Command.Publish;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;

/**
 * Defers a message, in a millisecond in which its shard takes it, and goes to the last instant before it is due, with
 * somebody who waits for it. Not while a cycle runs.
 */
final class Edges {
    private static final int CREDIT = 20;
    private static final int BYTES = 40;

    private final World world;
    private final Random random;
    private long commands;

    Edges(World world) {
        this.world = world;
        random = world.random;
    }

    void visit() {
        List<Client> waiting = world.clients.stream()
                .filter(client -> client.isSubscribed() && !client.isForTasks() && !client.host.isDown())
                .toList();
        if (waiting.isEmpty()) {
            return;
        }
        Client client = waiting.get(random.nextInt(waiting.size()));
        GroupBook group = client.group;
        if (group == null || !group.isLive() || !group.topic.isLive()) {
            return;
        }
        long delay = 1L + random.nextInt(60);
        long[] submitted = {0};
        if (random.nextBoolean()) {
            submitted[0] = defer(client, group.topic, delay);
        } else {
            // The cycle has begun a while ago when it takes the message.
            world.clock.meanwhile(() -> {
                world.clock.pass(random.nextInt(3_000_000));
                submitted[0] = defer(client, group.topic, delay);
            });
        }
        client.host.cycle();
        world.clock.meanwhile(null);
        long left = submitted[0] + delay * 1_000_000 - world.clock.trueNanos() - 1_000 - random.nextInt(100_000);
        if (submitted[0] == 0 || left <= 0 || client.host.isDown() || !client.isAlive()) {
            return;
        }
        credit(client);
        client.host.cycle();
        left = submitted[0] + delay * 1_000_000 - world.clock.trueNanos() - 1_000 - random.nextInt(100_000);
        if (left > 0 && !client.host.isDown()) {
            world.clock.pass(left);
            client.host.cycle();
            if (client.isAlive()) {
                client.read(CREDIT);
            }
        }
    }

    private void credit(Client client) {
        Submission submission = new Submission();
        client.credit(submission, CREDIT);
        client.submit(submission, List.of(new Command.Credit(CREDIT)));
    }

    /** When it was. */
    private long defer(Client client, TopicBook topic, long delayMillis) {
        Submission submission = new Submission();
        ByteBuffer data = ByteBuffer.allocate(BYTES + Integer.BYTES);
        submission.data(data);
        Message message = world.ledger.newMessage(topic, --commands, new Message.Payload(BYTES, delayMillis, 0),
                world.moment());
        message.writeTo(data);
        submission.defer(topic.ref, 0, data.position(), delayMillis);
        world.trace.event(client + " publishes " + message + ", to be there when it is due");
        client.submit(submission, List.of(new Publish(List.of(message), world.ledger.highestId(topic.shard))));
        return message.submitted.nanos();
    }
}
