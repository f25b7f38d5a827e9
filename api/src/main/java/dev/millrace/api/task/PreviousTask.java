package dev.millrace.api.task;

import dev.millrace.api.MessageId;
import dev.millrace.api.internal.FlowHeaders;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * The step of a chain that was done before this one.
 *
 * <pre>
 *   worker.handle("publish", (task, context) -&gt; publish(task.previous().orElseThrow().resultText()));
 * </pre>
 *
 * @param id
 *            of that task
 * @param result
 *            what it left, if this step asked for it as a header ({@link PreviousResult#HEADER}); read-only, empty when there
 *            is none or it is omitted
 * @param omittedBytes
 *            length of a result that is longer than 8 KiB and therefore not here; 0 of one that is
 */
public record PreviousTask(MessageId id, ByteBuffer result, long omittedBytes) {
    public PreviousTask {
        result = result.asReadOnlyBuffer();
    }

    /** What the headers of a step say. */
    static Optional<PreviousTask> in(Map<String, String> headers) {
        String id = headers.get(FlowHeaders.PREVIOUS_ID);
        if (id == null) {
            return Optional.empty();
        }
        String base64 = headers.get(FlowHeaders.PREVIOUS_RESULT_BASE64);
        byte[] result = base64 == null
                ? headers.getOrDefault(FlowHeaders.PREVIOUS_RESULT, "").getBytes(StandardCharsets.UTF_8)
                : Base64.getDecoder().decode(base64);
        long omitted = Long.parseLong(headers.getOrDefault(FlowHeaders.PREVIOUS_RESULT_OMITTED, "0"));
        return Optional.of(new PreviousTask(MessageId.of(id), ByteBuffer.wrap(result), omitted));
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
