package dev.millrace.api.task;

/**
 * A batch in a list.
 *
 * @param id
 *            which; {@link dev.millrace.api.Millrace#batch} makes it one that can be used
 * @param progress
 *            how far it is
 */
public record BatchInfo(BatchId id, BatchProgress progress) {}
