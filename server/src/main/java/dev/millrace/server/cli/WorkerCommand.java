package dev.millrace.server.cli;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sun.misc.Signal;

/**
 * {@code worker}: runs a shell command for each task. One thread takes tasks ({@link TaskTaker}), another extends leases, a
 * virtual thread looks after each task; SIGTERM and SIGINT end the taking, what runs may end within {@code --drain}.
 */
// sun.misc.Signal is the only way to signals that leaves the exit code to the program, as in the server.
@Command(name = "worker", description = "Runs a shell command for each task of one or several queues.", footer = {"",
    "The payload comes on standard input; MILLRACE_TASK_ID, _TYPE, _ATTEMPT, _TOKEN, MILLRACE_QUEUE, MILLRACE_URL and",
    "MILLRACE_HEADER_NAME in the environment. Exit code 0: done. 75: put off for --put-off, not counted.",
    "65: dead at once. Any other: failed, the end of standard error is the error.", "", "Examples:",
    "  millrace worker emails --exec './send-mail.sh' --concurrency 8",
    "  millrace worker emails=3,reports=1 --exec './work.sh'         three of four tasks are emails while both wait",
    "  millrace worker urgent,normal,rest --strict --exec './work.sh'"})
public final class WorkerCommand implements Callable<Integer> {
    private static final int FREE_MILLIS = 1_000;
    private static final int PAUSE_MILLIS = 200;
    private static final int TROUBLE_SECONDS = 1;
    private static final String EXTEND = " extend";
    private static final int MAX_CONCURRENCY = 1_000;
    private static final long MIN_LEASE_MILLIS = 3_000;
    /** For those that do not end within the time to drain. */
    private static final int LAST_SECONDS = 15;

    @Mixin private Common common;
    @Parameters(arity = "1..*", split = ",", paramLabel = "QUEUE[=WEIGHT]",
            description = "queues to share by their weights, 1 to 1000 [1]") private List<String> queues;
    @Option(names = "--strict",
            description = "of several queues the first named one that has tasks is served first") private boolean strict;
    @Option(names = "--exec", paramLabel = "COMMAND", required = true,
            description = "run by sh -c") private String exec;
    @Option(names = "--concurrency", paramLabel = "COUNT", defaultValue = "1",
            description = "tasks at once, 1 to 1000 [1]") private int concurrency;
    @Option(names = "--type", paramLabel = "TYPE",
            description = "only these; others are put off for another worker. May be repeated") private @Nullable List<String> types;
    @Option(names = "--lease", paramLabel = "DURATION", defaultValue = "30s",
            description = "extended while a task runs; at least 3s [30s]") private String lease;
    @Option(names = "--timeout", paramLabel = "DURATION",
            description = "what an attempt may take if its task does not say [no limit]") private @Nullable String timeout;
    @Option(names = "--put-off", paramLabel = "DURATION", defaultValue = "10s",
            description = "wait after exit code 75, and of other types [10s]") private String putOff;
    @Option(names = "--drain", paramLabel = "DURATION", defaultValue = "30s",
            description = "what runs may take after SIGTERM [30s]") private String drain;
    @Option(names = "--keep-output",
            description = "the end of standard output becomes the task's result") private boolean keepOutput;

    private final CountDownLatch stop = new CountDownLatch(1);
    /** By SIGTSTP, until SIGCONT. */
    private volatile boolean paused;
    /** What the server could not be asked for lately; guarded by itself. */
    private final Set<String> failing = new HashSet<>();

    @Override
    public Integer call() throws InterruptedException {
        if (concurrency < 1 || concurrency > MAX_CONCURRENCY) {
            throw new CliException("--concurrency must be 1 to " + MAX_CONCURRENCY + ", not " + concurrency);
        }
        long leaseMillis = Common.millis("--lease", lease);
        if (leaseMillis < MIN_LEASE_MILLIS) {
            throw new CliException("--lease must be at least 3s, not " + lease);
        }
        long drainMillis = Common.millis("--drain", drain);
        QueueShares shares = QueueShares.of(queues, strict);
        Api api = common.api().within(Duration.ofMillis(leaseMillis / 3));
        Map<String, ShellTask.Place> places = new LinkedHashMap<>();
        for (String queue : shares.queues()) {
            places.put(queue, new ShellTask.Place(api, queue, exec, leaseMillis, Common.millis("--put-off", putOff),
                    timeout == null ? 0 : Common.millis("--timeout", timeout), keepOutput));
        }
        api.get("/api/v1/server"); // whoever starts a worker without a server wants to know
        say("takes tasks of " + String.join(", ", shares.queues()) + " at " + api.url());
        Leases leases = new Leases(leaseMillis);
        for (String name : new String[]{"TERM", "INT"}) {
            Signal.handle(new Signal(name), _ -> signalled(leases));
        }
        Signal.handle(new Signal("TSTP"), _ -> paused = true);
        Signal.handle(new Signal("CONT"), _ -> paused = false);
        // Whatever else ends this process, such as its terminal going away.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> leases.running().forEach(ShellTask::killNow)));
        Thread beats = Thread.ofVirtual().start(() -> beat(leases));
        Semaphore free = new Semaphore(concurrency);
        work(new TaskTaker(places, shares, new Work(leases, free), () -> stop.getCount() == 0), free);
        if (!free.tryAcquire(concurrency, drainMillis, TimeUnit.MILLISECONDS)) {
            leases.running().forEach(task -> task.stop(ShellTask.Stop.DRAINED));
            free.tryAcquire(concurrency, LAST_SECONDS, TimeUnit.SECONDS);
        }
        beats.interrupt();
        return 0;
    }

    /** The first signal drains; a second one kills what runs and ends at once: the leases then end by time. */
    private void signalled(Leases leases) {
        if (stop.getCount() == 0) {
            leases.running().forEach(ShellTask::killNow);
            Runtime.getRuntime().halt(1);
        }
        stop.countDown();
    }

    private void beat(Leases leases) {
        try {
            while (true) {
                Thread.sleep(leases.beatMillis());
                try {
                    worked(EXTEND, leases.beat());
                } catch (CliException e) {
                    failed(EXTEND, e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // all is done
        }
    }

    private void work(TaskTaker taker, Semaphore free) throws InterruptedException {
        while (stop.getCount() > 0) {
            if (paused) {
                pause();
                continue;
            }
            if (!free.tryAcquire(FREE_MILLIS, TimeUnit.MILLISECONDS)) {
                continue;
            }
            int room = 1 + free.drainPermits();
            int taken = taker.round(room);
            free.release(room - Math.max(0, taken));
            if (taken < 0) {
                stop.await(TROUBLE_SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    /** Nothing is asked for any more when it says so; what runs goes on. */
    private void pause() throws InterruptedException {
        say("takes nothing more until SIGCONT; what runs goes on");
        boolean over = false;
        while (paused && !over) {
            over = stop.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
        if (!over) {
            say("takes tasks again");
        }
    }

    /** What becomes of the tasks that were taken. */
    private final class Work implements TaskTaker.Worker {
        private final Leases leases;
        private final Semaphore free;

        Work(Leases leases, Semaphore free) {
            this.leases = leases;
            this.free = free;
        }

        @Override
        public void start(ShellTask task) {
            WorkerCommand.this.start(task, leases, free);
        }

        @Override
        public void failed(String queue, CliException failure) {
            WorkerCommand.this.failed(queue, failure);
        }

        @Override
        public void worked(String queue) {
            WorkerCommand.this.worked(queue, true);
        }
    }

    /** A server that was there once will come back; an outage is told once, whatever it hinders. */
    private void failed(String what, CliException e) {
        synchronized (failing) {
            if (failing.isEmpty()) {
                say(e.getMessage() + ". Trying again every second");
            }
            failing.add(what);
        }
    }

    private void worked(String what, boolean reached) {
        synchronized (failing) {
            if (failing.remove(what) && failing.isEmpty() && reached) {
                say("the server is back");
            }
        }
    }

    private void start(ShellTask task, Leases leases, Semaphore free) {
        List<String> wanted = types;
        leases.add(task);
        Thread.ofVirtual().start(() -> {
            try {
                if (stop.getCount() == 0) {
                    task.giveBack();
                } else if (wanted != null && !wanted.contains(task.type())) {
                    task.putOff("this worker takes other types");
                } else {
                    task.run();
                }
            } catch (CliException e) {
                say(e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                leases.remove(task);
                free.release();
            }
        });
    }

    private void say(@Nullable String what) {
        common.err().println("millrace worker: " + what);
        common.err().flush();
    }
}
