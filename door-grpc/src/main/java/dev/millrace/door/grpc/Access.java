package dev.millrace.door.grpc;

import dev.millrace.grpc.v1.AdminGrpc;
import dev.millrace.grpc.v1.ErrorDetail.Category;
import dev.millrace.grpc.v1.TasksGrpc;
import dev.millrace.net.ApiToken;
import dev.millrace.net.Authentication;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Before every call: counts it, and asks for the token where it is needed. */
final class Access implements ServerInterceptor {
    private static final Metadata.Key<String> AUTHORIZATION = Metadata.Key.of("authorization",
            Metadata.ASCII_STRING_MARSHALLER);
    private static final String SCHEME = "Bearer ";
    private static final Set<String> DELETIONS = Set.of(AdminGrpc.getDeleteTopicMethod().getFullMethodName(),
            AdminGrpc.getEmptyTopicMethod().getFullMethodName(), AdminGrpc.getDeleteGroupMethod().getFullMethodName(),
            AdminGrpc.getEmptyGroupMethod().getFullMethodName(), AdminGrpc.getPurgeDeadMethod().getFullMethodName(),
            TasksGrpc.getDeleteTaskMethod().getFullMethodName(), TasksGrpc.getDeleteTasksMethod().getFullMethodName());

    private final Authentication authentication;
    private final ApiToken token;
    private final LongAdder calls = new LongAdder();

    Access(Authentication authentication, ApiToken token) {
        this.authentication = authentication;
        this.token = token;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers,
            ServerCallHandler<Q, A> next) {
        calls.increment();
        String method = call.getMethodDescriptor().getFullMethodName();
        boolean needed = authentication == Authentication.EVERYTHING || DELETIONS.contains(method);
        if (needed && !isRight(headers.get(AUTHORIZATION))) {
            StatusRuntimeException refusal = Refusals
                    .status(Refusals.detail(Category.CATEGORY_UNAUTHENTICATED, method
                            + " needs the metadata 'authorization: Bearer TOKEN' with the token that stands in "
                            + token.file() + " on the server"));
            Metadata trailers = refusal.getTrailers();
            call.close(refusal.getStatus(), trailers == null ? new Metadata() : trailers);
            return new ServerCall.Listener<>() {};
        }
        return next.startCall(call, headers);
    }

    private boolean isRight(@Nullable String header) {
        return header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && token.matches(header.substring(SCHEME.length()).trim());
    }

    /** Calls since the start. */
    long calls() {
        return calls.sum();
    }
}
