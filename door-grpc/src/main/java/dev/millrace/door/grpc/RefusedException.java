package dev.millrace.door.grpc;

import dev.millrace.grpc.v1.ErrorDetail;
import dev.millrace.grpc.v1.ErrorDetail.Category;

/** Something that the door itself refuses. */
final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorDetail detail;

    RefusedException(ErrorDetail detail) {
        super(detail.getMessage());
        this.detail = detail;
    }

    static RefusedException invalid(String message) {
        return new RefusedException(Refusals.invalid(message));
    }

    static RefusedException limit(String message) {
        return new RefusedException(Refusals.detail(Category.CATEGORY_LIMIT, message));
    }

    ErrorDetail detail() {
        return detail;
    }
}
