package dev.millrace.api;

import dev.millrace.api.internal.Checks;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Something to be published: {@code Message.of("order 17").delay(Duration.ofMinutes(5))}. Immutable; each of its methods
 * that sets something returns a new one.
 */
public final class Message {
    private final byte[] body;
    private final Duration delay;

    private Message(byte[] body, Duration delay) {
        this.body = body;
        this.delay = delay;
    }

    /** A copy of these bytes, at least one. */
    public static Message of(byte[] body) {
        if (body.length == 0) {
            throw new MillraceException.Invalid("the body is empty; a message has at least one byte");
        }
        return new Message(body.clone(), Duration.ZERO);
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
        return new Message(body, Checks.delay("delay", delay));
    }

    public Duration delay() {
        return delay;
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
