package dev.millrace.api.task;

import java.time.Instant;

/**
 * Tasks of one group ({@link Task#group}) that wait to be delivered as one.
 *
 * @param group
 *            their key
 * @param size
 *            how many
 * @param since
 *            when the first came
 */
public record WaitingGroup(String group, long size, Instant since) {}
