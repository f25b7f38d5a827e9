package dev.millrace.node.tasks;

import dev.millrace.core.message.Envelope;
import dev.millrace.core.message.MessageView;
import dev.millrace.core.message.Properties;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads back what {@link TaskEncoder} wrote, for doors and workers. Stateless. */
public final class TaskReader {
    private TaskReader() {}

    /** The task that a delivered message is; one without an envelope has no type and no keys. */
    public static TaskSpec read(MessageView view) {
        byte[] body = new byte[view.bodyLength];
        view.bytes.get(view.bodyOffset, body);
        ByteBuffer payload = ByteBuffer.wrap(body).asReadOnlyBuffer();
        if (view.envelope < 0) {
            return new TaskSpec("", payload, Map.of(), TaskSpec.Keys.NONE, TaskSpec.Terms.NONE);
        }
        Found found = new Found();
        Properties.forEach(view.bytes, view.envelope, (tag, at, length) -> found.take(view.bytes, tag, at, length));
        return found.task(view.bytes, view.envelope, payload);
    }

    private static final class Found {
        private final Map<String, String> headers = new LinkedHashMap<>();
        private String type = "";
        private String order = "";
        private String limit = "";
        private String unique = "";
        private long timeoutMillis;
        private long deadlineMillis;

        void take(ByteBuffer bytes, byte tag, int at, int length) {
            switch (tag) {
                case Properties.TYPE -> type = Properties.text(bytes, at, length);
                case Properties.KEY -> order = Properties.text(bytes, at, length);
                case Properties.LIMIT_KEY -> limit = Properties.text(bytes, at, length);
                case Properties.UNIQUE_KEY -> unique = Properties.text(bytes, at, length);
                case Properties.TIMEOUT -> timeoutMillis = bytes.getLong(at);
                case Properties.DEADLINE -> deadlineMillis = bytes.getLong(at);
                case Properties.HEADER -> {
                    int name = bytes.get(at) & 0xFF;
                    headers.put(Properties.text(bytes, at + 1, name),
                            Properties.text(bytes, at + 1 + name, length - 1 - name));
                }
                default -> {
                    // of a later release
                }
            }
        }

        TaskSpec task(ByteBuffer bytes, int envelope, ByteBuffer payload) {
            long taken = Envelope.word(bytes, envelope, Envelope.AT);
            long ends = Envelope.word(bytes, envelope, Envelope.UNIQUE_ENDS);
            long expires = Envelope.word(bytes, envelope, Envelope.EXPIRES);
            TaskSpec.Keys keys = new TaskSpec.Keys(order, limit, unique, ends == 0 ? 0 : ends - taken - 1,
                    (Envelope.flags(bytes, envelope) & Envelope.UNIQUE_UNTIL_DONE) != 0,
                    Envelope.priority(bytes, envelope));
            boolean own = Envelope.has(bytes, envelope, Envelope.MIN_BACKOFF);
            TaskSpec.Backoff backoff = own
                    ? new TaskSpec.Backoff(Envelope.word(bytes, envelope, Envelope.MIN_BACKOFF),
                            Envelope.word(bytes, envelope, Envelope.MAX_BACKOFF))
                    : TaskSpec.Backoff.OF_QUEUE;
            TaskSpec.Terms terms = new TaskSpec.Terms(0, expires == 0 ? 0 : expires - taken - 1,
                    Envelope.maxAttempts(bytes, envelope), backoff, timeoutMillis, deadlineMillis,
                    Envelope.word(bytes, envelope, Envelope.RETENTION));
            return new TaskSpec(type, payload, headers, keys, terms);
        }
    }
}
