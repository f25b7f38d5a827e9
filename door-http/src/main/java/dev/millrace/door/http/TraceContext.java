package dev.millrace.door.http;

import dev.millrace.net.http.HttpExchange;
import dev.millrace.node.tasks.TaskSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * W3C Trace Context: the headers {@code traceparent} and {@code tracestate} of a request go on to its tasks, and to those
 * that follow them, unless a task has a {@code traceparent} of its own. Clients that are traced send them with every
 * request. A malformed one is left out, as the recommendation says.
 */
final class TraceContext {
    private static final String PARENT = "traceparent";
    private static final String STATE = "tracestate";
    /** Versions after 00 may go on after what is known; zeros alone and version ff are invalid. */
    private static final Pattern FORM = Pattern.compile(
            "(?!ff)([0-9a-f]{2})-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-[ -~]{1,200})?");
    private static final int MAX_STATE = 512;

    private TraceContext() {}

    static List<TaskSpec> apply(HttpExchange exchange, List<TaskSpec> tasks) {
        List<String> parents = exchange.headers(PARENT);
        if (parents.size() != 1 || !isValid(parents.getFirst().strip())) {
            return tasks;
        }
        Map<String, String> context = new LinkedHashMap<>();
        context.put(PARENT, parents.getFirst().strip());
        String state = String.join(",", exchange.headers(STATE)).strip();
        if (!state.isEmpty() && state.length() <= MAX_STATE) {
            context.put(STATE, state);
        }
        return tasks.stream().map(task -> with(task, context)).toList();
    }

    private static boolean isValid(String parent) {
        Matcher form = FORM.matcher(parent);
        return form.matches() && (form.group(2) == null || !form.group(1).equals("00"));
    }

    private static TaskSpec with(TaskSpec task, Map<String, String> context) {
        TaskSpec.Flow flow = task.flow();
        List<TaskSpec.Step> then = flow.then()
                .stream()
                .map(step -> new TaskSpec.Step(step.queue(), with(step.task(), context), step.result()))
                .toList();
        return new TaskSpec(task.type(), task.payload(), headers(task.headers(), context), task.keys(), task.terms(),
                new TaskSpec.Flow(then, flow.batch(), flow.group(), flow.gathered()));
    }

    private static Map<String, String> headers(Map<String, String> own, Map<String, String> context) {
        if (own.containsKey(PARENT)) {
            return own;
        }
        Map<String, String> all = new LinkedHashMap<>(own);
        all.putAll(context);
        return all;
    }
}
