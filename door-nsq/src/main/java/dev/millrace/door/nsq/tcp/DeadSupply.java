package dev.millrace.door.nsq.tcp;

import dev.millrace.door.nsq.wire.Command;
import dev.millrace.door.nsq.wire.MessageIds;
import dev.millrace.node.DeadLoan;
import dev.millrace.node.DeadReader;
import java.util.List;

/**
 * The dead letters of a group, read as a topic. A page of them is asked for once the one before was sent, so the
 * connection holds no more than a page.
 *
 * <p>
 * Thread safety: the connection's event loop.
 */
final class DeadSupply implements Supply {
    private final Connection connection;
    private final DeadReader reader;
    private final long leaseMillis;
    private int allowed;
    /** A page has been asked for and has not come. */
    private boolean asking;

    DeadSupply(Connection connection, DeadReader reader, long leaseMillis) {
        this.connection = connection;
        this.reader = reader;
        this.leaseMillis = leaseMillis;
        var _ = reader.ended().thenAccept(reason -> connection.later(() -> connection.sourceEnded(reason)));
    }

    @Override
    public void credit(int count) {
        allowed = count;
        if (asking || connection.deliveries().hasNoLetters()) {
            ask();
        }
    }

    private void ask() {
        asking = true;
        var _ = reader.take(allowed, leaseMillis)
                .thenAccept(loans -> connection.later(() -> arrived(loans)));
    }

    /** None come when another call has taken the place of this one, or the reader was closed. */
    private void arrived(List<DeadLoan> loans) {
        if (!loans.isEmpty() && !connection.isEnded()) {
            asking = false;
            connection.deliveries().add(loans, this::ask);
        }
    }

    @Override
    public void ack(long id, long token) {
        var _ = reader.finish(token).thenAccept(done -> {
            if (!done) {
                connection.later(() -> refuse(Command.FIN, id));
            }
        });
    }

    @Override
    public void retry(long id, long token, long delayMillis) {
        if (!reader.giveBack(token, delayMillis)) {
            refuse(Command.REQ, id);
        }
    }

    @Override
    public void extend(long id, long token, long lease) {
        if (!reader.extend(token, lease)) {
            refuse(Command.TOUCH, id);
        }
    }

    private void refuse(byte command, long id) {
        connection.undone(command);
        connection.outbox().submit();
        connection.replies().errorNotInFlight(command, MessageIds.bytes(id));
    }

    @Override
    public boolean filter(long token) {
        return false;
    }

    @Override
    public void leave() {
        reader.close();
    }
}
