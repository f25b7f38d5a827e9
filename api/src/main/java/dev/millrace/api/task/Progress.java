package dev.millrace.api.task;

import dev.millrace.api.internal.Checks;

/**
 * How far an attempt is, as its handler said last.
 *
 * @param percent
 *            0 to 100
 * @param text
 *            in words, or empty
 */
public record Progress(int percent, String text) {
    public Progress {
        Checks.between("percent", percent, 0, 100);
    }
}
