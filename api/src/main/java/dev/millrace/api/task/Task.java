package dev.millrace.api.task;

import dev.millrace.api.Backoff;
import dev.millrace.api.MillraceException;
import dev.millrace.api.internal.Checks;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Work to be done: a type, which a worker's handler is chosen by, and a payload. Immutable; each of its methods that sets
 * something returns a new one.
 *
 * <pre>
 *   Task.of("welcome", "user 17").delay(Duration.ofMinutes(5)).priority(7).maxAttempts(5)
 * </pre>
 */
public final class Task {
    private static final int MAX_TYPE = 255;

    private final String type;
    private final byte[] body;
    private final Due due;
    private final TaskKeys keys;
    private final TaskOptions options;
    private final Map<String, String> headers;

    private Task(String type, byte[] body, Due due, TaskKeys keys, TaskOptions options, Map<String, String> headers) {
        this.type = type;
        this.body = body;
        this.due = due;
        this.keys = keys;
        this.options = options;
        this.headers = headers;
    }

    /**
     * With a copy of this payload, which may be empty.
     *
     * @param type
     *            at most 255 bytes of UTF-8; empty: no type, as what is published to a queue has none
     */
    public static Task of(String type, byte[] payload) {
        if (type.length() > MAX_TYPE) {
            throw new MillraceException.Invalid("a task's type has at most " + MAX_TYPE + " bytes of UTF-8, not "
                    + type.length());
        }
        return new Task(type, payload.clone(), new Due.In(Duration.ZERO), TaskKeys.NONE, TaskOptions.DEFAULTS,
                Map.of());
    }

    /** With this text in UTF-8. */
    public static Task of(String type, String payload) {
        return of(type, payload.getBytes(StandardCharsets.UTF_8));
    }

    /** Not before so long from when the engine takes it. */
    public Task delay(Duration delay) {
        return with(new Due.In(Checks.delay("delay", delay)));
    }

    /** Not before this instant of the engine's clock; at once if it is past. */
    public Task at(Instant instant) {
        return with(new Due.At(instant));
    }

    /**
     * An id of your own, 1 to 255 bytes of UTF-8 without control characters, by which {@link TaskQueue#idOf} finds it. While
     * anything of the task can be looked at (also when it is dead, or kept for its retention) a second one with it is answered
     * with the id of the first and {@link Enqueued#duplicate}.
     */
    public Task id(String id) {
        Checks.between("the length of id", id.length(), 1, MAX_TYPE);
        return with(new TaskKeys(keys.order(), keys.limit(), keys.unique(), keys.priority(), id));
    }

    /** 0 to 9, 9 first; 4 unless set. Orders keys, never tasks of one key. */
    public Task priority(int priority) {
        return with(new TaskKeys(keys.order(), keys.limit(), keys.unique(), priority, keys.id()));
    }

    /** Tasks of one key run one after the other. */
    public Task key(String orderKey) {
        return with(new TaskKeys(orderKey, keys.limit(), keys.unique(), keys.priority(), keys.id()));
    }

    /** Tasks of one key share a limit. */
    public Task limitKey(String limitKey) {
        return with(new TaskKeys(keys.order(), limitKey, keys.unique(), keys.priority(), keys.id()));
    }

    /** A second task with this key is not taken within this window. */
    public Task uniqueKey(String key, Duration window) {
        return with(new TaskKeys(keys.order(), keys.limit(), new Unique.Within(key, window), keys.priority(),
                keys.id()));
    }

    /** A second task with this key is not taken before this one has ended. */
    public Task uniqueUntilDone(String key) {
        return with(new TaskKeys(keys.order(), keys.limit(), new Unique.UntilDone(key), keys.priority(), keys.id()));
    }

    /** Gone, and counted as expired, so long after it was enqueued unless it is done; a delay counts. */
    public Task expiresIn(Duration expiry) {
        return with(new TaskOptions(options.maxAttempts(), options.backoff(), options.timeout(), options.deadline(),
                expiry, options.retention()));
    }

    /** After so many failed attempts it is dead; the queue's number unless set. */
    public Task maxAttempts(int attempts) {
        return with(new TaskOptions(attempts, options.backoff(), options.timeout(), options.deadline(),
                options.expiresIn(), options.retention()));
    }

    /** Delays between attempts: the first one, which doubles, and the longest; the queue's unless set. */
    public Task backoff(Duration min, Duration max) {
        return with(new TaskOptions(options.maxAttempts(), Optional.of(new Backoff(min, max)), options.timeout(),
                options.deadline(), options.expiresIn(), options.retention()));
    }

    /** After which an attempt is interrupted. */
    public Task timeout(Duration timeout) {
        return with(new TaskOptions(options.maxAttempts(), options.backoff(), timeout, options.deadline(),
                options.expiresIn(), options.retention()));
    }

    /** After which no attempt runs on or begins. */
    public Task deadline(Instant deadline) {
        return with(new TaskOptions(options.maxAttempts(), options.backoff(), options.timeout(), Optional.of(deadline),
                options.expiresIn(), options.retention()));
    }

    /** How long it can be asked for after it was done, cancelled, or has expired. */
    public Task retention(Duration retention) {
        return with(new TaskOptions(options.maxAttempts(), options.backoff(), options.timeout(), options.deadline(),
                options.expiresIn(), retention));
    }

    /** Adds or replaces a header; the worker sees it. */
    public Task header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Task(type, body, due, keys, options, Map.copyOf(more));
    }

    private Task with(Due other) {
        return new Task(type, body, other, keys, options, headers);
    }

    private Task with(TaskKeys other) {
        return new Task(type, body, due, other, options, headers);
    }

    private Task with(TaskOptions other) {
        return new Task(type, body, due, keys, other, headers);
    }

    public String type() {
        return type;
    }

    /** A copy of the payload. */
    public byte[] body() {
        return body.clone();
    }

    /** The payload as a read-only view, without copying. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(body).asReadOnlyBuffer();
    }

    /** The payload read as UTF-8. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** Length of the payload in bytes. */
    public int size() {
        return body.length;
    }

    public Due due() {
        return due;
    }

    public TaskKeys keys() {
        return keys;
    }

    public TaskOptions options() {
        return options;
    }

    public Map<String, String> headers() {
        return headers;
    }

    @Override
    public String toString() {
        return "Task[" + type + ", " + body.length + " bytes]";
    }
}
