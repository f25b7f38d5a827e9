package dev.millrace.server.config;

/** A setting that cannot be used; the message names the key, where it was set, and the cure. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ConfigException(String message) {
        super(message);
    }
}
