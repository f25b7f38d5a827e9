package dev.millrace.core.message;

import java.nio.charset.StandardCharsets;

/**
 * Ids that clients give to messages. Beside the engine's own ids, 16 hex digits, they are written with {@value #PREFIX}
 * before them, so that one is never taken for the other. Stateless.
 */
public final class ClientIds {
    /** What stands before such an id where either kind may stand. */
    public static final String PREFIX = "id:";
    /** What an id has to be, for messages to users. */
    public static final String RULE = "an id has 1 to " + EnvelopeWriter.MAX_KEY_BYTES
            + " bytes of UTF-8 and no control characters";

    private ClientIds() {}

    /** Whether a client may give this id. */
    public static boolean isValid(String id) {
        int bytes = id.getBytes(StandardCharsets.UTF_8).length;
        return bytes > 0 && bytes <= EnvelopeWriter.MAX_KEY_BYTES && id.chars().noneMatch(Character::isISOControl);
    }

    /** High half of the hash. */
    public static long high(String id) {
        return high(id.getBytes(StandardCharsets.UTF_8));
    }

    static long high(byte[] id) {
        long high = KeyHash.high(id);
        return high == 0 ? 1 : high;
    }

    /** Low half of the hash. */
    public static long low(String id) {
        return KeyHash.low(id.getBytes(StandardCharsets.UTF_8));
    }
}
