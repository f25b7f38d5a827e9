package dev.millrace.verification.simulation;

/** A change by an operator: from when it was asked for until its answer came, or until it was known that none will. */
final class Span {
    final long submittedOrder;
    long endedOrder = Long.MAX_VALUE;
    boolean answered;

    Span(long submittedOrder) {
        this.submittedOrder = submittedOrder;
    }

    void end(long order, boolean withAnswer) {
        endedOrder = order;
        answered = withAnswer;
    }

    /** Whether it may have happened between two events. */
    boolean mayLieBetween(long afterOrder, long beforeOrder) {
        return submittedOrder < beforeOrder && endedOrder > afterOrder;
    }
}
