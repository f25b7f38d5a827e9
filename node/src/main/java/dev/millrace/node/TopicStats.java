package dev.millrace.node;

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
 *            deferred, not yet due
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
 *            kept for want of a group (or by pause): joined but offered to nobody
 * @param tracked
 *            it is a task queue
 * @param groups
 *            its groups by name
 */
public record TopicStats(String name, boolean paused, long accepted, long acceptedBytes, long scheduled, long joined,
        long cancelled, long expired, long purged, long dropped, long waiting, boolean tracked,
        List<GroupStats> groups) {}
