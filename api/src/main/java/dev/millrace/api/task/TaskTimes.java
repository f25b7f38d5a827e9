package dev.millrace.api.task;

import java.time.Instant;
import java.util.Optional;

/**
 * When what happened to a task.
 *
 * @param enqueuedAt
 *            it was taken
 * @param dueAt
 *            its first attempt, or its next one, may begin
 * @param startedAt
 *            its last attempt began
 * @param endedAt
 *            it was done, given up, cancelled or expired
 */
public record TaskTimes(Instant enqueuedAt, Instant dueAt, Optional<Instant> startedAt, Optional<Instant> endedAt) {}
