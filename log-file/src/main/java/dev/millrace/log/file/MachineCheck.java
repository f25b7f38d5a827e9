package dev.millrace.log.file;

import dev.millrace.core.log.LogException;
import dev.millrace.core.log.ReplayTarget;
import dev.millrace.core.log.SnapshotReader;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What {@link FolderCheck} hands a shard's content to, so that the engine can look at what the log cannot understand. It
 * gets the oldest valid snapshot, if there is one, and every batch from there on; at the position of a later snapshot
 * {@link #compare} is called in between.
 */
public interface MachineCheck extends ReplayTarget {
    /** The state must now be what this snapshot holds; sentences that say where it is not. */
    List<String> compare(SnapshotReader later);

    /** All batches have been handed over: live bodies and the conservation terms; sentences about what is wrong. */
    List<String> finish(Bodies bodies);

    /** Reads whole batches. */
    interface Bodies {
        /**
         * Header and records of a batch, verified.
         *
         * @throws LogException
         *             {@code DAMAGED} when no valid batch stands there
         */
        ByteBuffer batch(long position);
    }
}
