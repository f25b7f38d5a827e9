package dev.millrace.core.log;

import java.util.List;

/**
 * What recovery found.
 *
 * @param snapshotPosition
 *            position of the snapshot used, 0 when none
 * @param tail
 *            where the next batch goes
 * @param batches
 *            replayed batches
 * @param bytes
 *            replayed bytes
 * @param tornBytes
 *            bytes cut from the end and kept aside
 * @param lastElapsedMillis
 *            elapsed clock of the last batch, 0 for an empty log
 * @param lastWallMillis
 *            wall clock of the last batch, 0 for an empty log
 * @param notes
 *            sentences for the operator: what was cut, which snapshot was broken, what a weaker sync level lost
 */
public record RecoveryReport(long snapshotPosition, long tail, long batches, long bytes, long tornBytes,
        long lastElapsedMillis, long lastWallMillis, List<String> notes) {}
