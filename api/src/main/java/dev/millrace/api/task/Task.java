package dev.millrace.api.task;

import dev.millrace.api.Backoff;
import dev.millrace.api.MillraceException;
import dev.millrace.api.internal.Checks;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
    private final Around around;

    /** What is beside the payload: headers, what it is a part of, and of how many tasks it is made, 0: it is one. */
    private record Around(Map<String, String> headers, TaskFlow flow, int gathered) {
        static final Around NOTHING = new Around(Map.of(), TaskFlow.NONE, 0);
    }

    private Task(String type, byte[] body, Due due, TaskKeys keys, TaskOptions options, Around around) {
        this.type = type;
        this.body = body;
        this.due = due;
        this.keys = keys;
        this.options = options;
        this.around = around;
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
                Around.NOTHING);
    }

    /** With this text in UTF-8. */
    public static Task of(String type, String payload) {
        return of(type, payload.getBytes(StandardCharsets.UTF_8));
    }

    /** Not before so long from when the engine takes it, by a clock that never jumps. */
    public Task delay(Duration delay) {
        return with(new Due.In(Checks.delay("delay", delay)));
    }

    /** Not before this instant of the engine's wall clock, which it follows when that is set; at once if it is past. */
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
        Map<String, String> more = new LinkedHashMap<>(around.headers);
        more.put(name, value);
        return with(new Around(Map.copyOf(more), around.flow, around.gathered));
    }

    // ---- what it is a part of ----

    /** As {@link #then(String, Task, PreviousResult)}; the step is given the id of the one before, not its result. */
    public Task then(String queue, Task step) {
        return then(queue, step, PreviousResult.NONE);
    }

    /**
     * A step that is enqueued when this task, and all steps named before, are done, exactly once; {@link #previous} tells it
     * what was before it. All steps together have at most 16 KiB. A step that dies ends the chain until it is redriven.
     *
     * <pre>
     *   m.queue("pictures").enqueue(Task.of("resize", "cat.png")
     *           .then("pages", Task.of("publish", "cat.html").maxAttempts(3), PreviousResult.HEADER)
     *           .then("mails", Task.of("tell", "Ada")));
     * </pre>
     *
     * @param queue
     *            where it goes; made if it is missing
     * @param step
     *            without steps, batch or group of its own; its delay counts from the end of the step before
     * @param result
     *            what it is given of the result that the step before it left
     */
    public Task then(String queue, Task step, PreviousResult result) {
        return with(around.flow.then(new TaskFlow.Step(queue, step, result)));
    }

    /**
     * As a member of this batch, which must be open; as {@link Batch#add} does it.
     *
     * <pre>
     *   worker.handle("folder", (task, context) -&gt; m.queue("files")
     *           .enqueue(Task.of("file", "a.txt").inBatch(task.flow().batch().orElseThrow())));
     * </pre>
     */
    public Task inBatch(BatchId batch) {
        return with(around.flow.batch(batch));
    }

    /**
     * To be delivered as one task together with others of the queue that have this group key, at most 255 bytes of UTF-8;
     * {@link QueueGroups} says when. What the handler gets has the type, headers and options of the first one, and
     * {@link #payloads}.
     *
     * <pre>
     *   m.queue("notices").enqueue(Task.of("digest", "news 1").group("user 7"));
     * </pre>
     */
    public Task group(String key) {
        return with(around.flow.group(key));
    }

    /**
     * What a handler of a group gets, for tests of handlers: one task made of several. It cannot be enqueued.
     *
     * @param payloads
     *            copied
     */
    public static Task gathered(String type, String group, List<byte[]> payloads) {
        int bytes = 0;
        for (byte[] payload : payloads) {
            bytes += Integer.BYTES + payload.length;
        }
        ByteBuffer all = ByteBuffer.allocate(bytes);
        payloads.forEach(payload -> all.putInt(payload.length).put(payload));
        Checks.atLeast("the number of payloads", payloads.size(), 1);
        return of(type, "").group(group).gathered(all.array(), payloads.size());
    }

    private Task gathered(byte[] all, int count) {
        return new Task(type, all, due, keys, options, new Around(around.headers, around.flow, count));
    }

    private Task with(Due other) {
        return new Task(type, body, other, keys, options, around);
    }

    private Task with(TaskKeys other) {
        return new Task(type, body, due, other, options, around);
    }

    private Task with(TaskOptions other) {
        return new Task(type, body, due, keys, other, around);
    }

    private Task with(TaskFlow other) {
        return with(new Around(around.headers, other, around.gathered));
    }

    private Task with(Around other) {
        return new Task(type, body, due, keys, options, other);
    }

    public String type() {
        return type;
    }

    /**
     * A copy of the payload.
     *
     * @throws MillraceException.Invalid
     *             when it is made of several tasks ({@link #isGathered}) and so has {@link #payloads}; so do
     *             {@link #buffer} and {@link #text}
     */
    public byte[] body() {
        return one().clone();
    }

    /** The payload as a read-only view, without copying. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(one()).asReadOnlyBuffer();
    }

    /** The payload read as UTF-8. */
    public String text() {
        return new String(one(), StandardCharsets.UTF_8);
    }

    private byte[] one() {
        if (isGathered()) {
            throw new MillraceException.Invalid("this task is made of " + around.gathered + " tasks of group '"
                    + around.flow.group() + "': read its payloads; to enqueue it again, enqueue them one by one");
        }
        return body;
    }

    /** Whether it was made of tasks of one group, be it of a single one. */
    public boolean isGathered() {
        return around.gathered > 0;
    }

    /**
     * The payloads of the tasks that it was made of, in the order of enqueueing, as read-only views; of another task its one
     * payload.
     */
    public List<ByteBuffer> payloads() {
        if (!isGathered()) {
            return List.of(buffer());
        }
        List<ByteBuffer> all = new ArrayList<>(around.gathered);
        ByteBuffer from = ByteBuffer.wrap(body).asReadOnlyBuffer();
        for (int i = 0; i < around.gathered; i++) {
            int length = from.getInt();
            all.add(from.slice(from.position(), length).asReadOnlyBuffer());
            from.position(from.position() + length);
        }
        return List.copyOf(all);
    }

    /**
     * {@link #payloads} read as UTF-8.
     *
     * <pre>
     *   worker.handle("digest", (task, context) -&gt; send(task.flow().group(), String.join("\n", task.texts())));
     * </pre>
     */
    public List<String> texts() {
        return payloads().stream().map(payload -> StandardCharsets.UTF_8.decode(payload).toString()).toList();
    }

    /** Length of the payload, or of all payloads, in bytes. */
    public int size() {
        return body.length - around.gathered * Integer.BYTES;
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
        return around.headers;
    }

    /** What it is a part of. */
    public TaskFlow flow() {
        return around.flow;
    }

    /** What a step of a chain is told of the one before it; empty of any other task, also of the first one. */
    public Optional<PreviousTask> previous() {
        return PreviousTask.in(around.headers);
    }

    @Override
    public String toString() {
        return "Task[" + type + ", " + size() + " bytes]";
    }
}
