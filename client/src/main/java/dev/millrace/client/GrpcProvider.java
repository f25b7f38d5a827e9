package dev.millrace.client;

import dev.millrace.api.ConnectOptions;
import dev.millrace.api.MillraceException;
import dev.millrace.api.spi.Engine;
import dev.millrace.api.spi.MillraceProvider;
import dev.millrace.api.spi.Target;
import dev.millrace.grpc.v1.AdminGrpc;
import dev.millrace.grpc.v1.GetServerRequest;
import dev.millrace.grpc.v1.GetServerResponse;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Makes the engine behind {@link dev.millrace.api.Millrace#connect}. */
public final class GrpcProvider implements MillraceProvider {
    @Override
    public Optional<Engine> start(Target target) {
        if (!(target instanceof Target.Server server)) {
            return Optional.empty();
        }
        Link link = Link.of(server.address(), server.options());
        try {
            return Optional.of(new GrpcEngine(link, server.options(), greet(link, server)));
        } catch (RuntimeException e) {
            link.close();
            throw e;
        }
    }

    /** The first call: whether somebody who speaks the protocol is there, and what he takes. */
    private static GetServerResponse greet(Link link, Target.Server server) {
        String what = "connecting to " + server.address();
        boolean tls = !(server.options().tls() instanceof ConnectOptions.Tls.Off);
        CompletableFuture<GetServerResponse> answer = Calls.ask(what,
                (StreamObserver<GetServerResponse> call) -> AdminGrpc.newStub(link.calls())
                        .withDeadlineAfter(server.options().timeout().toMillis(), TimeUnit.MILLISECONDS)
                        .getServer(GetServerRequest.getDefaultInstance(), call),
                found -> found, failure -> Failures.ofGreeting(failure, what, tls));
        try {
            return answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MillraceException.Interrupted("interrupted while " + what, e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw cause instanceof MillraceException known ? known
                    : new MillraceException.Fatal(what + " failed: " + cause, cause);
        }
    }
}
