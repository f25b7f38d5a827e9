package dev.millrace.client;

import com.google.protobuf.ByteString;
import dev.millrace.api.MessageId;
import dev.millrace.api.internal.Checks;
import dev.millrace.api.task.BatchId;
import dev.millrace.api.task.BatchInfo;
import dev.millrace.api.task.BatchProgress;
import dev.millrace.api.task.PreviousResult;
import dev.millrace.api.task.QueueGroups;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskFlow;
import dev.millrace.api.task.WaitingGroup;
import dev.millrace.grpc.v1.Batch;
import dev.millrace.grpc.v1.BatchRef;
import dev.millrace.grpc.v1.BatchState;
import dev.millrace.grpc.v1.ListBatchesResponse;
import dev.millrace.grpc.v1.Step;
import dev.millrace.grpc.v1.TaskSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What the protocol's tasks are a part of, in the API's words, and the other way round. */
final class FlowTranslation {
    private FlowTranslation() {}

    // ---- to the server ----

    static void add(TaskSpec.Builder spec, TaskFlow flow) {
        for (TaskFlow.Step step : flow.then()) {
            spec.addThen(Step.newBuilder()
                    .setQueue(step.queue())
                    .setTask(TaskTranslation.spec(step.task()))
                    .setResult(result(step.result())));
        }
        flow.batch().ifPresent(batch -> spec.setBatch(batch(batch)));
        spec.setGroup(flow.group());
    }

    static BatchRef batch(BatchId batch) {
        return BatchRef.newBuilder().setQueue(batch.queue()).setId(batch.id().value()).build();
    }

    private static dev.millrace.grpc.v1.PreviousResult result(PreviousResult result) {
        return switch (result) {
            case NONE -> dev.millrace.grpc.v1.PreviousResult.PREVIOUS_RESULT_NONE;
            case HEADER -> dev.millrace.grpc.v1.PreviousResult.PREVIOUS_RESULT_HEADER;
            case PAYLOAD -> dev.millrace.grpc.v1.PreviousResult.PREVIOUS_RESULT_PAYLOAD;
        };
    }

    static dev.millrace.grpc.v1.QueueGroups groups(QueueGroups groups) {
        return dev.millrace.grpc.v1.QueueGroups.newBuilder()
                .setMaxSize(groups.maxSize())
                .setMaxDelayMillis(Checks.millisUp(groups.maxDelay()))
                .setGraceMillis(Checks.millisUp(groups.grace()))
                .build();
    }

    static BatchState state(Optional<BatchProgress.State> state) {
        return state.map(wanted -> switch (wanted) {
            case OPEN -> BatchState.BATCH_STATE_OPEN;
            case CLOSED -> BatchState.BATCH_STATE_CLOSED;
            case OVER -> BatchState.BATCH_STATE_OVER;
        }).orElse(BatchState.BATCH_STATE_UNSPECIFIED);
    }

    // ---- to the user ----

    static BatchInfo batch(ListBatchesResponse.Item item) {
        return new BatchInfo(new BatchId(item.getBatch().getQueue(), new MessageId(item.getBatch().getId())),
                progress(item.getProgress()));
    }

    static WaitingGroup group(dev.millrace.grpc.v1.WaitingGroup group) {
        return new WaitingGroup(group.getGroup(), group.getSize(), Instant.ofEpochMilli(group.getSinceMillis()));
    }

    static QueueGroups groups(dev.millrace.grpc.v1.QueueGroups groups) {
        return new QueueGroups(groups.getMaxSize(), Duration.ofMillis(groups.getMaxDelayMillis()),
                Duration.ofMillis(groups.getGraceMillis()));
    }

    static BatchProgress progress(Batch batch) {
        BatchProgress.State state = batch.getOver() ? BatchProgress.State.OVER
            : batch.getClosed() ? BatchProgress.State.CLOSED
            : BatchProgress.State.OPEN;
        return new BatchProgress(state, batch.getAdded(), batch.getDone(), batch.getDead(), batch.getCancelled(),
                batch.getExpired());
    }

    /** With its payload, or its payloads, and its flow. */
    static Task task(TaskSpec spec, byte[] payload) {
        if (spec.getPayloadsCount() > 0) {
            return Task.gathered(spec.getType(), spec.getGroup(),
                    spec.getPayloadsList().stream().map(ByteString::toByteArray).toList());
        }
        Task task = Task.of(spec.getType(), payload);
        if (!spec.getGroup().isEmpty()) {
            task = task.group(spec.getGroup());
        }
        if (spec.hasBatch()) {
            task = task.inBatch(new BatchId(spec.getBatch().getQueue(), new MessageId(spec.getBatch().getId())));
        }
        for (Step step : spec.getThenList()) {
            Task next = TaskTranslation.task(step.getTask(), step.getTask().getPayload().toByteArray())
                    .delay(TaskTranslation.duration(step.getTask().getDelayMillis()));
            task = task.then(step.getQueue(), next, result(step.getResult()));
        }
        return task;
    }

    private static PreviousResult result(dev.millrace.grpc.v1.PreviousResult result) {
        return switch (result) {
            case PREVIOUS_RESULT_NONE -> PreviousResult.NONE;
            case PREVIOUS_RESULT_HEADER -> PreviousResult.HEADER;
            case PREVIOUS_RESULT_PAYLOAD -> PreviousResult.PAYLOAD;
            case UNRECOGNIZED -> throw new IllegalArgumentException(
                    "the server knows a use of results that this client does not: use a client of its version");
        };
    }
}
