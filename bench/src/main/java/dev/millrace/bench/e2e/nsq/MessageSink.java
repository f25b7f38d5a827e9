package dev.millrace.bench.e2e.nsq;

import java.nio.ByteBuffer;

/** Sees every message that a connection receives, on the thread that reads. */
@FunctionalInterface
public interface MessageSink {
    /** The body lies in {@code in} from {@code bodyOffset} on and is gone after the call. */
    void onMessage(ByteBuffer in, int bodyOffset, int bodyBytes);
}
