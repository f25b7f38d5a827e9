package dev.millrace.node.tasks;

import dev.millrace.core.message.Chain;
import dev.millrace.core.message.Envelope;
import dev.millrace.core.message.MessageView;
import dev.millrace.core.message.Properties;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads back what {@link TaskEncoder} wrote, for doors and workers. Stateless. */
public final class TaskReader {
    private TaskReader() {}

    /** The task that a delivered message is; one without an envelope has no type and no keys. */
    public static TaskSpec read(MessageView view) {
        return read(view, true);
    }

    /** @param stored whether it has instants, not the durations that doors write */
    private static TaskSpec read(MessageView view, boolean stored) {
        byte[] body = new byte[view.bodyLength];
        view.bytes.get(view.bodyOffset, body);
        ByteBuffer payload = ByteBuffer.wrap(body).asReadOnlyBuffer();
        if (view.envelope < 0) {
            return new TaskSpec("", payload, Map.of(), TaskSpec.Keys.NONE, TaskSpec.Terms.NONE);
        }
        Found found = new Found();
        Properties.forEach(view.bytes, view.envelope, (tag, at, length) -> found.take(view.bytes, tag, at, length));
        return found.task(view.bytes, view.envelope, payload, stored);
    }

    /** The payloads of a task that was made of several, {@link TaskSpec.Flow#gathered} of them; of another one its own. */
    public static List<ByteBuffer> payloads(TaskSpec task) {
        ByteBuffer payload = task.payload();
        if (task.flow().gathered() == 0) {
            return List.of(payload);
        }
        List<ByteBuffer> all = new ArrayList<>(task.flow().gathered());
        int at = payload.position();
        for (int i = 0; i < task.flow().gathered(); i++) {
            int length = payload.getInt(at);
            all.add(payload.slice(at + Integer.BYTES, length).asReadOnlyBuffer());
            at += Integer.BYTES + length;
        }
        return all;
    }

    private static TaskSpec.Step step(Chain.Step step) {
        MessageView view = new MessageView();
        view.bytes = step.message();
        view.envelope = step.message().position();
        view.bodyOffset = view.envelope + Envelope.bytes(view.bytes, view.envelope);
        view.bodyLength = step.message().limit() - view.bodyOffset;
        return new TaskSpec.Step(step.topic(), read(view, false), TaskSpec.Result.of(step.result()));
    }

    private static final class Found {
        private List<TaskSpec.Step> then = List.of();
        private String group = "";
        private String batchQueue = "";
        private int gathered;
        private final Map<String, String> headers = new LinkedHashMap<>();
        private String type = "";
        private String order = "";
        private String limit = "";
        private String unique = "";
        private String id = "";
        private long timeoutMillis;
        private long deadlineMillis;

        void take(ByteBuffer bytes, byte tag, int at, int length) {
            switch (tag) {
                case Properties.TYPE -> type = Properties.text(bytes, at, length);
                case Properties.KEY -> order = Properties.text(bytes, at, length);
                case Properties.LIMIT_KEY -> limit = Properties.text(bytes, at, length);
                case Properties.UNIQUE_KEY -> unique = Properties.text(bytes, at, length);
                case Properties.CLIENT_ID -> id = Properties.text(bytes, at, length);
                case Properties.TIMEOUT -> timeoutMillis = bytes.getLong(at);
                case Properties.DEADLINE -> deadlineMillis = bytes.getLong(at);
                case Properties.CHAIN ->
                        then = Chain.read(bytes, at, length).stream().map(TaskReader::step).toList();
                case Properties.GATHER_KEY -> group = Properties.text(bytes, at, length);
                case Properties.BATCH_TOPIC -> batchQueue = Properties.text(bytes, at, length);
                case Properties.GATHERED -> gathered = (int) bytes.getLong(at);
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

        TaskSpec task(ByteBuffer bytes, int envelope, ByteBuffer payload, boolean stored) {
            long base = stored ? Envelope.word(bytes, envelope, Envelope.AT) + 1 : 0;
            long ends = Envelope.word(bytes, envelope, Envelope.UNIQUE_ENDS);
            long expires = Envelope.word(bytes, envelope, Envelope.EXPIRES);
            long batch = Envelope.word(bytes, envelope, Envelope.BATCH);
            TaskSpec.Flow flow = new TaskSpec.Flow(then,
                    batch == 0 ? TaskSpec.BatchRef.NONE : new TaskSpec.BatchRef(batchQueue, batch), group, gathered);
            TaskSpec.Keys keys = new TaskSpec.Keys(order, limit, unique, ends == 0 ? 0 : ends - base,
                    (Envelope.flags(bytes, envelope) & Envelope.UNIQUE_UNTIL_DONE) != 0,
                    Envelope.priority(bytes, envelope), id);
            boolean own = Envelope.has(bytes, envelope, Envelope.MIN_BACKOFF);
            TaskSpec.Backoff backoff = own
                    ? new TaskSpec.Backoff(Envelope.word(bytes, envelope, Envelope.MIN_BACKOFF),
                            Envelope.word(bytes, envelope, Envelope.MAX_BACKOFF))
                    : TaskSpec.Backoff.OF_QUEUE;
            TaskSpec.Terms terms = new TaskSpec.Terms(stored ? 0 : Envelope.word(bytes, envelope, Envelope.DUE),
                    expires == 0 ? 0 : expires - base,
                    Envelope.maxAttempts(bytes, envelope), backoff, timeoutMillis, deadlineMillis,
                    Envelope.word(bytes, envelope, Envelope.RETENTION));
            return new TaskSpec(type, payload, headers, keys, terms, flow);
        }
    }
}
