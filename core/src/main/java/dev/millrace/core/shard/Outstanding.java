package dev.millrace.core.shard;

import java.util.ArrayList;
import java.util.List;

/**
 * Deliveries that doors have not read to their end. What they point at stays on the disk, even when their messages were
 * acknowledged, purged or moved meanwhile.
 *
 * <p>
 * Thread safety: owner thread only; that a delivery was closed is read from the door's thread.
 */
final class Outstanding {
    private final List<Delivery> deliveries = new ArrayList<>();

    void add(Delivery delivery) {
        deliveries.add(delivery);
    }

    /** Forgets those that were closed. */
    void prune() {
        deliveries.removeIf(Delivery::isClosed);
    }

    /** Whether one of them points into the segment that starts at this position (cold flag included). */
    boolean needs(long segmentPosition, long segmentBytes) {
        for (int i = 0; i < deliveries.size(); i++) {
            if (deliveries.get(i).pointsInto(segmentPosition, segmentBytes)) {
                return true;
            }
        }
        return false;
    }
}
