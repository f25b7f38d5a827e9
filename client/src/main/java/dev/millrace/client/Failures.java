package dev.millrace.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.millrace.api.MillraceException;
import dev.millrace.grpc.v1.ErrorDetail;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.netty.handler.ssl.NotSslRecordException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What the server's refusals, and the connection's failures, are in the API's words. */
final class Failures {
    private Failures() {}

    /** Of a call that may have reached the server. */
    static MillraceException of(Throwable failure, String what) {
        ErrorDetail detail = detail(failure);
        return detail == null ? withoutDetail(Status.fromThrowable(failure), failure, what) : of(detail, what);
    }

    /** Whether the server said it, and not the connection. */
    static @Nullable ErrorDetail detail(Throwable failure) {
        com.google.rpc.@Nullable Status status = StatusProto.fromThrowable(failure);
        if (status != null) {
            for (Any any : status.getDetailsList()) {
                if (any.is(ErrorDetail.class)) {
                    try {
                        return any.unpack(ErrorDetail.class);
                    } catch (InvalidProtocolBufferException e) {
                        return null;
                    }
                }
            }
        }
        return null;
    }

    static MillraceException of(ErrorDetail detail, String what) {
        String message = what + ": " + detail.getMessage();
        return switch (detail.getCategory()) {
            case CATEGORY_NOT_FOUND -> new MillraceException.NotFound(message);
            case CATEGORY_INVALID, CATEGORY_UNAUTHENTICATED -> new MillraceException.Invalid(message);
            case CATEGORY_LIMIT, CATEGORY_NO_ROOM -> new MillraceException.LimitReached(message);
            case CATEGORY_UNAVAILABLE -> new MillraceException.UnknownOutcome(message);
            case CATEGORY_INTERNAL, CATEGORY_UNSPECIFIED, UNRECOGNIZED -> new MillraceException.Fatal(message);
        };
    }

    /** Of the first call of a connection, which changes nothing; says so when the two do not agree on TLS. */
    static MillraceException ofGreeting(Throwable failure, String what, boolean tls) {
        MillraceException known = of(failure, what);
        if (detail(failure) != null) {
            return known;
        }
        SSLException trouble = sslTrouble(failure);
        if (trouble instanceof NotSslRecordException) {
            return new MillraceException.Fatal(what + ": the server does not speak TLS. Give it a certificate "
                    + "(grpc-tls-cert and grpc-tls-key), or leave ConnectOptions.tls off", failure);
        }
        if (trouble != null) {
            return new MillraceException.Fatal(what + ": the server's certificate is not accepted ("
                    + reason(trouble) + "). Trust the authority that signed it by ConnectOptions.tls(new "
                    + "Tls.TrustedBy(file)), and use a name of the server that stands in the certificate", failure);
        }
        Status status = Status.fromThrowable(failure);
        boolean broke = status.getCode() == Status.Code.UNAVAILABLE || status.getCode() == Status.Code.INTERNAL;
        if (!tls && broke && !neverSent(status)) {
            return new MillraceException.Unavailable(what + ": the connection was made and broke at once ("
                    + status.getDescription() + "); if the server speaks TLS (grpc-tls-cert), give ConnectOptions.tls",
                    failure);
        }
        return known instanceof MillraceException.UnknownOutcome
                ? new MillraceException.Unavailable(String.valueOf(known.getMessage()), known)
                : known;
    }

    private static @Nullable SSLException sslTrouble(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException found) {
                return found;
            }
        }
        return null;
    }

    /** The innermost says it best. */
    private static String reason(Throwable trouble) {
        Throwable last = trouble;
        for (Throwable cause = trouble.getCause(); cause != null; cause = cause.getCause()) {
            last = cause;
        }
        return String.valueOf(last.getMessage());
    }

    private static MillraceException withoutDetail(Status status, Throwable failure, String what) {
        String message = what + ": " + status.getDescription();
        return switch (status.getCode()) {
            case UNAVAILABLE -> neverSent(status) ? unreachable(failure, what)
                    : new MillraceException.UnknownOutcome(message + "; whether it was done is unknown", failure);
            case DEADLINE_EXCEEDED -> new MillraceException.UnknownOutcome(
                    what + ": no answer within the time-out of ConnectOptions; whether it was done is unknown",
                    failure);
            case CANCELLED -> new MillraceException.Closed(what + ": the connection has been closed", failure);
            case RESOURCE_EXHAUSTED -> new MillraceException.LimitReached(message, failure);
            case UNIMPLEMENTED -> new MillraceException.Fatal(message
                    + "; what listens there is no Millrace of this version, or not its grpc address", failure);
            default -> new MillraceException.Fatal(message, failure);
        };
    }

    /** gRPC says so by its own words only: no connection could be made. */
    private static boolean neverSent(Status status) {
        return status.getCause() instanceof java.net.ConnectException
                || status.getCause() instanceof java.net.UnknownHostException;
    }

    static MillraceException unreachable(Throwable failure, String what) {
        Status status = Status.fromThrowable(failure);
        Throwable cause = status.getCause() == null ? failure : status.getCause();
        return new MillraceException.Unavailable(what + ": the server cannot be reached (" + cause.getMessage()
                + "); nothing was done. Start it, or mend the address", failure);
    }
}
