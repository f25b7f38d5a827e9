package dev.millrace.door.grpc;

import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.Submission;
import dev.millrace.grpc.v1.Burial;
import dev.millrace.grpc.v1.Extension;
import dev.millrace.grpc.v1.Output;
import dev.millrace.grpc.v1.Results;
import dev.millrace.grpc.v1.Retry;
import dev.millrace.grpc.v1.Settled;
import dev.millrace.node.PublishBatch;
import org.jspecify.annotations.Nullable;

/** Results as a submission, and back. */
final class Settlements {
    private static final int MAX_RESULTS = 10_000;
    private static final int MAX_ERROR_LENGTH = 2_000;
    private static final int MAX_RESULT_BYTES = 64 << 10;
    private static final int MAX_LOG_LENGTH = 64 << 10;

    private Settlements() {}

    /** The commands, with the results attached; those that leave a lease come before those that end it. */
    static Submission of(Results results) {
        int count = results.getAcksCount() + results.getRetriesCount() + results.getExtensionsCount()
                + results.getBurialsCount() + results.getOutputsCount();
        OpenReader.inRange("the number of results in one message", count, 1, MAX_RESULTS);
        Submission submission = new Submission();
        for (Output output : results.getOutputsList()) {
            say(submission, output);
        }
        for (Extension extension : results.getExtensionsList()) {
            submission.extend(extension.getToken(), OpenReader.inRange("lease_millis", extension.getLeaseMillis(), 1,
                    OpenReader.MAX_LEASE_MILLIS));
        }
        for (int i = 0; i < results.getAcksCount(); i++) {
            submission.ack(results.getAcks(i));
        }
        for (Retry retry : results.getRetriesList()) {
            retry(submission, retry);
        }
        for (Burial burial : results.getBurialsList()) {
            submission.bury(burial.getToken(), error(burial.getError()));
        }
        submission.attach(results);
        return submission;
    }

    private static void retry(Submission submission, Retry retry) {
        long most = retry.getByPolicy() ? 0 : PublishBatch.MAX_DELAY_MILLIS;
        long delay = OpenReader.inRange("delay_millis", retry.getDelayMillis(), 0, most);
        if (!retry.getNotCounted()) {
            submission.retry(retry.getToken(), retry.getByPolicy() ? Submission.BY_POLICY : delay,
                    error(retry.getError()));
        } else if (retry.getByPolicy()) {
            throw RefusedException.invalid("a retry is by_policy or not_counted, not both: the policy counts");
        } else {
            submission.putOff(retry.getToken(), delay, error(retry.getError()));
        }
    }

    private static void say(Submission submission, Output output) {
        switch (output.getWhatCase()) {
            case PROGRESS -> submission.progress(output.getToken(),
                    (int) OpenReader.inRange("percent", Integer.toUnsignedLong(output.getProgress().getPercent()), 0,
                            100),
                    output.getProgress().getText());
            case RESULT -> {
                OpenReader.inRange("the bytes of a result (store a larger one elsewhere and leave its address)",
                        output.getResult().size(), 0, MAX_RESULT_BYTES);
                submission.result(output.getToken(), output.getResult().asReadOnlyByteBuffer());
            }
            case LOG -> {
                OpenReader.inRange("the length of a log", output.getLog().length(), 0, MAX_LOG_LENGTH);
                submission.log(output.getToken(), output.getLog());
            }
            case WHAT_NOT_SET -> throw RefusedException.invalid("an output is progress, a result or a log");
        }
    }

    private static @Nullable String error(String error) {
        OpenReader.inRange("the length of error", error.length(), 0, MAX_ERROR_LENGTH);
        return error.isEmpty() ? null : error;
    }

    static Settled answer(Results results, Submission done) {
        Settled.Builder settled = Settled.newBuilder().setNumber(results.getNumber());
        int size = done.size();
        for (int i = 0; i < size; i++) {
            if (done.result(i) == Outcome.STALE) {
                settled.addStale(token(results, i));
            } else if (done.result(i) == Outcome.STOP_ASKED) {
                settled.addStopAsked(token(results, i));
            } else if (done.result(i) != Outcome.OK) {
                settled.addFailed(token(results, i));
            }
        }
        return settled.build();
    }

    private static long token(Results results, int command) {
        int i = command;
        if (i < results.getOutputsCount()) {
            return results.getOutputs(i).getToken();
        }
        i -= results.getOutputsCount();
        if (i < results.getExtensionsCount()) {
            return results.getExtensions(i).getToken();
        }
        i -= results.getExtensionsCount();
        if (i < results.getAcksCount()) {
            return results.getAcks(i);
        }
        i -= results.getAcksCount();
        if (i < results.getRetriesCount()) {
            return results.getRetries(i).getToken();
        }
        return results.getBurials(i - results.getRetriesCount()).getToken();
    }
}
