package dev.millrace.door.http;

import dev.millrace.core.message.Ids;
import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.Submission;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.net.http.HttpFailure;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;

/** Messages to be published as one submission, in the form the shard takes: (length, bytes) after each other. */
final class PublishRequest {
    static final int MAX_MESSAGES = 10_000;
    /** A hundred years, as the engine has it. */
    static final long MAX_DELAY_MILLIS = 3_155_760_000_000L;

    private final int maxMessageBytes;
    private ByteBuffer data;
    private final List<Long> delays = new ArrayList<>();
    private final List<Integer> offsets = new ArrayList<>();

    PublishRequest(int maxMessageBytes, int expectedBytes) {
        this.maxMessageBytes = maxMessageBytes;
        data = ByteBuffer.allocate(Math.max(64, expectedBytes + Integer.BYTES));
    }

    /** What a JSON body asks for: one message, or a list of them under {@code messages}. */
    static PublishRequest of(JsonInput input, int maxMessageBytes, int bodyBytes) {
        PublishRequest request = new PublishRequest(maxMessageBytes, bodyBytes);
        if (input.has("messages")) {
            for (JsonInput message : input.objects("messages", MAX_MESSAGES)) {
                request.addJson(message);
            }
            input.end();
        } else {
            request.addJson(input);
        }
        return request;
    }

    private void addJson(JsonInput message) {
        long delay = message.numberOr("delayMillis", 0, 0, MAX_DELAY_MILLIS);
        int forms = (message.has("text") ? 1 : 0) + (message.has("base64") ? 1 : 0) + (message.has("json") ? 1 : 0);
        if (forms != 1) {
            throw message.refuse("text", "or base64 or json must be there, exactly one of them");
        }
        if (message.has("text")) {
            add(message.text("text").getBytes(StandardCharsets.UTF_8), delay);
        } else if (message.has("json")) {
            add(Json.bytes(message.any("json")), delay);
        } else {
            add(base64(message), delay);
        }
        message.end();
    }

    private static byte[] base64(JsonInput message) {
        try {
            return Base64.getDecoder().decode(message.text("base64"));
        } catch (IllegalArgumentException e) {
            throw message.refuse("base64", "is not Base64: " + e.getMessage());
        }
    }

    void add(byte[] body, long delayMillis) {
        if (body.length == 0) {
            throw new HttpFailure(400, "EMPTY",
                    "message " + offsets.size() + " is empty; a message has at least one byte");
        }
        if (body.length > maxMessageBytes) {
            throw new HttpFailure(413, "MESSAGE_TOO_LARGE", "message " + offsets.size() + " has " + body.length
                    + " bytes; the setting max-message-bytes allows " + maxMessageBytes);
        }
        if (data.remaining() < body.length + Integer.BYTES) {
            int needed = data.position() + body.length + Integer.BYTES;
            data = ByteBuffer.allocate(Math.max(needed, data.capacity() * 2)).put(data.flip());
        }
        offsets.add(data.position());
        delays.add(delayMillis);
        data.putInt(body.length).put(body);
    }

    /** Neighbours without a delay are one command. */
    Submission submission(TopicRef topic) {
        Submission submission = new Submission().data(data);
        int size = offsets.size();
        int next;
        for (int i = 0; i < size; i = next) {
            next = i + 1;
            if (delays.get(i) > 0) {
                submission.defer(topic, offsets.get(i), end(i) - offsets.get(i), delays.get(i));
            } else {
                while (next < size && delays.get(next) == 0) {
                    next++;
                }
                submission.publish(topic, offsets.get(i), end(next - 1) - offsets.get(i), next - i);
            }
        }
        return submission;
    }

    private int end(int message) {
        return message + 1 < offsets.size() ? offsets.get(message + 1) : data.position();
    }

    /** The ids in the order of the messages; fails with the first command that was refused. */
    List<String> ids(Submission done, Supplier<String> noRoom) {
        List<String> ids = new ArrayList<>(offsets.size());
        int command = 0;
        for (int i = 0; i < offsets.size(); command++) {
            if (done.result(command) != Outcome.OK) {
                throw Outcomes.failure(done.result(command),
                        ids.size() + " of " + offsets.size() + " messages were published", noRoom);
            }
            int first = i;
            do {
                ids.add(HexFormat.of().toHexDigits(Ids.plus(done.messageId(command), i - first)));
                i++;
            } while (delays.get(first) == 0 && i < offsets.size() && delays.get(i) == 0);
        }
        return ids;
    }
}
