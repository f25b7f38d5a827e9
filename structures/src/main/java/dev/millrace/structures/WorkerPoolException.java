package dev.millrace.structures;

/** Why a pool did not take a task. The task has not run and will not run. */
public abstract sealed class WorkerPoolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private WorkerPoolException(String message) {
        super(message);
    }

    /** The pool is full and as many submits wait as may, or this one has waited as long as it may. Try again later. */
    public static final class Overloaded extends WorkerPoolException {
        private static final long serialVersionUID = 1L;

        Overloaded(String message) {
            super(message);
        }
    }

    /** The pool is closed. Reopen it or use another one. */
    public static final class Closed extends WorkerPoolException {
        private static final long serialVersionUID = 1L;

        Closed(String message) {
            super(message);
        }
    }

    /** Waiting would never end: every running task of the pool waits for room in that same pool. */
    public static final class NestedSubmit extends WorkerPoolException {
        private static final long serialVersionUID = 1L;

        NestedSubmit(String message) {
            super(message);
        }
    }
}
