package dev.millrace.server.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which of several queues a worker takes its next tasks from: by weights, each queue that has tasks gets its share over time
 * (smooth weighted round-robin, and one without tasks saves nothing up), or strictly in the order in which they were named.
 *
 * <p>
 * Thread safety: none.
 */
final class QueueShares {
    static final int MAX_WEIGHT = 1_000;
    private static final int MAX_QUEUES = 100;

    /** A queue and how many tasks may be taken from it. */
    record Share(String queue, int tasks) {}

    private static final class Line {
        final String queue;
        final int weight;
        long turn;

        Line(String queue, int weight) {
            this.queue = queue;
            this.weight = weight;
        }
    }

    private final List<Line> lines = new ArrayList<>();
    private final boolean strict;

    private QueueShares(boolean strict) {
        this.strict = strict;
    }

    /**
     * Of what a user wrote.
     *
     * @param named
     *            each a queue, or a queue, {@code =} and its weight, 1 unless said
     */
    static QueueShares of(List<String> named, boolean strict) {
        QueueShares shares = new QueueShares(strict);
        for (String text : named) {
            int equals = text.indexOf('=');
            if (equals >= 0 && strict) {
                throw new CliException("'" + text + "' has a weight, and with --strict only the order counts: name the"
                        + " queues without weights, the most urgent first");
            }
            String queue = equals < 0 ? text : text.substring(0, equals);
            if (queue.isBlank()) {
                throw new CliException("'" + text + "' names no queue; write QUEUE or QUEUE=WEIGHT, such as emails=3");
            }
            if (shares.queues().contains(queue)) {
                throw new CliException("queue " + queue + " is named twice");
            }
            shares.lines.add(new Line(queue, equals < 0 ? 1 : weight(text, text.substring(equals + 1))));
        }
        if (named.size() > MAX_QUEUES) {
            throw new CliException("one worker serves at most " + MAX_QUEUES + " queues, not " + named.size());
        }
        return shares;
    }

    private static int weight(String text, String weight) {
        try {
            int number = Integer.parseInt(weight);
            if (number >= 1 && number <= MAX_WEIGHT) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new CliException("'" + text + "' has no weight that is a number; write 1 to " + MAX_WEIGHT
                    + ", such as emails=3");
        }
        throw new CliException("'" + text + "' has a weight of " + weight + "; write 1 to " + MAX_WEIGHT);
    }

    /** In the order in which they were named. */
    List<String> queues() {
        return lines.stream().map(line -> line.queue).toList();
    }

    /** How many tasks to ask each of these queues for, those to be asked first in front; nothing is asked for twice. */
    List<Share> split(int tasks, List<String> among) {
        List<Line> open = lines.stream().filter(line -> among.contains(line.queue)).toList();
        if (tasks < 1 || open.isEmpty()) {
            return List.of();
        }
        if (strict) {
            return List.of(new Share(open.getFirst().queue, tasks));
        }
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (int i = 0; i < tasks; i++) {
            counts.merge(next(open).queue, 1, Integer::sum);
        }
        return counts.entrySet().stream().map(each -> new Share(each.getKey(), each.getValue())).toList();
    }

    /**
     * The line with the most turns. What one was served beyond its share beside others that fell silent since is bounded by
     * a round, or it would be left out until the rest has caught up. A worker of the API goes by the same rule, in a room of
     * its own that this one does not use.
     */
    private static Line next(List<Line> open) {
        long total = open.stream().mapToLong(line -> line.weight).sum();
        Line best = open.getFirst();
        for (Line line : open) {
            line.turn = Math.max(-total, Math.min(total, line.turn)) + line.weight;
            best = line.turn > best.turn ? line : best;
        }
        best.turn -= total;
        return best;
    }

    /** It had fewer tasks than it was asked for. */
    void wasEmpty(String queue) {
        lines.stream().filter(line -> line.queue.equals(queue)).forEach(line -> line.turn = 0);
    }
}
