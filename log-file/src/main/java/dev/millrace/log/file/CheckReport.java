package dev.millrace.log.file;

import java.nio.file.Path;
import java.util.List;

/**
 * What {@link FolderCheck} found in a data folder.
 *
 * @param shards
 *            folders of shards
 * @param segments
 *            segment files that hold batches, cold ones included
 * @param snapshots
 *            valid snapshots
 * @param batches
 *            whole batches
 * @param records
 *            records in them
 * @param bytes
 *            their bytes, headers included
 * @param unclean
 *            shards that were not stopped cleanly, or whose stop mark is damaged
 * @param problems
 *            everything that is not as it should be
 */
public record CheckReport(int shards, int segments, int snapshots, long batches, long records, long bytes,
        List<Integer> unclean, List<Problem> problems) {

    /** How bad it is. */
    public enum Severity {
        /** The server copes by itself: a torn tail, an unfinished file. */
        NOTE,
        /** Data that had been synced is broken or missing. */
        DAMAGE
    }

    /**
     * One finding.
     *
     * @param file
     *            where
     * @param position
     *            position in the log, -1 when it concerns the whole file
     * @param what
     *            what is wrong
     * @param cure
     *            what to do
     */
    public record Problem(Severity severity, Path file, long position, String what, String cure) {
        @Override
        public String toString() {
            return severity + " " + file + (position < 0 ? "" : " at position " + position) + ": " + what + ". " + cure;
        }
    }

    /** Whether synced data is broken or missing. */
    public boolean isDamaged() {
        return problems.stream().anyMatch(problem -> problem.severity() == Severity.DAMAGE);
    }

    /** For people: the findings, then the figures in two lines. */
    public String text() {
        StringBuilder text = new StringBuilder();
        problems.forEach(problem -> text.append(problem).append('\n'));
        text.append(shards)
                .append(" shards, ")
                .append(segments)
                .append(" segments, ")
                .append(snapshots)
                .append(" snapshots, ")
                .append(batches)
                .append(" batches, ")
                .append(records)
                .append(" records, ")
                .append(bytes)
                .append(" bytes\n");
        if (!unclean.isEmpty()) {
            text.append("not stopped cleanly: shards ").append(unclean).append('\n');
        }
        return text.append(isDamaged() ? "DAMAGED" : "sound").append('\n').toString();
    }
}
