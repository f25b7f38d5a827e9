package dev.millrace.log.file;

import dev.millrace.log.file.CheckReport.Problem;
import java.util.ArrayList;
import java.util.List;

/** Gathers what a check finds. */
final class CheckFindings {
    private final List<Problem> problems = new ArrayList<>();
    private final List<Integer> unclean = new ArrayList<>();
    private int segments;
    private int snapshots;
    private long batches;
    private long records;
    private long bytes;

    void add(Problem problem) {
        problems.add(problem);
    }

    void segment() {
        segments++;
    }

    void snapshot() {
        snapshots++;
    }

    void batch(BatchHeader header) {
        batches++;
        records += header.recordCount();
        bytes += header.length();
    }

    void unclean(int shard) {
        unclean.add(shard);
    }

    CheckReport report(int shards) {
        return new CheckReport(shards, segments, snapshots, batches, records, bytes, List.copyOf(unclean),
                List.copyOf(problems));
    }
}
