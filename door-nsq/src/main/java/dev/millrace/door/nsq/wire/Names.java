package dev.millrace.door.nsq.wire;

import java.nio.ByteBuffer;

/**
 * The rule for topic and channel names: 1 to 64 characters of {@code .a-zA-Z0-9_-}, then perhaps {@code #ephemeral},
 * which counts towards the 64.
 */
public final class Names {
    /** Longest name, in characters. */
    public static final int MAX_LENGTH = 64;
    private static final String EPHEMERAL = "#ephemeral";

    private Names() {}

    public static boolean isValid(String name) {
        int length = name.length();
        if (length < 1 || length > MAX_LENGTH) {
            return false;
        }
        int plain = isEphemeral(name) ? length - EPHEMERAL.length() : length;
        for (int i = 0; i < plain; i++) {
            if (!isNameCharacter(name.charAt(i))) {
                return false;
            }
        }
        return plain > 0;
    }

    /** The same for a name that stands in {@code data}. */
    public static boolean isValid(ByteBuffer data, int start, int length) {
        if (length < 1 || length > MAX_LENGTH) {
            return false;
        }
        int plain = 0;
        while (plain < length && isNameCharacter((char) (data.get(start + plain) & 0xff))) {
            plain++;
        }
        return plain == length || (plain > 0 && isSuffix(data, start + plain, length - plain));
    }

    /** Whether the topic or channel goes away with its last user. */
    public static boolean isEphemeral(String name) {
        return name.endsWith(EPHEMERAL);
    }

    private static boolean isSuffix(ByteBuffer data, int start, int length) {
        if (length != EPHEMERAL.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (data.get(start + i) != EPHEMERAL.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isNameCharacter(char c) {
        boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return letter || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    }
}
