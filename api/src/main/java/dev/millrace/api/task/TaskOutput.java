package dev.millrace.api.task;

import dev.millrace.api.internal.Checks;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What handlers of a task said last, be it in an earlier attempt.
 *
 * @param percent
 *            of its way, 0 to 100
 * @param text
 *            how far it is, in words, or empty
 * @param result
 *            what it left; read-only, empty when there is none
 * @param log
 *            the last lines that one attempt wrote, each with its instant and the attempt's number in front
 */
public record TaskOutput(int percent, String text, ByteBuffer result, List<String> log) {
    /** Nothing was said. */
    public static final TaskOutput NONE = new TaskOutput(0, "", ByteBuffer.allocate(0), List.of());

    public TaskOutput {
        Checks.between("percent", percent, 0, 100);
        result = result.asReadOnlyBuffer();
        log = List.copyOf(log);
    }

    /** A view with a position of its own. */
    @Override
    public ByteBuffer result() {
        return result.asReadOnlyBuffer();
    }

    /** The result read as UTF-8. */
    public String resultText() {
        return StandardCharsets.UTF_8.decode(result()).toString();
    }
}
