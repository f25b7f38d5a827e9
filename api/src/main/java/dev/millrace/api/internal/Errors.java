package dev.millrace.api.internal;

import org.jspecify.annotations.Nullable;

/** What is kept of an exception. */
final class Errors {
    /** The engine keeps 400 bytes; the start of the text says most. */
    private static final int MAX_LENGTH = 2_000;

    private Errors() {}

    /** Its class and text, and those of its causes. */
    static String text(Throwable failure) {
        StringBuilder text = new StringBuilder(describe(failure));
        Throwable cause = failure.getCause();
        for (int i = 0; i < 5 && cause != null && text.length() < MAX_LENGTH; i++) {
            text.append("; caused by ").append(describe(cause));
            cause = cause.getCause();
        }
        return text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) : text.toString();
    }

    private static String describe(Throwable failure) {
        @Nullable String message = failure.getMessage();
        String name = failure.getClass().getSimpleName();
        return message == null || message.isEmpty() ? name : name + ": " + message;
    }
}
