package dev.millrace.node;

/**
 * How far the last job about all dead letters of a group is.
 *
 * @param replays
 *            it replays them, else it purges them
 * @param total
 *            letters that it found
 * @param left
 *            those it has still to do; 0: it is over
 */
public record DeadJobState(boolean replays, long total, long left) {}
