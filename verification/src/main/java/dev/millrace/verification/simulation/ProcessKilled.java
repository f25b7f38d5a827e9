package dev.millrace.verification.simulation;

/** The process was killed in the middle of an operation; an error, so that no handler of exceptions swallows it. */
final class ProcessKilled extends Error {
    private static final long serialVersionUID = 1L;

    ProcessKilled() {
        super("killed", null, false, false);
    }
}
