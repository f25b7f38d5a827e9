package dev.millrace.server.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes tasks from one or several queues for a worker, never more than it has room for: nothing waits here that another
 * worker could run. Of several queues it first takes what is ready, by their shares; when nothing is, it waits for all of them
 * at once, or, with less room than queues, for some after the others.
 *
 * <p>
 * Thread safety: {@link #round} belongs to one thread; tasks are also handed on by threads of its own.
 */
final class TaskTaker {
    private static final int WAIT_MILLIS = 1_000;
    /** Of several queues: a part of the room is each one's so long. */
    private static final int SHARED_WAIT_MILLIS = 500;
    /** With less room than queues. */
    private static final int TURN_MILLIS = 100;

    /** What the worker does with tasks, and hears of. */
    interface Worker {
        void start(ShellTask task);

        void failed(String queue, CliException failure);

        void worked(String queue);
    }

    private final Map<String, ShellTask.Place> places;
    private final QueueShares shares;
    private final Worker worker;
    private final BooleanSupplier stopped;
    /** For turns: where the next one begins. */
    private int first;

    TaskTaker(Map<String, ShellTask.Place> places, QueueShares shares, Worker worker, BooleanSupplier stopped) {
        this.places = places;
        this.shares = shares;
        this.worker = worker;
        this.stopped = stopped;
    }

    /**
     * Starts up to so many tasks, after about a second at the latest.
     *
     * @return how many; -1 when there was none and a queue could not be asked
     */
    int round(int room) throws InterruptedException {
        Round round = new Round();
        if (places.size() > 1) {
            round.takeWhatIsReady(room);
        }
        if (round.taken.get() == 0 && !round.failed.get()) {
            round.await(room);
        }
        return round.taken.get() == 0 && round.failed.get() ? -1 : round.taken.get();
    }

    private final class Round {
        private final AtomicInteger taken = new AtomicInteger();
        private final AtomicBoolean failed = new AtomicBoolean();

        private void takeWhatIsReady(int room) {
            List<String> open = new ArrayList<>(shares.queues());
            while (taken.get() < room && !open.isEmpty()) {
                for (QueueShares.Share share : shares.split(room - taken.get(), open)) {
                    if (pull(share.queue(), share.tasks(), 0) < share.tasks()) {
                        open.remove(share.queue());
                        shares.wasEmpty(share.queue());
                    }
                }
            }
        }

        private void await(int room) throws InterruptedException {
            List<String> queues = new ArrayList<>(shares.queues());
            if (queues.size() == 1) {
                pull(queues.getFirst(), room, WAIT_MILLIS);
            } else if (room >= queues.size()) {
                awaitAll(queues, room, SHARED_WAIT_MILLIS);
            } else {
                Collections.rotate(queues, -first);
                first = (first + room) % queues.size();
                awaitAll(queues.subList(0, room), room, TURN_MILLIS);
            }
        }

        /** Each has a part of the room until the time is up. */
        private void awaitAll(List<String> queues, int room, int millis) throws InterruptedException {
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < queues.size(); i++) {
                String queue = queues.get(i);
                int part = room / queues.size() + (i < room % queues.size() ? 1 : 0);
                threads.add(Thread.ofVirtual().start(() -> await(queue, part, until)));
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }

        private void await(String queue, int room, long until) {
            int left = room;
            for (long millis = left(until); left > 0 && millis > 0 && !stopped.getAsBoolean(); millis = left(until)) {
                int got = pull(queue, left, (int) millis);
                if (got < 0) {
                    return;
                }
                left -= got;
            }
        }

        private static long left(long until) {
            return TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
        }

        /** How many there were; -1 when the queue could not be asked. */
        private int pull(String queue, int most, int waitMillis) {
            ShellTask.Place place = places.get(queue);
            if (place == null) {
                throw new IllegalStateException("no place for queue " + queue);
            }
            ObjectNode ask = Api.JSON.createObjectNode()
                    .put("max", most)
                    .put("waitMillis", waitMillis)
                    .put("leaseMillis", place.leaseMillis())
                    .put("base64", true);
            JsonNode tasks;
            try {
                tasks = place.post("pull", ask).path("tasks");
            } catch (CliException e) {
                failed.set(true);
                worker.failed(queue, e);
                return -1;
            }
            worker.worked(queue);
            taken.addAndGet(tasks.size());
            tasks.forEach(task -> worker.start(new ShellTask(place, task)));
            return tasks.size();
        }
    }
}
