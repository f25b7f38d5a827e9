package dev.millrace.node.embedded;

import dev.millrace.api.MessageId;
import dev.millrace.api.task.BatchId;
import dev.millrace.api.task.BatchProgress;
import dev.millrace.api.task.PreviousResult;
import dev.millrace.api.task.Task;
import dev.millrace.api.task.TaskFlow;
import dev.millrace.api.task.WaitingGroup;
import dev.millrace.node.tasks.BatchFilter;
import dev.millrace.node.tasks.BatchInfo;
import dev.millrace.node.tasks.GroupPage;
import dev.millrace.node.tasks.TaskReader;
import dev.millrace.node.tasks.TaskSpec;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/** What the node's tasks are a part of, as the API shows it, and the other way round. */
final class FlowViews {
    private FlowViews() {}

    // ---- to the node ----

    static TaskSpec.Flow of(TaskFlow flow, Instant now) {
        return flow.equals(TaskFlow.NONE) ? TaskSpec.Flow.NONE
                : new TaskSpec.Flow(flow.then()
                        .stream()
                        .map(step -> new TaskSpec.Step(step.queue(), TaskViews.of(step.task(), now),
                                of(step.result())))
                        .toList(), flow.batch().map(FlowViews::of).orElse(TaskSpec.BatchRef.NONE), flow.group(), 0);
    }

    static TaskSpec.BatchRef of(BatchId batch) {
        return new TaskSpec.BatchRef(batch.queue(), batch.id().value());
    }

    private static TaskSpec.Result of(PreviousResult result) {
        return switch (result) {
            case NONE -> TaskSpec.Result.NONE;
            case HEADER -> TaskSpec.Result.HEADER;
            case PAYLOAD -> TaskSpec.Result.PAYLOAD;
        };
    }

    // ---- to the user ----

    /** With its payload, or its payloads, and its flow. */
    static Task of(TaskSpec spec) {
        TaskSpec.Flow flow = spec.flow();
        if (flow.gathered() > 0) {
            return Task.gathered(spec.type(), flow.group(),
                    TaskReader.payloads(spec).stream().map(FlowViews::bytes).toList());
        }
        Task task = Task.of(spec.type(), bytes(spec.payload()));
        if (flow.equals(TaskSpec.Flow.NONE)) {
            return task;
        }
        if (!flow.group().isEmpty()) {
            task = task.group(flow.group());
        }
        if (!flow.batch().isNone()) {
            task = task.inBatch(new BatchId(flow.batch().queue(), new MessageId(flow.batch().id())));
        }
        for (TaskSpec.Step step : flow.then()) {
            Task next = TaskViews.of(step.task()).delay(TaskViews.duration(step.task().terms().delayMillis()));
            task = task.then(step.queue(), next, of(step.result()));
        }
        return task;
    }

    static BatchFilter of(Optional<BatchProgress.State> state) {
        return state.map(wanted -> switch (wanted) {
            case OPEN -> BatchFilter.OPEN;
            case CLOSED -> BatchFilter.CLOSED;
            case OVER -> BatchFilter.OVER;
        }).orElse(BatchFilter.ALL);
    }

    static dev.millrace.api.task.BatchInfo listed(BatchInfo batch) {
        return new dev.millrace.api.task.BatchInfo(
                new BatchId(batch.batch().queue(), new MessageId(batch.batch().id())), of(batch));
    }

    static WaitingGroup of(GroupPage.Waiting waiting) {
        return new WaitingGroup(waiting.group(), waiting.size(), Instant.ofEpochMilli(waiting.sinceMillis()));
    }

    static BatchProgress of(BatchInfo batch) {
        BatchProgress.State state = batch.over() ? BatchProgress.State.OVER
            : batch.closed() ? BatchProgress.State.CLOSED
            : BatchProgress.State.OPEN;
        return new BatchProgress(state, batch.added(), batch.done(), batch.dead(), batch.cancelled(), batch.expired());
    }

    private static byte[] bytes(ByteBuffer payload) {
        byte[] bytes = new byte[payload.remaining()];
        payload.get(payload.position(), bytes);
        return bytes;
    }

    private static PreviousResult of(TaskSpec.Result result) {
        return switch (result) {
            case NONE -> PreviousResult.NONE;
            case HEADER -> PreviousResult.HEADER;
            case PAYLOAD -> PreviousResult.PAYLOAD;
        };
    }
}
