package dev.millrace.api.task;

import java.time.Instant;
import java.util.Optional;

/**
 * When what happens to a task, by the engine's wall clock.
 *
 * @param enqueuedAt
 *            it was taken
 * @param until
 *            of a scheduled or retrying one: when it is due; of a leased one: when its lease ends; of one that is done: when
 *            it is forgotten
 */
public record TaskTimes(Instant enqueuedAt, Optional<Instant> until) {}
