package dev.millrace.log.file;

import dev.millrace.core.message.BodyLayout;
import dev.millrace.core.message.Ids;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * Which messages stand in what recovery cuts off: counted from the heads of the records that carry bodies, as far as they
 * can be recognised. Bytes there need not be whole, so these are the least.
 */
final class LostMessages {
    private static final int KIND_AND_LENGTH = 8;
    private static final int ALIGNMENT = 8;

    private long count;
    private long firstId;
    private long lastId;

    /** Looks through every batch whose header stands in the range. */
    void look(SegmentScan scan, long from, long to) throws IOException {
        IOException[] failed = new IOException[1];
        scan.findHeaders(from, to, header -> {
            try {
                records(scan.copy(header.position(), Math.min(to, header.next())), header.length());
            } catch (IOException failure) {
                failed[0] = failure;
            }
        });
        if (failed[0] != null) {
            throw failed[0];
        }
    }

    private void records(ByteBuffer batch, int length) {
        int end = Math.min(length, batch.limit());
        int at = BatchHeader.BYTES;
        while (at + KIND_AND_LENGTH <= end) {
            byte kind = batch.get(at);
            int bytes = batch.getInt(at + BodyLayout.LENGTH);
            if (bytes < KIND_AND_LENGTH || bytes % ALIGNMENT != 0) {
                return;
            }
            boolean bodies = kind == BodyLayout.PUBLISH || kind == BodyLayout.DEFER;
            if (bodies && at + BodyLayout.BODIES <= end) {
                take(batch.getLong(at + BodyLayout.FIRST_ID), batch.getInt(at + BodyLayout.COUNT));
            }
            at += bytes;
        }
    }

    private void take(long first, int messages) {
        if (first > 0 && messages > 0 && messages <= BodyLayout.MAX_COUNT) {
            firstId = count == 0 ? first : Math.min(firstId, first);
            lastId = Math.max(lastId, Ids.plus(first, messages - 1));
            count += messages;
        }
    }

    long count() {
        return count;
    }

    /** A sentence for the operator; empty if none was recognised. */
    String sentence() {
        return count == 0 ? ""
                : ". At least " + count + " messages stand in them, ids "
                        + String.format(Locale.ROOT, "%016x", firstId) + " to "
                        + String.format(Locale.ROOT, "%016x", lastId);
    }
}
