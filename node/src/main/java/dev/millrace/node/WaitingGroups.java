package dev.millrace.node;

import dev.millrace.core.machine.GatherLimits;
import dev.millrace.core.machine.Gatherings;
import dev.millrace.core.shard.Shard;
import dev.millrace.node.tasks.GroupPage;
import dev.millrace.node.tasks.TaskPage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Groups of which tasks wait: a shard keeps a hash of each key, so the keys themselves are read from the log. Filled on the
 * owner thread.
 */
final class WaitingGroups {
    /** Tasks that one call may look at. */
    private static final long MAX_LOOKED = 10L * GatherLimits.MOST;
    /** Bytes of the records that the first tasks stand in, but for the last one. */
    private static final long MAX_BYTES = 8 << 20;

    private record Found(long size, long sinceMillis) {}

    private final TaskPages firsts;
    private final List<Found> found = new ArrayList<>();
    private long next;

    private WaitingGroups(Shard shard) {
        firsts = new TaskPages(shard);
    }

    /** Looks at the keys with these hashes, of which there are at most {@code limit + 1}. */
    static WaitingGroups look(Shard shard, Gatherings now, long[] hashes, int limit) {
        WaitingGroups page = new WaitingGroups(shard);
        long looked = 0;
        int i = 0;
        while (i < Math.min(limit, hashes.length) && looked < MAX_LOOKED && page.firsts.bytes() < MAX_BYTES) {
            Gatherings.Waiting waiting = now.look(hashes[i++]);
            if (waiting != null) {
                looked += waiting.size();
                page.firsts.add(waiting.first());
                page.found.add(new Found(waiting.size(),
                        shard.wallMillis() + waiting.sinceMillis() - shard.nowMillis()));
            }
        }
        page.next = i < hashes.length ? hashes[i - 1] : 0;
        return page;
    }

    /** Completes once the keys were read. */
    CompletableFuture<GroupPage> read() {
        return firsts.read().thenApply(this::page);
    }

    private GroupPage page(TaskPage tasks) {
        List<GroupPage.Waiting> groups = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            groups.add(new GroupPage.Waiting(tasks.tasks().get(i).spec().flow().group(), found.get(i).size,
                    found.get(i).sinceMillis));
        }
        return new GroupPage(groups, next);
    }
}
