package dev.millrace.door.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.millrace.grpc.v1.ErrorDetail;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Objects;

/** How a call was refused. */
record Refused(Status.Code code, ErrorDetail.Category category, String message) {
    /** Of a call that must fail with a status and a detail. */
    static Refused by(Runnable call) {
        StatusRuntimeException refusal = catchThrowableOfType(StatusRuntimeException.class, call::run);
        assertThat(refusal).as("the call was not refused").isNotNull();
        com.google.rpc.Status status = StatusProto.fromThrowable(refusal);
        assertThat(status).isNotNull();
        try {
            ErrorDetail detail = Objects.requireNonNull(status).getDetails(0).unpack(ErrorDetail.class);
            return new Refused(refusal.getStatus().getCode(), detail.getCategory(), detail.getMessage());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
