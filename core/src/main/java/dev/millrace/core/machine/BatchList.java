package dev.millrace.core.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The batches of a topic as they were at one moment: those that are open or closed, and the last
 * {@value BatchTable#KEPT} that are over.
 *
 * <p>
 * Thread safety: made by the owner thread, then read by one thread, whichever, so that looking through many costs the
 * owner nothing.
 */
public final class BatchList {
    /** One batch. */
    public record Entry(long id, BatchProgress progress) {}

    private final LongTable.Frozen rows;

    BatchList(LongTable.Frozen rows) {
        this.rows = rows;
    }

    /** Those with the lowest ids above this one, in their order, at most so many. */
    public List<Entry> after(long id, int limit, Predicate<BatchProgress> wanted) {
        TreeMap<Long, BatchProgress> found = new TreeMap<>();
        LongTable.Frozen all = rows.anew();
        while (all.visit(Integer.MAX_VALUE, (words, at) -> {
            boolean fits = BatchTable.isBatch(words, at) && words[at] > id
                    && (found.size() < limit || words[at] < found.lastKey());
            if (fits) {
                BatchProgress progress = BatchTable.progress(words, at);
                if (wanted.test(progress)) {
                    found.put(words[at], progress);
                }
            }
            if (found.size() > limit) {
                found.pollLastEntry();
            }
        }) > 0) {
            // the next pages
        }
        List<Entry> entries = new ArrayList<>(found.size());
        for (Map.Entry<Long, BatchProgress> each : found.entrySet()) {
            entries.add(new Entry(each.getKey(), each.getValue()));
        }
        return entries;
    }
}
