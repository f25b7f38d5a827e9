package dev.millrace.api.task;

/** What is done around handlers: logging, metrics, transactions. */
@FunctionalInterface
public interface Middleware {
    /** A handler that does more and calls {@code next}; made once for each handler. */
    TaskHandler around(TaskHandler next);
}
