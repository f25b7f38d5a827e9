package dev.millrace.door.nsq.json;

/** Text that is no JSON, or not of the wanted form. */
public final class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public JsonException(String message) {
        super(message);
    }
}
