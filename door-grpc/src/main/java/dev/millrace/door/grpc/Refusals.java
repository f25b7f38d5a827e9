package dev.millrace.door.grpc;

import com.google.protobuf.Any;
import com.google.rpc.Status;
import dev.millrace.core.shard.Outcome;
import dev.millrace.grpc.v1.ErrorDetail;
import dev.millrace.grpc.v1.ErrorDetail.Category;
import dev.millrace.node.BrokerException;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What failures are in the protocol: a detail that machines read, and the status code it goes with. */
final class Refusals {
    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

    private Refusals() {}

    static ErrorDetail detail(Category category, String message) {
        return ErrorDetail.newBuilder().setCategory(category).setMessage(message).build();
    }

    static ErrorDetail invalid(String message) {
        return detail(Category.CATEGORY_INVALID, message);
    }

    /** Of whatever a future failed with or code threw; defects of ours are logged. */
    static ErrorDetail of(Throwable failure) {
        return switch (failure) {
            case RefusedException refused -> refused.detail();
            case BrokerException refused -> detail(category(refused.category()), String.valueOf(refused.getMessage()));
            case CompletionException wrapped when wrapped.getCause() != null -> of(wrapped.getCause());
            case ExecutionException wrapped when wrapped.getCause() != null -> of(wrapped.getCause());
            default -> {
                LOG.error("a call failed", failure);
                yield detail(Category.CATEGORY_INTERNAL, "internal error; the server's log says more");
            }
        };
    }

    private static Category category(BrokerException.Category category) {
        return switch (category) {
            case NOT_FOUND -> Category.CATEGORY_NOT_FOUND;
            case INVALID -> Category.CATEGORY_INVALID;
            case LIMIT -> Category.CATEGORY_LIMIT;
            case NO_ROOM -> Category.CATEGORY_NO_ROOM;
            case UNAVAILABLE -> Category.CATEGORY_UNAVAILABLE;
            case INTERNAL -> Category.CATEGORY_INTERNAL;
        };
    }

    /** Of a command that was refused. {@code noRoom}: why the shard has no room for more, if that is the outcome. */
    static ErrorDetail of(byte outcome, String what, Supplier<String> noRoom) {
        String limit = Outcome.limit(outcome);
        if (!limit.isEmpty()) {
            return detail(Category.CATEGORY_LIMIT, what + ": " + limit);
        }
        return switch (outcome) {
            case Outcome.NO_ROOM -> detail(Category.CATEGORY_NO_ROOM, what + ": " + noRoom.get()
                    + "; nothing that adds messages is taken. Free space there, or consume, which goes on");
            case Outcome.NOT_FOUND -> detail(Category.CATEGORY_NOT_FOUND, what + ": the topic is gone");
            default -> detail(Category.CATEGORY_INTERNAL, what + ": the server failed at it; its log says more");
        };
    }

    /** The exception that ends a call with this detail. */
    static StatusRuntimeException status(ErrorDetail detail) {
        return StatusProto.toStatusRuntimeException(Status.newBuilder()
                .setCode(code(detail.getCategory()).value())
                .setMessage(detail.getMessage())
                .addDetails(Any.pack(detail))
                .build());
    }

    private static Code code(Category category) {
        return switch (category) {
            case CATEGORY_NOT_FOUND -> Code.NOT_FOUND;
            case CATEGORY_INVALID -> Code.INVALID_ARGUMENT;
            case CATEGORY_LIMIT, CATEGORY_NO_ROOM -> Code.RESOURCE_EXHAUSTED;
            case CATEGORY_UNAVAILABLE -> Code.UNAVAILABLE;
            case CATEGORY_UNAUTHENTICATED -> Code.UNAUTHENTICATED;
            case CATEGORY_INTERNAL, CATEGORY_UNSPECIFIED, UNRECOGNIZED -> Code.INTERNAL;
        };
    }
}
