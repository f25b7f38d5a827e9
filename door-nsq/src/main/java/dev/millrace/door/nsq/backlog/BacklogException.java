package dev.millrace.door.nsq.backlog;

/** An import that cannot start or go on; the message says where it stood and what to do. */
public final class BacklogException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BacklogException(String message) {
        super(message);
    }

    public BacklogException(String message, Throwable cause) {
        super(message, cause);
    }
}
