package dev.millrace.door.nsq.tcp;

import dev.millrace.core.message.MessageView;
import dev.millrace.core.shard.Delivery;
import dev.millrace.door.nsq.wire.MessageFrame;
import dev.millrace.node.DeadLetter;
import dev.millrace.node.DeadLoan;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Messages leased to the connection and not sent yet. They are encoded straight from the log's bytes when the socket
 * takes them; what it does not take stays in the log.
 *
 * <p>
 * Thread safety: the connection's event loop.
 */
final class Deliveries {
    /** Whom the messages are for. */
    interface Recipient {
        /** Whether the message may be sent; if not it has been filtered out. */
        boolean accepts(MessageView message);

        /** Called for each message sent. */
        void sent(MessageView message);

        /** Whether the socket takes more; tries to make room first. */
        boolean hasRoom();

        /** Runs {@code action} on the connection's event loop, later. */
        void later(Runnable action);
    }

    /** The socket is asked again after so many bytes. */
    private static final int ROOM_CHECK_BYTES = 32 * 1024;

    private final ArrayDeque<Delivery> queue = new ArrayDeque<>(1);
    private final Output output;
    private final Recipient recipient;
    private final MessageView view;
    /** Dead letters on loan to the connection and not sent yet. */
    private final ArrayDeque<DeadLoan> letters = new ArrayDeque<>(1);
    private Runnable lettersSent = () -> {};
    private boolean pumping;
    private boolean loading;
    private boolean closed;

    Deliveries(Output output, Recipient recipient, MessageView view) {
        this.output = output;
        this.recipient = recipient;
        this.view = view;
    }

    void add(Delivery delivery) {
        if (closed) {
            delivery.close();
        } else {
            queue.add(delivery);
        }
    }

    /** Sends dead letters, then runs {@code whenSent}; one page at a time. */
    void add(List<DeadLoan> loans, Runnable whenSent) {
        letters.addAll(loans);
        lettersSent = whenSent;
    }

    boolean hasNoLetters() {
        return letters.isEmpty();
    }

    boolean isEmpty() {
        return queue.isEmpty() && letters.isEmpty();
    }

    /** Sends as much as the socket takes. Making room may call back: the call under way goes on then. */
    void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        Delivery delivery;
        boolean more = true;
        while (more && !loading && (delivery = queue.peek()) != null) {
            more = pump(delivery);
        }
        while (!letters.isEmpty() && !closed && recipient.hasRoom()) {
            send(letters.remove());
        }
        pumping = false;
    }

    private void send(DeadLoan loan) {
        DeadLetter letter = loan.letter();
        view.id = letter.id();
        view.token = letter.cursor();
        view.attempts = loan.attempt();
        view.bornAtNanos = letter.bornAtNanos();
        view.bytes = letter.body();
        view.bodyOffset = letter.body().position();
        view.bodyLength = letter.body().remaining();
        recipient.sent(view);
        output.message(view, letters.size());
        if (letters.isEmpty()) {
            lettersSent.run();
        }
    }

    /** Whether the delivery was sent to its end. */
    private boolean pump(Delivery delivery) {
        int unchecked = 0;
        while (true) {
            if (unchecked <= 0) {
                if (!recipient.hasRoom()) {
                    delivery.rest();
                    return false;
                }
                unchecked = ROOM_CHECK_BYTES;
            }
            if (closed) {
                return false;
            }
            switch (delivery.next(view)) {
                case Delivery.READY -> {
                    if (recipient.accepts(view)) {
                        recipient.sent(view);
                        output.message(view, delivery.remaining());
                        unchecked -= MessageFrame.bytes(view);
                    }
                }
                case Delivery.LOAD -> {
                    loading = true;
                    delivery.load(() -> recipient.later(this::loaded));
                    return false;
                }
                default -> {
                    delivery.close();
                    queue.remove();
                    return true;
                }
            }
        }
    }

    private void loaded() {
        loading = false;
        if (closed) {
            close();
        } else {
            pump();
        }
    }

    /**
     * Lets the log's memory go. What was not sent stays leased to the session, which is about to end. A delivery that is
     * being loaded belongs to the loading thread until then.
     */
    void close() {
        closed = true;
        letters.clear();
        Delivery busy = loading ? queue.poll() : null;
        queue.forEach(Delivery::close);
        queue.clear();
        if (busy != null) {
            queue.add(busy);
        }
    }
}
