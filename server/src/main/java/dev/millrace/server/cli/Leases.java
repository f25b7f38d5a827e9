package dev.millrace.server.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The leases of the tasks that a worker runs: extended once a second, those of a queue in one request, whose answer also says which of
 * them are lost or cancelled. A lease that could not be extended counts as lost a third before it ends, so that two
 * workers never run a task at once.
 *
 * <p>
 * Thread safety: {@link #beat} belongs to one thread, the rest to any.
 */
final class Leases {
    private final long leaseMillis;
    private final Set<ShellTask> running = ConcurrentHashMap.newKeySet();

    Leases(long leaseMillis) {
        this.leaseMillis = leaseMillis;
    }

    void add(ShellTask task) {
        running.add(task);
    }

    void remove(ShellTask task) {
        running.remove(task);
    }

    Set<ShellTask> running() {
        return Set.copyOf(running);
    }

    /** How long to wait between two beats. */
    long beatMillis() {
        return Math.min(1_000, leaseMillis / 3);
    }

    /**
     * Extends all leases once; false if there was none.
     *
     * @throws CliException
     *             when the server was not reached; it is tried again at the next beat
     */
    boolean beat() {
        Map<ShellTask.Place, List<ShellTask>> byPlace = new HashMap<>();
        running.forEach(task -> byPlace.computeIfAbsent(task.place(), place -> new ArrayList<>()).add(task));
        CliException failure = null;
        for (Map.Entry<ShellTask.Place, List<ShellTask>> each : byPlace.entrySet()) {
            try {
                beat(each.getKey(), each.getValue());
            } catch (CliException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
        return !byPlace.isEmpty();
    }

    private static void beat(ShellTask.Place place, List<ShellTask> tasks) {
        long now = System.nanoTime();
        ObjectNode ask = Api.JSON.createObjectNode().put("leaseMillis", place.leaseMillis());
        ArrayNode tokens = ask.putArray("tokens");
        Map<String, ShellTask> byToken = new HashMap<>();
        for (ShellTask task : tasks) {
            tokens.add(task.token());
            byToken.put(task.token(), task);
        }
        JsonNode answer;
        try {
            answer = place.post("extend", ask);
        } catch (CliException e) {
            tasks.forEach(task -> task.notExtended(System.nanoTime()));
            throw e;
        }
        stop(answer.path("stale"), byToken, ShellTask.Stop.LOST);
        stop(answer.path("stop"), byToken, ShellTask.Stop.CANCELLED);
        byToken.values().forEach(task -> task.extended(now));
    }

    private static void stop(JsonNode tokens, Map<String, ShellTask> byToken, ShellTask.Stop why) {
        for (JsonNode token : tokens) {
            ShellTask task = byToken.get(token.asString());
            if (task != null) {
                task.stop(why);
            }
        }
    }
}
