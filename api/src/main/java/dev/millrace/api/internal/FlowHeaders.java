package dev.millrace.api.internal;

/** Headers that the engine gives to tasks which follow others. */
public final class FlowHeaders {
    /** Of a step: id of the task before it. */
    public static final String PREVIOUS_ID = "millrace-previous-id";
    /** Of a step: the result of the task before it, as text. */
    public static final String PREVIOUS_RESULT = "millrace-previous-result";
    /** The same in Base64, of a result that is no text. */
    public static final String PREVIOUS_RESULT_BASE64 = "millrace-previous-result-base64";
    /** Of a step: how many bytes the result had, which is too long for a header. */
    public static final String PREVIOUS_RESULT_OMITTED = "millrace-previous-result-omitted";
    /** Of the task that ends a batch: id of the batch. */
    public static final String BATCH_ID = "millrace-batch-id";
    /** How the headers of a batch's counts begin: added, done, dead, cancelled, expired. */
    public static final String BATCH = "millrace-batch-";

    private FlowHeaders() {}
}
