package dev.millrace.log.file;

/** The parts of one opened log that others build on. */
record LogParts(SegmentTable table, SegmentSupply supply, SnapshotStore snapshots, Durability durability, Space space,
        ColdWriter cold) {

    static LogParts of(LogContext context, long epoch) {
        SegmentTable table = new SegmentTable(context.meta);
        SegmentSupply supply = new SegmentSupply(context);
        return new LogParts(table, supply, new SnapshotStore(context.folder, context.meta), new Durability(context),
                new Space(context, supply), new ColdWriter(context, table, epoch));
    }
}
