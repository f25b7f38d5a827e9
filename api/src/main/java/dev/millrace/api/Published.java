package dev.millrace.api;

/**
 * The answer to publishing a message with an idempotency key, once it is durable.
 *
 * @param id
 *            of the message; of the first one with its key when this one is a duplicate
 * @param duplicate
 *            a message with this key was published within a day: nothing was published
 */
public record Published(MessageId id, boolean duplicate) {}
