package dev.millrace.api.task;

/**
 * Figures of a task queue at one instant.
 *
 * @param name
 *            queue
 * @param paused
 *            hands out nothing
 * @param scheduled
 *            not due yet
 * @param ready
 *            can be taken
 * @param leased
 *            being worked on
 * @param retrying
 *            wait for their next attempt
 * @param done
 *            ever succeeded
 * @param dead
 *            given up and kept
 * @param cancelled
 *            ever called off
 * @param expired
 *            ever not done in time
 */
public record QueueStats(String name, boolean paused, long scheduled, long ready, long leased, long retrying, long done,
        long dead, long cancelled, long expired) {}
