package dev.millrace.verification.crash;

import dev.millrace.verification.crash.NsqClient.Delivered;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Clients of one server process, each on a thread of its own, that go on until the server is gone: some publish, some
 * consume and settle only a part of what they get.
 */
public final class Load {
    static final List<String> TOPICS = List.of("crash_a", "crash_b");
    static final String CHANNEL = "c";
    private static final int PUBLISHERS = 3;
    private static final int READ_MILLIS = 20_000;

    private interface Life {
        void live(Random random) throws IOException;
    }

    private final InetSocketAddress server;
    private final Journal journal;
    private final List<Thread> threads = new ArrayList<>();

    private Load(InetSocketAddress server, Journal journal) {
        this.server = server;
        this.journal = journal;
    }

    /** Starts clients that publish and clients that consume; {@code name} keeps the bodies of several loads apart. */
    public static Load start(InetSocketAddress server, Journal journal, String name, long seed) {
        Load load = publish(server, journal, name, seed);
        for (String topic : TOPICS) {
            load.run(seed * 31 + 7 + topic.hashCode(), random -> load.consume(topic, random));
        }
        return load;
    }

    /** Starts clients that publish. */
    public static Load publish(InetSocketAddress server, Journal journal, String name, long seed) {
        Load load = new Load(server, journal);
        for (int i = 0; i < PUBLISHERS; i++) {
            String publisher = name + "-" + i;
            load.run(seed * 31 + i, random -> load.publish(publisher, random));
        }
        return load;
    }

    private void run(long seed, Life life) {
        threads.add(Thread.ofPlatform().daemon().name("load-" + threads.size()).start(() -> {
            try {
                life.live(new Random(seed));
            } catch (IOException gone) {
                // The server was killed; what waited for its answer has an unknown outcome.
                return;
            }
        }));
    }

    /** Waits until every client has seen that the server is gone. */
    public void awaitEnd() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void publish(String name, Random random) throws IOException {
        try (NsqClient client = new NsqClient(server, READ_MILLIS)) {
            for (int number = 0;; number++) {
                String topic = TOPICS.get(random.nextInt(TOPICS.size()));
                int count = random.nextInt(4) == 0 ? 1 + random.nextInt(30) : 1;
                List<String> bodies = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    int filler = random.nextInt(20) == 0 ? 3_000 : 50;
                    bodies.add(name + "-" + number + "-" + i + "-" + "x".repeat(random.nextInt(filler)));
                }
                journal.sending(bodies);
                if (count > 1) {
                    client.publishAll(topic, bodies);
                } else if (random.nextInt(5) == 0) {
                    client.publishLater(topic, bodies.getFirst(), random.nextInt(3_000));
                } else {
                    client.publish(topic, bodies.getFirst());
                }
                journal.acknowledged(bodies);
            }
        }
    }

    private void consume(String topic, Random random) throws IOException {
        try (NsqClient client = new NsqClient(server, READ_MILLIS)) {
            client.subscribe(topic, CHANNEL, 40);
            while (true) {
                Delivered delivery = client.next();
                journal.delivered(delivery);
                switch (random.nextInt(10)) {
                    case 0 -> client.requeue(delivery.id(), random.nextInt(400));
                    case 1 -> {
                        // Still in flight when the server is killed.
                    }
                    default -> client.finish(delivery.id());
                }
            }
        }
    }
}
