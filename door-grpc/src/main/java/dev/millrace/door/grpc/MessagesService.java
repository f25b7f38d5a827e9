package dev.millrace.door.grpc;

import dev.millrace.grpc.v1.MessagesGrpc;
import dev.millrace.grpc.v1.PublishRequest;
import dev.millrace.grpc.v1.PublishResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;

/** The service {@code Messages}. */
final class MessagesService extends MessagesGrpc.MessagesImplBase {
    private final Publishing publishing;
    private final Executor threads;

    MessagesService(Publishing publishing, Executor threads) {
        this.publishing = publishing;
        this.threads = threads;
    }

    @Override
    public void publish(PublishRequest request, StreamObserver<PublishResponse> answer) {
        Later.run(publishing.publish(request, publishing.lane()), threads, response -> {
            if (response.hasError()) {
                throw new RefusedException(response.getError());
            }
            answer.onNext(response);
            answer.onCompleted();
        }, failure -> answer.onError(Refusals.status(Refusals.of(failure))));
    }

    @Override
    public StreamObserver<PublishRequest> publishStream(StreamObserver<PublishResponse> answers) {
        int lane = publishing.lane();
        return new RequestStream<>(request -> publishing.publish(request, lane),
                (ServerCallStreamObserver<PublishResponse>) answers, new SerialExecutor(threads));
    }
}
