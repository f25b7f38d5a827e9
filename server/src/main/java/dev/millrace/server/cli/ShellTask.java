package dev.millrace.server.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One task of {@link WorkerCommand} and the process that does it. {@link #run} belongs to one thread; any may ask to
 * {@link #giveUp}.
 */
final class ShellTask implements Runnable {
    /** EX_TEMPFAIL of sysexits.h. */
    private static final int PUT_OFF = 75;
    private static final int MAX_ERROR_BYTES = 400;
    private static final long CHECK_MILLIS = 1_000;

    /** Where tasks come from and what does them. */
    record Place(Api api, String queue, String exec, long leaseMillis, long putOffMillis) {
        JsonNode post(String what, ObjectNode body) {
            return api.post(Api.queue(queue, what), body.toString());
        }
    }

    private final Place place;
    private final JsonNode task;
    private volatile @Nullable String killedFor;

    ShellTask(Place place, JsonNode task) {
        this.place = place;
        this.task = task;
    }

    /** The worker ends: the process is killed and the task put off. */
    void giveUp() {
        killedFor = "the worker was stopped";
    }

    @Override
    public void run() {
        Process process;
        try {
            process = start();
        } catch (IOException e) {
            fail("the command could not be started: " + e.getMessage());
            return;
        }
        byte[][] error = {new byte[0]};
        Thread reader = Thread.ofVirtual().start(() -> error[0] = tail(process));
        Thread writer = Thread.ofVirtual().start(() -> feed(process));
        try {
            boolean ours = watch(process);
            writer.join();
            reader.join(CHECK_MILLIS); // a grandchild that left the tree may hold standard error open
            if (ours) {
                settle(process.exitValue(), new String(error[0], StandardCharsets.UTF_8).strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            kill(process);
        }
    }

    private Process start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", place.exec());
        builder.redirectOutput(ProcessBuilder.Redirect.INHERIT);
        Map<String, String> environment = builder.environment();
        environment.put("MILLRACE_QUEUE", place.queue());
        environment.put("MILLRACE_TASK_ID", task.path("id").asString());
        environment.put("MILLRACE_TASK_TYPE", task.path("type").asString(""));
        environment.put("MILLRACE_TASK_ATTEMPT", task.path("attempt").asString());
        for (Map.Entry<String, JsonNode> header : task.path("headers").properties()) {
            environment.put("MILLRACE_HEADER_" + header.getKey().toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"),
                    header.getValue().asString());
        }
        return builder.start();
    }

    private void feed(Process process) {
        try (OutputStream in = process.getOutputStream()) {
            in.write(Base64.getDecoder().decode(task.path("base64").asString("")));
        } catch (IOException e) {
            return; // the command does not read its input
        }
    }

    private static byte[] tail(Process process) {
        byte[] tail = new byte[0];
        try {
            byte[] chunk = new byte[8192];
            for (int n = process.getErrorStream().read(chunk); n >= 0; n = process.getErrorStream().read(chunk)) {
                System.err.write(chunk, 0, n);
                System.err.flush();
                byte[] both = new byte[tail.length + n];
                System.arraycopy(tail, 0, both, 0, tail.length);
                System.arraycopy(chunk, 0, both, tail.length, n);
                tail = both.length <= MAX_ERROR_BYTES ? both
                        : Arrays.copyOfRange(both, both.length - MAX_ERROR_BYTES, both.length);
            }
        } catch (IOException e) {
            return tail; // the process was killed
        }
        return tail;
    }

    /** Extends the lease while it runs, kills it when it has to end; false when the task is no longer this worker's. */
    private boolean watch(Process process) throws InterruptedException {
        long now = System.nanoTime();
        long timeout = task.path("timeoutMillis").asLong(0);
        long extendAt = now;
        long began = now;
        while (!process.waitFor(Math.min(CHECK_MILLIS, place.leaseMillis() / 3), TimeUnit.MILLISECONDS)) {
            now = System.nanoTime();
            if (timeout > 0 && now - began >= timeout * 1_000_000) {
                killedFor = "timed out after " + timeout + " ms";
            }
            // At least each second, because the answer also tells of a cancel.
            if (killedFor == null && now - extendAt >= 0) {
                extendAt = now + CHECK_MILLIS * 1_000_000;
                if (!extend()) {
                    kill(process);
                    return false;
                }
            }
            if (killedFor != null) {
                kill(process);
            }
        }
        return true;
    }

    private boolean extend() {
        JsonNode answer;
        try {
            answer = place.post("extend", tokens().put("leaseMillis", place.leaseMillis()));
        } catch (CliException e) {
            return true; // tried again; if the lease ends meanwhile, the next answer says so
        }
        if (!answer.path("stop").isEmpty()) {
            killedFor = "cancelled";
        }
        return answer.path("stale").isEmpty();
    }

    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private void settle(int exit, String error) {
        String why = killedFor;
        if (why != null && why.equals("the worker was stopped")) {
            place.post("retry", tokens().put("delayMillis", 0).put("counts", false).put("error", why));
        } else if (why != null) {
            fail(why);
        } else if (exit == 0) {
            place.post("ack", tokens());
        } else if (exit == PUT_OFF) {
            putOff(error);
        } else {
            fail(error.isEmpty() ? "exit code " + exit : error);
        }
    }

    /** Gives it back for a while without counting the attempt. */
    void putOff(String why) {
        place.post("retry",
                tokens().put("delayMillis", place.putOffMillis()).put("counts", false).put("error", why));
    }

    private void fail(String error) {
        place.post("retry", tokens().put("error", error));
    }

    private ObjectNode tokens() {
        ObjectNode body = Api.JSON.createObjectNode();
        body.putArray("tokens").add(task.path("token").asString());
        return body;
    }
}
