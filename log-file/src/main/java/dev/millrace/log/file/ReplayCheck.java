package dev.millrace.log.file;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.log.LogException;
import dev.millrace.log.file.CheckReport.Problem;
import dev.millrace.log.file.CheckReport.Severity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.NavigableMap;

/** Hands the log to the machine's check: the oldest snapshot from which the log leads on, then batch by batch. */
final class ReplayCheck {
    private static final String CURE = "The records are whole but do not mean what they should: keep a copy of the"
            + " folder and report it";

    private final ShardFolder folder;
    private final LogMeta meta;
    private final CheckFindings findings;
    private final MachineCheck machine;
    private final ArrayDeque<Long> later = new ArrayDeque<>();

    ReplayCheck(ShardFolder folder, LogMeta meta, CheckFindings findings, MachineCheck machine) {
        this.folder = folder;
        this.meta = meta;
        this.findings = findings;
        this.machine = machine;
    }

    void run(List<Long> snapshots, List<Long> numbers, NavigableMap<Long, SegmentHeader> headers) throws IOException {
        later.addAll(snapshots);
        long base = 0;
        Chain chain = Chain.find(numbers, headers, 0, meta);
        while (chain == null && !later.isEmpty()) {
            base = later.removeFirst();
            chain = Chain.find(numbers, headers, base, meta);
        }
        if (chain == null) {
            return;
        }
        try {
            if (base > 0) {
                try (FileSnapshotReader reader = FileSnapshotReader.open(folder, meta, base)) {
                    machine.snapshot(reader);
                }
            }
            replay(chain, base);
            report(folder.path(), machine.finish(position -> ShardCheck.read(folder, meta, position)));
        } catch (LogException broken) {
            findings.add(new Problem(Severity.DAMAGE, folder.path(), -1,
                    "the replay ended early: " + broken.getMessage(), "Mend the damage named above first"));
        }
    }

    private void replay(Chain chain, long base) throws IOException {
        for (int i = 0; i < chain.links().size(); i++) {
            SegmentHeader link = chain.links().get(i);
            Path path = folder.segment(link.start() / meta.segmentBytes(), false);
            try (SegmentScan scan = new SegmentScan(folder, meta, path, link.start())) {
                SegmentWalk walk = new SegmentWalk(scan, link, meta);
                walk.run(base, chain.limit(i), (batch, source) -> {
                    compareUpTo(batch.position());
                    if (batch.recordCount() > 0) {
                        machine.batch(batch.position(), batch.recordCount(), batch.elapsedMillis(), batch.wallMillis(),
                                source.batch(batch).position(BatchBuffer.HEADER_BYTES));
                    }
                });
                if (chain.limit(i) >= 0 && walk.position() != chain.limit(i)) {
                    throw walk.missing();
                }
            }
        }
        compareUpTo(Long.MAX_VALUE);
    }

    private void compareUpTo(long position) {
        while (!later.isEmpty() && later.getFirst() <= position) {
            long at = later.removeFirst();
            try (FileSnapshotReader reader = FileSnapshotReader.open(folder, meta, at)) {
                report(folder.snapshot(at), machine.compare(reader));
            } catch (IOException gone) {
                throw new LogException(LogException.Category.DAMAGED, folder.snapshot(at) + ": " + gone.getMessage(),
                        gone);
            }
        }
    }

    private void report(Path file, List<String> sentences) {
        sentences.forEach(what -> findings.add(new Problem(Severity.DAMAGE, file, -1, what, CURE)));
    }
}
