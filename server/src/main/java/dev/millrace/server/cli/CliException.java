package dev.millrace.server.cli;

/** A command that could not be done; the message says what, where and the cure. */
public final class CliException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CliException(String message) {
        super(message);
    }
}
