package dev.millrace.verification.simulation;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.log.BlockReader;
import dev.millrace.core.log.LogFactory;
import dev.millrace.core.log.LogUsage;
import dev.millrace.core.log.RecoveryReport;
import dev.millrace.core.log.ReplayTarget;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.log.SnapshotWriter;

/** The log of one shard with somebody who hears of every append before it happens and when it is durable. */
final class WatchedLogs implements LogFactory {
    /** Hears of appends; made aware of its shard by whoever opened that. */
    interface Watcher {
        void appending(boolean empty);

        void durable();

        /** A snapshot begins, which says what time it is. */
        void stamping();
    }

    private final LogFactory logs;
    private final Watcher watcher;

    WatchedLogs(LogFactory logs, Watcher watcher) {
        this.logs = logs;
        this.watcher = watcher;
    }

    @Override
    public ShardLog open(int shard) {
        return new Watched(logs.open(shard), watcher);
    }

    private static final class Watched implements ShardLog {
        private final ShardLog log;
        private final Watcher watcher;

        Watched(ShardLog log, Watcher watcher) {
            this.log = log;
            this.watcher = watcher;
        }

        @Override
        public int shard() {
            return log.shard();
        }

        @Override
        public long epoch() {
            return log.epoch();
        }

        @Override
        public RecoveryReport recover(ReplayTarget target) {
            return log.recover(target);
        }

        @Override
        public long tail() {
            return log.tail();
        }

        @Override
        public long durable() {
            return log.durable();
        }

        @Override
        public BatchBuffer batch() {
            return log.batch();
        }

        @Override
        public long reserve(int maxBytes) {
            return log.reserve(maxBytes);
        }

        @Override
        public long append(boolean sync) {
            watcher.appending(log.batch().isEmpty());
            long position = log.append(sync);
            if (sync) {
                watcher.durable();
            }
            return position;
        }

        @Override
        public void sync() {
            log.sync();
            watcher.durable();
        }

        @Override
        public BlockReader reader() {
            return log.reader();
        }

        @Override
        public long segmentBytes() {
            return log.segmentBytes();
        }

        @Override
        public SnapshotWriter startSnapshot(long position, long elapsedMillis, long wallMillis) {
            watcher.stamping();
            return log.startSnapshot(position, elapsedMillis, wallMillis);
        }

        @Override
        public long replayStart() {
            return log.replayStart();
        }

        @Override
        public void release(long position) {
            log.release(position);
        }

        @Override
        public long appendCold(BatchBuffer bodies) {
            return log.appendCold(bodies);
        }

        @Override
        public long coldEnd() {
            return log.coldEnd();
        }

        @Override
        public void syncCold() {
            log.syncCold();
        }

        @Override
        public boolean hasRoom() {
            return log.hasRoom();
        }

        @Override
        public LogUsage usage() {
            return log.usage();
        }

        @Override
        public void close() {
            log.close();
        }
    }
}
