package dev.millrace.api;

import dev.millrace.api.internal.Checks;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Something to be published: {@code Message.of("order 17").delay(Duration.ofMinutes(5))}. Immutable; each of its methods
 * that sets something returns a new one.
 */
public final class Message {
    private final byte[] body;
    private final Duration delay;
    private final @Nullable Instant at;
    private final String idempotencyKey;

    private Message(byte[] body, Duration delay, @Nullable Instant at, String idempotencyKey) {
        this.body = body;
        this.delay = delay;
        this.at = at;
        this.idempotencyKey = idempotencyKey;
    }

    /** A copy of these bytes, at least one. */
    public static Message of(byte[] body) {
        if (body.length == 0) {
            throw new MillraceException.Invalid("the body is empty; a message has at least one byte");
        }
        return new Message(body.clone(), Duration.ZERO, null, "");
    }

    /** This text in UTF-8, at least one character. */
    public static Message of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Joins its topic so much later, counted from when the engine takes it, to the millisecond and never earlier; 0 is at
     * once. At most 100 years.
     */
    public Message delay(Duration delay) {
        return new Message(body, Checks.delay("delay", delay), null, idempotencyKey);
    }

    /**
     * Joins its topic at this instant, instead of after a delay; at once if it is past, at most 100 years away. By the
     * engine's wall clock: when that is set, or its machine was suspended, the message follows. What has joined stays.
     */
    public Message at(Instant instant) {
        return new Message(body, Duration.ZERO, instant, idempotencyKey);
    }

    /**
     * Published once: within a day a second message for its topic with this key is not published, and is answered with the id of
     * the first, also after a crash; {@link Topic#publishOnce} tells which it was. So a publish whose outcome is unknown can be
     * repeated. The key is compared, not the message.
     *
     * @param key
     *            1 to 128 visible ASCII characters, such as a UUID; that of an HTTP request with one message is the same key
     */
    public Message idempotencyKey(String key) {
        return new Message(body, delay, at, Checks.idempotencyKey(key));
    }

    /** 0 if it joins at an instant. */
    public Duration delay() {
        return delay;
    }

    /** The instant at which it joins; empty: after its delay. */
    public Optional<Instant> at() {
        return Optional.ofNullable(at);
    }

    /** The key with which it is published once; empty: it is published each time. */
    public Optional<String> idempotencyKey() {
        return idempotencyKey.isEmpty() ? Optional.empty() : Optional.of(idempotencyKey);
    }

    /** A copy of the body. */
    public byte[] body() {
        return body.clone();
    }

    /** The body as a read-only view, without copying. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(body).asReadOnlyBuffer();
    }

    /** The body read as UTF-8. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** Length of the body in bytes. */
    public int size() {
        return body.length;
    }

    @Override
    public String toString() {
        return "Message[" + body.length + " bytes, delay=" + delay + "]";
    }
}
