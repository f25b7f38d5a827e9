package dev.millrace.door.nsq.options;

/** An option that cannot be used; the message names it and says what it may be. */
public final class OptionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public OptionException(String message) {
        super(message);
    }
}
