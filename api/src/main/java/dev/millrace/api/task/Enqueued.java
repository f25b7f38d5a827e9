package dev.millrace.api.task;

import dev.millrace.api.MessageId;

/**
 * The answer to enqueueing, once it is durable.
 *
 * @param id
 *            of the task; of the one that was there before when this one is a duplicate
 * @param duplicate
 *            a task with the same unique key was there: nothing was enqueued
 */
public record Enqueued(MessageId id, boolean duplicate) {}
