package dev.millrace.door.nsq.wire;

/**
 * Sizes and ranges that are checked while decoding.
 *
 * @param maxMsgBytes
 *            one message
 * @param maxBodyBytes
 *            body of IDENTIFY, AUTH and MPUB
 * @param maxDelayMillis
 *            longest deferral that DPUB may ask for
 */
public record DecoderLimits(int maxMsgBytes, int maxBodyBytes, long maxDelayMillis) {
    /** Messages that one MPUB may carry: the count takes 4 bytes, a message at least 5. */
    int maxCount() {
        return (maxBodyBytes - 4) / 5;
    }
}
