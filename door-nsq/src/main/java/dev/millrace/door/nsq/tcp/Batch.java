package dev.millrace.door.nsq.tcp;

import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.Subscription;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.door.nsq.wire.Command;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Commands of one read that go to one shard: the submission, and what the door needs to answer them in their order.
 *
 * <p>
 * Thread safety: the connection's event loop, except {@link #releaseBytes}, which any thread may call.
 */
final class Batch {
    private static final int KEPT_COMMANDS = 4_096;

    final Submission submission = new Submission();
    private final AtomicReference<@Nullable ByteBuf> bytes = new AtomicReference<>();
    private byte[] commands = new byte[16];
    private long[] ids = new long[16];
    private @Nullable ShardLink link;
    /** Bytes that the client sent for it. */
    private int wireBytes;
    private boolean completed;

    void open(ShardLink target) {
        link = target;
        completed = false;
        submission.attach(this);
    }

    boolean isFor(ShardLink other) {
        return link == other;
    }

    ShardLink link() {
        ShardLink target = link;
        if (target == null) {
            throw new IllegalStateException("the batch is not in use");
        }
        return target;
    }

    // ---- filling ----

    /** The first publish keeps the bytes of the read until the shard has copied them. */
    void keep(ByteBuf source, ByteBuffer data) {
        if (bytes.get() == null) {
            bytes.set(source.retain());
            submission.data(data);
        }
    }

    void publish(byte command, TopicRef topic, int offset, int length, int count) {
        note(command, 0);
        submission.publish(topic, offset, length, count);
    }

    void defer(TopicRef topic, int offset, int length, long delayMillis) {
        note(Command.DPUB, 0);
        submission.defer(topic, offset, length, delayMillis);
    }

    void ack(long id, long token) {
        note(Command.FIN, id);
        submission.ack(token);
    }

    void retry(long id, long token, long delayMillis) {
        note(Command.REQ, id);
        submission.retry(token, delayMillis);
    }

    void extend(long id, long token, long leaseMillis) {
        note(Command.TOUCH, id);
        submission.extend(token, leaseMillis);
    }

    void filter(long token) {
        note(Command.NOP, 0);
        submission.filter(token);
    }

    void credit(Subscription subscription, int credit) {
        note(Command.RDY, 0);
        submission.credit(subscription, credit);
    }

    private void note(byte command, long id) {
        int index = submission.size();
        if (index == commands.length) {
            commands = Arrays.copyOf(commands, index * 2);
            ids = Arrays.copyOf(ids, index * 2);
        }
        commands[index] = command;
        ids[index] = id;
    }

    // ---- after submission ----

    void wireBytes(int count) {
        wireBytes = count;
    }

    int wireBytes() {
        return wireBytes;
    }

    void complete() {
        completed = true;
    }

    boolean isCompleted() {
        return completed;
    }

    int size() {
        return submission.size();
    }

    byte command(int index) {
        return commands[index];
    }

    long id(int index) {
        return ids[index];
    }

    /** How many commands from {@code from} on are publishes that went well, without a gap. */
    int publishedFrom(int from) {
        int end = from;
        while (end < submission.size() && isPublish(commands[end]) && submission.result(end) == Outcome.OK) {
            end++;
        }
        return end - from;
    }

    static boolean isPublish(byte command) {
        return command == Command.PUB || command == Command.MPUB || command == Command.DPUB;
    }

    /** Lets the read's bytes go, and their share of the door's limit. Idempotent, any thread. */
    void releaseBytes(Inbound inbound) {
        ByteBuf held = bytes.getAndSet(null);
        if (held != null) {
            inbound.copied(submission.publishedBytes());
            held.release();
        }
    }

    /** Ready to be used again; false if it grew too large to be kept. */
    boolean reset() {
        if (bytes.get() != null) {
            throw new IllegalStateException("a batch ended whose bytes nobody has copied");
        }
        submission.reset();
        link = null;
        return commands.length <= KEPT_COMMANDS;
    }
}
