package dev.millrace.core.message;

/**
 * A hash of 128 bits of a key. Two keys that share one count as the same key: with a billion keys the odds are one in
 * 10^20.
 *
 * <p>
 * Two independent passes of the 64-bit finalizer of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom
 * number generators", 2014) over words of eight bytes, each started with its own constant and the length. Not meant to
 * withstand somebody who looks for collisions: whoever may publish could as well repeat the key.
 */
public final class KeyHash {
    private static final long HIGH = 0x9E37_79B9_7F4A_7C15L;
    private static final long LOW = 0xD1B5_4A32_D192_ED03L;

    private KeyHash() {}

    public static long high(byte[] key) {
        return hash(key, HIGH);
    }

    public static long low(byte[] key) {
        return hash(key, LOW);
    }

    private static long hash(byte[] key, long seed) {
        long h = mix(seed + key.length);
        long word = 0;
        for (int i = 0; i < key.length; i++) {
            word = word << 8 | (key[i] & 0xFF);
            if (i % Long.BYTES == Long.BYTES - 1) {
                h = mix(h ^ word) + seed;
                word = 0;
            }
        }
        return mix(h ^ word);
    }

    private static long mix(long z) {
        long h = (z ^ z >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        h = (h ^ h >>> 27) * 0x94D0_49BB_1331_11EBL;
        return h ^ h >>> 31;
    }
}
