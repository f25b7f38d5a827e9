package dev.millrace.log.file.sim;

/** The power went off in the middle of an operation. An error, so that no handler of exceptions swallows it. */
public final class PowerCut extends Error {
    private static final long serialVersionUID = 1L;

    PowerCut(long operation) {
        super("power cut at disk operation " + operation, null, false, false);
    }
}
