package dev.millrace.bench.e2e.nsq;

import java.io.Serial;

/** The server answered with an error frame, sent something that is not the protocol, or closed the connection. */
public final class NsqFailure extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    public NsqFailure(String message) {
        super(message);
    }
}
