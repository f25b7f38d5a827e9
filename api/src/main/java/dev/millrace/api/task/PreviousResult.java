package dev.millrace.api.task;

/**
 * What a step of a chain is given of the result that the step before it left ({@link TaskContext#result}).
 *
 * <pre>
 *   Task.of("resize", "cat.png").then("pages", Task.of("publish", "cat.html"), PreviousResult.HEADER)
 * </pre>
 */
public enum PreviousResult {
    /** Nothing. */
    NONE,
    /** The result, up to 8 KiB, among its headers: {@link Task#previous}. */
    HEADER,
    /** The result in place of its own payload, if there is one. */
    PAYLOAD
}
