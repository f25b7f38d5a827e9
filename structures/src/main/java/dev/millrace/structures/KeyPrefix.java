package dev.millrace.structures;

/**
 * The first 64 bits of a key, which nodes keep in an array of their own: a search then compares numbers that lie side by
 * side and follows a reference to a key only where two prefixes are equal.
 *
 * <p>
 * In the natural order of {@code Long}, {@code Integer} and {@code String}, a key that is less never has a greater
 * prefix. The prefix of a number is the number, so equal prefixes are equal keys. That of a string is its first eight
 * characters, a byte each, with zeros after its end; from the first character over 254 on there is 255 and then zeros.
 *
 * <p>
 * Keys of other classes, and those of a map with a comparator, have no prefixes. Which it is follows from the first key
 * that is put; {@link #NO_PREFIX} stands for those without.
 */
final class KeyPrefix {
    /** In the place of the class of keys: they have no prefixes. */
    static final Class<?> NO_PREFIX = Object.class;
    /** The prefixes of a node whose keys have none. */
    static final long[] NONE = {};

    private static final int STRING_CHARS = 8;
    private static final int LAST_BYTE = 255;

    private KeyPrefix() {}

    /** The class of a map's keys if they have prefixes, else {@link #NO_PREFIX}. */
    static Class<?> classOf(Object firstKey) {
        return firstKey instanceof Long || firstKey instanceof Integer || firstKey instanceof String
                ? firstKey.getClass()
                : NO_PREFIX;
    }

    /** The prefix of a key; 0 if its class has none. */
    static long of(Object key) {
        if (key instanceof Long number) {
            return number;
        }
        if (key instanceof Integer number) {
            return number;
        }
        return key instanceof String text ? of(text) : 0;
    }

    private static long of(String text) {
        int length = Math.min(text.length(), STRING_CHARS);
        long prefix = 0;
        int at = 0;
        while (at < length) {
            int next = Math.min(text.charAt(at++), LAST_BYTE);
            prefix = prefix << Byte.SIZE | next;
            if (next == LAST_BYTE) {
                break;
            }
        }
        prefix <<= (STRING_CHARS - at) * Byte.SIZE;
        // Unsigned order becomes signed order.
        return prefix ^ Long.MIN_VALUE;
    }

    /** Whether keys of equal prefixes may differ. */
    static boolean isPartial(Object key) {
        return key instanceof String;
    }

    /**
     * The cure of a wrong key's class, as {@code compareTo} would have it.
     *
     * @param keyClass
     *            that of the map's keys
     */
    static ClassCastException wrong(Object key, Class<?> keyClass) {
        return new ClassCastException("A key is of " + key.getClass() + ", but those of this map are of " + keyClass
                + "; use keys of one class, or a comparator for several");
    }

    /** The first place from {@code from} on whose prefix is at least {@code prefix}, or {@code to}. */
    static int lower(long[] prefixes, int from, int to, long prefix) {
        int place = from;
        int length = to - from;
        // One outcome per step, which compiles to a conditional move: half of all branches here would be mispredicted.
        while (length > 0) {
            int half = (length + 1) >>> 1;
            place += prefixes[place + half - 1] < prefix ? half : 0;
            length -= half;
        }
        return place;
    }

    /** The first place from {@code from} on whose prefix is greater, or {@code to}. */
    static int upper(long[] prefixes, int from, int to, long prefix) {
        int place = from;
        int length = to - from;
        while (length > 0) {
            int half = (length + 1) >>> 1;
            place += prefixes[place + half - 1] <= prefix ? half : 0;
            length -= half;
        }
        return place;
    }
}
