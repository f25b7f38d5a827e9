package dev.millrace.verification.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.shard.Submission;
import dev.millrace.verification.simulation.Command.Publish;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shards that share a disk which is nearly full: crash after crash they start again, and everything can be consumed. */
class NearlyFullDiskTest {
    private static final int SMALL_BYTES = 100;
    private static final int LARGE_BYTES = 10_000;
    private static final int LIVES = 300;
    /** Until then every life leaves a small message of each topic, and with it a segment that is nearly empty. */
    private static final int FILLED_IN_LIFE = 150;

    @ParameterizedTest
    @ValueSource(longs = {3, 4, 5, 9, 13})
    void hundredsOfCrashes_neverKeepTheProcessFromStarting(long seed) {
        Random random = new Random(seed);
        World world = new World(SimulationPlan.of(seed, 3), line -> {});
        Operator operator = new Operator(world);
        assertThat(world.start()).isTrue();
        List<TopicBook> topics = world.hosts.stream().map(host -> topic(world, operator, host)).toList();
        int refused = 0;
        for (int life = 0; life < LIVES; life++) {
            work(world, topics, SMALL_BYTES);
            if (life == FILLED_IN_LIFE) {
                fill(world, topics);
            }
            if (random.nextInt(3) > 0) {
                breakSoon(world, random);
            }
            world.survives(() -> work(world, topics, LARGE_BYTES));
            if (world.isRunning()) {
                world.stopped("killed in life " + life);
            }
            if (random.nextInt(4) == 0) {
                breakSoon(world, random);
                world.survives(world::start);
            }
            if (world.isRunning()) {
                world.stopped("killed soon after the start of life " + life);
            }
            assertThat(world.start()).as("life %d starts, with %d bytes free", life, free(world)).isTrue();
            refused += hasRoom(world) ? 0 : 1;
        }
        assertThat(refused).as("lives in which messages were refused").isGreaterThan(0);
        new Drain(world, operator, new Faults(world, operator)).run();
        assertThat(world.start()).isTrue();
        world.survives(() -> pass(world, 600));
        assertThat(hasRoom(world)).as("room once everything is consumed, with %d bytes free", free(world)).isTrue();
    }

    private static TopicBook topic(World world, Operator operator, HostedShard host) {
        TopicBook topic = new TopicBook("t" + host.number, host.number);
        world.ledger.topics.put(topic.name, topic);
        GroupBook group = new GroupBook(topic, "g");
        topic.groups.put(group.name, group);
        operator.createGroup(group);
        return topic;
    }

    private static void breakSoon(World world, Random random) {
        if (random.nextBoolean()) {
            world.disk.cutPowerAfter(1 + random.nextInt(200));
        } else {
            world.slowDisk.killAfter(1 + random.nextInt(200));
        }
    }

    private static long free(World world) {
        return world.disk.usableBytes(java.nio.file.Path.of("/simulated"));
    }

    private static boolean hasRoom(World world) {
        return world.hosts.stream().allMatch(host -> host.shard().log().hasRoom());
    }

    private static void fill(World world, List<TopicBook> topics) {
        while (hasRoom(world)) {
            work(world, topics, LARGE_BYTES);
        }
    }

    /** Somebody tries to publish to every topic. */
    private static void work(World world, List<TopicBook> topics, int bodyBytes) {
        for (TopicBook topic : topics) {
            HostedShard host = world.hosts.get(topic.shard);
            Client client = world.newClient(host, null);
            client.opened(host.shard().openSession(client));
            publish(world, client, topic, bodyBytes);
        }
        pass(world, 2);
        world.clients.stream().filter(Client::isAlive).forEach(Client::close);
        pass(world, 1);
    }

    private static void publish(World world, Client client, TopicBook topic, int bodyBytes) {
        Submission submission = new Submission();
        ByteBuffer data = ByteBuffer.allocate(bodyBytes + Integer.BYTES);
        submission.data(data);
        Message message = world.ledger.newMessage(topic, world.ledger.messages.size(),
                new Message.Payload(bodyBytes, 0, 0), world.moment());
        message.writeTo(data);
        submission.publish(topic.ref, 0, data.position(), 1);
        client.submit(submission, List.of(new Publish(List.of(message), world.ledger.highestId(topic.shard))));
    }

    /** Lets so many tenths of a second pass. */
    private static void pass(World world, int tenths) {
        for (int i = 0; i < tenths; i++) {
            world.clock.pass(100_000_000);
            world.hosts.stream().filter(host -> !host.isDown()).forEach(HostedShard::cycle);
            while (world.threads().runOne()) {
                world.checkHeard();
            }
        }
        world.checkHeard();
    }
}
