package dev.millrace.door.grpc;

import dev.millrace.grpc.v1.ServerMessage;
import dev.millrace.grpc.v1.WorkGrpc;
import dev.millrace.grpc.v1.WorkerMessage;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** The service {@code Work}. */
final class WorkService extends WorkGrpc.WorkImplBase {
    private final WorkerSessions sessions;

    WorkService(WorkerSessions sessions) {
        this.sessions = sessions;
    }

    @Override
    public StreamObserver<WorkerMessage> session(StreamObserver<ServerMessage> answers) {
        return new WorkerStream(sessions, (ServerCallStreamObserver<ServerMessage>) answers);
    }
}
