package dev.millrace.door.http;

import dev.millrace.core.message.MessageView;
import dev.millrace.net.http.HttpFailure;
import dev.millrace.node.FailedAttempt;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Messages, ids and tokens as JSON has them. */
final class MessageJson {
    private static final long MILLI = 1_000_000L;

    private static final long NANOS = 1_000_000_000L;

    private MessageJson() {}

    /** A delivered message. */
    static ObjectNode of(MessageView view, boolean alwaysBase64) {
        ObjectNode message = Json.object();
        message.put("id", hex(view.id));
        message.put("token", hex(view.token));
        message.put("attempt", view.attempts);
        message.put("bornAt", instant(view.bornAtNanos));
        body(message, view.bytes.slice(view.bodyOffset, view.bodyLength), alwaysBase64);
        return message;
    }

    /** {@code text} when the bytes are UTF-8 and nobody asked otherwise, else {@code base64}. */
    static void body(ObjectNode message, ByteBuffer body, boolean alwaysBase64) {
        if (!alwaysBase64) {
            try {
                message.put("text", StandardCharsets.UTF_8.newDecoder().decode(body.duplicate()).toString());
                return;
            } catch (CharacterCodingException binary) {
                // then as base64
            }
        }
        byte[] bytes = new byte[body.remaining()];
        body.get(body.position(), bytes);
        message.put("base64", Base64.getEncoder().encodeToString(bytes));
    }

    /** Attempts that failed. */
    static void history(ObjectNode json, List<FailedAttempt> attempts) {
        ArrayNode history = json.putArray("history");
        for (FailedAttempt attempt : attempts) {
            history.addObject()
                    .put("attempt", attempt.number())
                    .put("at", instant(attempt.atMillis() * MILLI))
                    .put("reason", attempt.reason())
                    .put("error", attempt.error());
        }
    }

    static String instant(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS), Math.floorMod(nanos, NANOS)).toString();
    }

    static String hex(long value) {
        return HexFormat.of().toHexDigits(value);
    }

    /** An id or a token: 16 hex digits. */
    static long parse(String kind, String hex) {
        try {
            if (hex.length() == 16) {
                return HexFormat.fromHexDigitsToLong(hex);
            }
        } catch (IllegalArgumentException e) {
            throw bad(kind, hex);
        }
        throw bad(kind, hex);
    }

    private static HttpFailure bad(String kind, String hex) {
        return new HttpFailure(400, "INVALID", "'" + hex + "' is no " + kind + ": 16 hex digits are needed");
    }
}
