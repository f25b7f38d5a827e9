package dev.millrace.server.cli;

import dev.millrace.api.internal.WeightedLine;
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

    private static final class Line extends WeightedLine {
        final String queue;
        boolean isOpen;

        Line(String queue, int weight) {
            super(weight);
            this.queue = queue;
        }

        @Override
        protected boolean waits() {
            return isOpen;
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
        lines.forEach(line -> line.isOpen = among.contains(line.queue));
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (int i = 0; i < tasks; i++) {
            Line next = WeightedLine.next(lines, strict);
            if (next != null) {
                counts.merge(next.queue, 1, Integer::sum);
            }
        }
        return counts.entrySet().stream().map(each -> new Share(each.getKey(), each.getValue())).toList();
    }

    /** It had fewer tasks than it was asked for. */
    void wasEmpty(String queue) {
        lines.stream().filter(line -> line.queue.equals(queue)).forEach(WeightedLine::fellSilent);
    }
}
