package dev.millrace.door.nsq.wire;

/**
 * A command that is refused. Its message is the error frame's text: a code such as {@code E_BAD_TOPIC}, a blank, a
 * description. The connection is closed after the frame.
 */
public final class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ProtocolException(String code, String description) {
        super(code + " " + description, null, false, false);
    }

    /** The error frame's text. */
    public String text() {
        return String.valueOf(getMessage());
    }

    /** The code without its {@code E_}: what the HTTP API answers for the same mistake. */
    public String shortCode() {
        String text = text();
        return text.substring(2, text.indexOf(' '));
    }
}
