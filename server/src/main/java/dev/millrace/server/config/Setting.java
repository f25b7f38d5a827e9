package dev.millrace.server.config;

import java.util.Locale;

/**
 * One setting: the flag {@code --key}, the environment variable {@code MILLRACE_KEY} and the key of the file.
 *
 * @param key
 *            lower case, words joined by dashes
 * @param kind
 *            what its text means
 * @param fallback
 *            its text where nobody sets it
 * @param help
 *            one line
 * @param <T>
 *            the value's type
 */
public record Setting<T>(String key, Kind<T> kind, String fallback, String help) {
    static final String ENVIRONMENT_PREFIX = "MILLRACE_";

    /** {@code nsq-tcp} is {@code MILLRACE_NSQ_TCP}. */
    public String variable() {
        return variable(key);
    }

    static String variable(String key) {
        return ENVIRONMENT_PREFIX + key.replace('-', '_').replace('.', '_').toUpperCase(Locale.ROOT);
    }
}
