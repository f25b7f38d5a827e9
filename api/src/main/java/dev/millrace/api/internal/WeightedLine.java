package dev.millrace.api.internal;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A queue that shares a worker with others: by weights, each gets its share over time, whoever falls silent or comes back,
 * or strictly the first that has something.
 *
 * <p>
 * Smooth weighted round-robin, as nginx has it for servers. A silent line saves nothing up, and one that was served more
 * than its share beside others that are silent now owes those that wait no more than one round.
 *
 * <p>
 * Thread safety: none.
 */
public abstract class WeightedLine {
    /** Its share beside other lines, at least 1. */
    protected final int weight;
    /** Who has the most is next. */
    long turn;

    protected WeightedLine(int weight) {
        this.weight = weight;
    }

    /** Whether it has something to be served. */
    protected abstract boolean waits();

    /** It has nothing now. {@link #next} sees that itself of the lines that do not wait. */
    public final void fellSilent() {
        turn = 0;
    }

    /** The line to be served, null when nothing waits. */
    public static <L extends WeightedLine> @Nullable L next(List<L> lines, boolean strict) {
        long total = 0;
        for (L line : lines) {
            if (!line.waits()) {
                line.fellSilent();
            } else if (strict) {
                return line;
            } else {
                total += line.weight;
            }
        }
        L best = null;
        for (L line : lines) {
            if (line.waits()) {
                line.turn = Math.max(-total, Math.min(total, line.turn)) + line.weight;
                best = best == null || line.turn > best.turn ? line : best;
            }
        }
        if (best != null) {
            best.turn -= total;
        }
        return best;
    }
}
