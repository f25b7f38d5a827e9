package dev.millrace.api;

import java.util.List;

/**
 * Figures of a topic at one instant. Conservation: accepted = scheduled + joined + cancelled + expired + purged.
 *
 * @param name
 *            topic
 * @param paused
 *            keeps and offers nothing
 * @param accepted
 *            messages ever published
 * @param acceptedBytes
 *            their bodies
 * @param scheduled
 *            delayed, not yet due
 * @param joined
 *            entered the topic's order
 * @param cancelled
 *            cancelled before joining
 * @param expired
 *            expired before joining
 * @param purged
 *            emptied before joining
 * @param dropped
 *            dropped as the oldest before the topic had a group; beside the law
 * @param waiting
 *            kept for want of a group, or by pause
 * @param groups
 *            by name
 */
public record TopicStats(String name, boolean paused, long accepted, long acceptedBytes, long scheduled, long joined,
        long cancelled, long expired, long purged, long dropped, long waiting, List<GroupStats> groups) {
    public TopicStats {
        groups = List.copyOf(groups);
    }
}
