package dev.millrace.server.cli;

import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sun.misc.Signal;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code worker}: runs a shell command for each task. One thread pulls, a virtual thread looks after each task; SIGTERM
 * and SIGINT end the pulling, what runs may end within {@code --drain}.
 */
// sun.misc.Signal is the only way to signals that leaves the exit code to the program, as in the server.
@Command(name = "worker", description = "Runs a shell command for each task of a queue.", footer = {"",
    "The payload comes on standard input; MILLRACE_TASK_ID, _TYPE, _ATTEMPT, MILLRACE_QUEUE and",
    "MILLRACE_HEADER_NAME in the environment. Exit code 0: done. 75: put off for --put-off, not counted.",
    "Any other: failed, the last lines of standard error are the error.", "", "Example:",
    "  millrace worker emails --exec './send-mail.sh' --concurrency 8"})
public final class WorkerCommand implements Callable<Integer> {
    private static final int PULL_WAIT_MILLIS = 1_000;
    private static final int TROUBLE_SECONDS = 1;

    @Mixin private Common common;
    @Parameters(index = "0", paramLabel = "QUEUE") private String queue;
    @Option(names = "--exec", paramLabel = "COMMAND", required = true, description = "run by sh -c") private String exec;
    @Option(names = "--concurrency", paramLabel = "COUNT", defaultValue = "1",
            description = "tasks at once, 1 to 1000 [1]") private int concurrency;
    @Option(names = "--type", paramLabel = "TYPE",
            description = "only these; others are put off for another worker. May be repeated")
    private @Nullable List<String> types;
    @Option(names = "--lease", paramLabel = "DURATION", defaultValue = "30s",
            description = "extended while a task runs [30s]") private String lease;
    @Option(names = "--put-off", paramLabel = "DURATION", defaultValue = "10s",
            description = "wait after exit code 75, and of other types [10s]") private String putOff;
    @Option(names = "--drain", paramLabel = "DURATION", defaultValue = "30s",
            description = "what runs may take after SIGTERM [30s]") private String drain;

    private final CountDownLatch stop = new CountDownLatch(1);
    private final Set<ShellTask> running = ConcurrentHashMap.newKeySet();

    @Override
    public Integer call() throws InterruptedException {
        if (concurrency < 1 || concurrency > 1_000) {
            throw new CliException("--concurrency must be 1 to 1000, not " + concurrency);
        }
        long drainMillis = Common.millis("--drain", drain);
        ShellTask.Place place = new ShellTask.Place(common.api(), queue, exec,
                Math.max(1_000, Common.millis("--lease", lease)), Common.millis("--put-off", putOff));
        for (String name : new String[]{"TERM", "INT"}) {
            Signal.handle(new Signal(name), _ -> signalled());
        }
        Semaphore free = new Semaphore(concurrency);
        work(place, free);
        if (!free.tryAcquire(concurrency, drainMillis, TimeUnit.MILLISECONDS)) {
            running.forEach(ShellTask::giveUp);
            free.tryAcquire(concurrency, 5, TimeUnit.SECONDS);
        }
        return 0;
    }

    /** The first signal drains, a second one ends at once: the leases then end by time. */
    private void signalled() {
        if (stop.getCount() == 0) {
            Runtime.getRuntime().halt(1);
        }
        stop.countDown();
    }

    private void work(ShellTask.Place place, Semaphore free) throws InterruptedException {
        while (stop.getCount() > 0) {
            if (!free.tryAcquire(PULL_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
                continue;
            }
            int room = 1 + free.drainPermits();
            int taken = 0;
            try {
                ObjectNode ask = Api.JSON.createObjectNode()
                        .put("max", room)
                        .put("waitMillis", PULL_WAIT_MILLIS)
                        .put("leaseMillis", place.leaseMillis())
                        .put("base64", true);
                for (JsonNode task : place.post("pull", ask).path("tasks")) {
                    taken++;
                    start(new ShellTask(place, task), task.path("type").asString(""), free);
                }
            } catch (CliException e) {
                say(e.getMessage());
                stop.await(TROUBLE_SECONDS, TimeUnit.SECONDS);
            } finally {
                free.release(room - taken);
            }
        }
    }

    private void start(ShellTask task, String type, Semaphore free) {
        List<String> wanted = types;
        running.add(task);
        Thread.ofVirtual().start(() -> {
            try {
                if (wanted != null && !wanted.contains(type)) {
                    task.putOff("this worker takes other types");
                } else {
                    task.run();
                }
            } catch (CliException e) {
                say(e.getMessage());
            } finally {
                running.remove(task);
                free.release();
            }
        });
    }

    private void say(@Nullable String what) {
        common.err().println("millrace worker: " + what);
        common.err().flush();
    }
}
