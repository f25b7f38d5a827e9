package dev.millrace.door.nsq.wire;

import java.nio.ByteBuffer;

/** Numbers in command lines: decimal digits only, no sign; no digit at all is 0. */
final class Decimal {
    /** The text is no number. */
    static final long NONE = -1;

    private Decimal() {}

    /** The number, held at {@link Long#MAX_VALUE}, or {@link #NONE}. */
    static long parse(ByteBuffer data, int start, int stop) {
        long value = 0;
        for (int i = start; i < stop; i++) {
            int digit = data.get(i) - '0';
            if (digit < 0 || digit > 9) {
                return NONE;
            }
            value = value > (Long.MAX_VALUE - digit) / 10 ? Long.MAX_VALUE : value * 10 + digit;
        }
        return value;
    }
}
