package dev.millrace.door.grpc;

import dev.millrace.grpc.v1.Ended;
import dev.millrace.grpc.v1.ErrorDetail;
import dev.millrace.grpc.v1.ServerMessage;
import dev.millrace.grpc.v1.WorkerMessage;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a worker, which may be the second or third of its session. It is read message by message, as its session
 * asks.
 *
 * <p>
 * Thread safety: messages come one at a time; what writes is called by one thread at a time, before there is a session by
 * the one that brings the first message, from then on by the session's serial executor.
 */
final class WorkerStream implements StreamObserver<WorkerMessage> {
    private final WorkerSessions sessions;
    private final ServerCallStreamObserver<ServerMessage> call;
    private volatile @Nullable WorkerSession session;
    private volatile boolean broken;
    private boolean ended;

    WorkerStream(WorkerSessions sessions, ServerCallStreamObserver<ServerMessage> call) {
        this.sessions = sessions;
        this.call = call;
        call.disableAutoRequest();
        call.setOnCancelHandler(this::breaks);
        call.setOnReadyHandler(() -> {
            WorkerSession open = session;
            if (open != null) {
                open.ready();
            }
        });
        call.request(1);
    }

    // ---- from the client ----

    @Override
    public void onNext(WorkerMessage message) {
        WorkerSession open = session;
        if (open != null) {
            open.received(this, message);
        } else if (message.hasOpen()) {
            try {
                session = sessions.open(message.getOpen(), this);
            } catch (RuntimeException e) {
                refuse(Refusals.of(e));
            }
        } else {
            refuse(Refusals.invalid("the first message of a stream must be open"));
        }
    }

    @Override
    public void onError(Throwable reason) {
        breaks();
    }

    /** A client that goes without a goodbye may come back. */
    @Override
    public void onCompleted() {
        breaks();
        WorkerSession open = session;
        if (open == null) {
            call.onCompleted();
        }
    }

    private void breaks() {
        broken = true;
        WorkerSession open = session;
        if (open != null) {
            open.broken(this);
        }
    }

    // ---- to the client ----

    boolean isBroken() {
        return broken;
    }

    boolean isReady() {
        return call.isReady();
    }

    /** Lets one more message come. */
    void next() {
        if (!ended) {
            call.request(1);
        }
    }

    void send(ServerMessage message) {
        if (!ended) {
            call.onNext(message);
        }
    }

    /** Says why, and ends the stream in good order. */
    void end(Ended.Reason reason, @Nullable ErrorDetail error) {
        if (!ended) {
            Ended.Builder last = Ended.newBuilder().setReason(reason);
            if (error != null) {
                last.setError(error);
            }
            call.onNext(ServerMessage.newBuilder().setEnded(last).build());
            ended = true;
            call.onCompleted();
        }
    }

    /** Ends the stream with a status: no session came of it. */
    void refuse(ErrorDetail error) {
        if (!ended) {
            ended = true;
            call.onError(Refusals.status(error));
        }
    }

    /** Ends a stream whose client sends no more. */
    void close() {
        if (!ended) {
            ended = true;
            call.onCompleted();
        }
    }
}
