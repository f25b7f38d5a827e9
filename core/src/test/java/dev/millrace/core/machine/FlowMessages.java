package dev.millrace.core.machine;

import dev.millrace.core.machine.FlowModel.Step;
import dev.millrace.core.message.Chain;
import dev.millrace.core.message.EnvelopeWriter;
import dev.millrace.core.message.Properties;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Messages of the tests of flows: their body is their label. */
final class FlowMessages {
    private FlowMessages() {}

    /** As doors hand a message over: length, envelope, body. */
    static ByteBuffer source(EnvelopeWriter envelope, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        ByteBuffer source = ByteBuffer.allocate(Integer.BYTES + envelope.length() + bytes.length);
        source.putInt(envelope.length() + bytes.length);
        envelope.write(source);
        return source.put(bytes).flip();
    }

    /** Each step has its label as a header. */
    static ByteBuffer chain(List<Step> steps) {
        return Chain.write(steps.stream().map(FlowMessages::step).toList());
    }

    private static Chain.Step step(Step step) {
        ByteBuffer source = source(new EnvelopeWriter().header("step", step.label()), step.label());
        return new Chain.Step(step.result(), step.topic(), source.slice(Integer.BYTES, source.limit() - Integer.BYTES));
    }

    static Map<String, String> headers(ByteBuffer message) {
        Map<String, String> headers = new TreeMap<>();
        Properties.forEach(message, Integer.BYTES, (tag, at, length) -> {
            if (tag == Properties.HEADER) {
                int name = message.get(at) & 0xFF;
                headers.put(Properties.text(message, at + 1, name),
                        Properties.text(message, at + 1 + name, length - 1 - name));
            }
        });
        return headers;
    }

    static String text(ByteBuffer bytes, int at, int length) {
        return Properties.text(bytes, at, length);
    }
}
