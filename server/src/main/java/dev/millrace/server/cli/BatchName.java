package dev.millrace.server.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/** What {@code batch open} prints: the queue of the batch's task, a slash and 16 hex digits. */
record BatchName(String queue, String id) {
    static final String LABEL = "QUEUE/ID";
    static final String RULE = "as batch open printed it, such as reports/0123456789abcdef";
    private static final Pattern NAME = Pattern.compile("([^/]+)/([0-9a-fA-F]{16})");

    static BatchName of(String text) {
        Matcher name = NAME.matcher(text);
        if (!name.matches()) {
            throw new CliException("'" + text + "' is no batch: it is the name of a queue, a slash and 16 hex digits, "
                    + RULE);
        }
        return new BatchName(name.group(1), name.group(2));
    }

    String path(String rest) {
        return Api.queue(queue, "batches/" + id + rest);
    }

    ObjectNode json() {
        return Api.JSON.createObjectNode().put("queue", queue).put("id", id);
    }

    @Override
    public String toString() {
        return queue + "/" + id;
    }
}
