package dev.millrace.door.nsq.tcp;

import dev.millrace.core.shard.Outcome;
import dev.millrace.door.nsq.wire.Command;
import dev.millrace.door.nsq.wire.MessageIds;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Answers in the order of the commands, whichever shard they wait for: batches that are under way, and frames between
 * them.
 *
 * <p>
 * Thread safety: the connection's event loop.
 */
final class Replies {
    /** What the answers of a batch mean for the client's state. */
    interface Owner {
        /** FIN, REQ or TOUCH was not done: mostly it came too late, and the lease had ended. */
        void undone(byte command);

        /** The fatal error frame's text for a publish that was not done. */
        String refusal(byte command, byte outcome, int shard);

        /** The batch is answered and may be used again. */
        void answered(Batch batch);

        /** Nothing is sent after the frame just written; the connection ends. */
        void lastFrameWritten();
    }

    /** A frame in its place; {@code after} runs when it was written. */
    private static final class Frame {
        private final int type;
        private final byte[] data;
        private final @Nullable Runnable after;

        Frame(int type, byte[] data, @Nullable Runnable after) {
            this.type = type;
            this.data = data;
            this.after = after;
        }
    }

    private final ArrayDeque<Object> queue = new ArrayDeque<>(4);
    private final Output output;
    private final Owner owner;
    private boolean ended;

    Replies(Output output, Owner owner) {
        this.output = output;
        this.owner = owner;
    }

    /** The next answers are those of this batch. */
    void await(Batch batch) {
        queue.add(batch);
    }

    void response(byte[] data, @Nullable Runnable after) {
        add(new Frame(Output.RESPONSE, data, after));
    }

    void error(String text) {
        add(new Frame(Output.ERROR, text.getBytes(StandardCharsets.UTF_8), null));
    }

    /** The last frame of the connection. */
    void fatal(String text) {
        add(new Frame(Output.ERROR, text.getBytes(StandardCharsets.UTF_8), this::end));
    }

    /** Ends the connection when all before it is answered. */
    void endInOrder() {
        add(new Frame(Output.RESPONSE, new byte[0], this::end));
    }

    private void add(Frame frame) {
        queue.add(frame);
        advance();
    }

    /** Writes every answer whose turn has come. */
    void advance() {
        Object next;
        while (!ended && (next = queue.peek()) != null) {
            if (next instanceof Batch batch) {
                if (!batch.isCompleted()) {
                    return;
                }
                queue.remove();
                write(batch);
                owner.answered(batch);
            } else {
                queue.remove();
                write((Frame) next);
            }
        }
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** No more answers: the connection has ended. Batches stay known until their shard is done with them. */
    void abandon() {
        ended = true;
    }

    /** The session has ended: what it has not copied it never will. */
    void sessionEnded(ShardLink link, Inbound inbound) {
        for (Object waiting : queue) {
            if (waiting instanceof Batch batch && !batch.isCompleted() && batch.isFor(link)) {
                batch.releaseBytes(inbound);
            }
        }
    }

    private void end() {
        ended = true;
        owner.lastFrameWritten();
    }

    private void write(Frame frame) {
        if (frame.data.length > 0) {
            output.frame(frame.type, frame.data);
        }
        if (frame.after != null) {
            frame.after.run();
        }
    }

    private void write(Batch batch) {
        int size = batch.size();
        for (int i = 0; i < size && !ended;) {
            int published = batch.publishedFrom(i);
            if (published > 0) {
                output.ok(published);
                i += published;
            } else {
                other(batch, i);
                i++;
            }
        }
    }

    private void other(Batch batch, int index) {
        byte outcome = batch.submission.result(index);
        byte command = batch.command(index);
        if (outcome == Outcome.OK) {
            return;
        }
        if (Batch.isPublish(command)) {
            write(new Frame(Output.ERROR, owner.refusal(command, outcome, batch.link().shard())
                    .getBytes(StandardCharsets.UTF_8), this::end));
            return;
        }
        if (command == Command.FIN || command == Command.REQ || command == Command.TOUCH) {
            owner.undone(command);
            byte[] id = MessageIds.bytes(batch.id(index));
            write(new Frame(Output.ERROR, undone(command, id, outcome), null));
        }
    }

    /** The frame for FIN, REQ or TOUCH that ended so. */
    static byte[] undone(byte command, byte[] id, byte outcome) {
        return outcome == Outcome.STALE ? notInFlight(command, id) : failed(command, id, "internal error");
    }

    /** The frame for FIN, REQ or TOUCH of a message that this connection does not hold. */
    static byte[] notInFlight(byte command, byte[] id) {
        return failed(command, id, "ID not in flight");
    }

    private static byte[] failed(byte command, byte[] id, String why) {
        String name = Command.name(command);
        byte[] before = ("E_" + name + "_FAILED " + name + " ").getBytes(StandardCharsets.US_ASCII);
        byte[] after = (" failed " + why).getBytes(StandardCharsets.US_ASCII);
        byte[] text = new byte[before.length + id.length + after.length];
        System.arraycopy(before, 0, text, 0, before.length);
        System.arraycopy(id, 0, text, before.length, id.length);
        System.arraycopy(after, 0, text, before.length + id.length, after.length);
        return text;
    }

    /** {@link #notInFlight} in its place. */
    void errorNotInFlight(byte command, byte[] id) {
        add(new Frame(Output.ERROR, notInFlight(command, id), null));
    }
}
