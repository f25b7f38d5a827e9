package dev.millrace.door.grpc;

import com.google.protobuf.ByteString;
import dev.millrace.grpc.v1.Batch;
import dev.millrace.grpc.v1.BatchRef;
import dev.millrace.grpc.v1.ListBatchesResponse;
import dev.millrace.grpc.v1.ListWaitingGroupsResponse;
import dev.millrace.grpc.v1.PreviousResult;
import dev.millrace.grpc.v1.QueueGroups;
import dev.millrace.grpc.v1.Step;
import dev.millrace.grpc.v1.WaitingGroup;
import dev.millrace.node.tasks.BatchInfo;
import dev.millrace.node.tasks.BatchPage;
import dev.millrace.node.tasks.GroupPage;
import dev.millrace.node.tasks.TaskReader;
import dev.millrace.node.tasks.TaskSpec;

/** What the node's tasks are a part of, in the protocol's words. */
final class FlowWords {
    private FlowWords() {}

    /** Adds its steps, its batch and its group. */
    static void add(dev.millrace.grpc.v1.TaskSpec.Builder to, TaskSpec.Flow flow) {
        for (TaskSpec.Step step : flow.then()) {
            to.addThen(Step.newBuilder()
                    .setQueue(step.queue())
                    .setTask(payload(TaskWords.of(step.task()), step.task()))
                    .setResult(of(step.result())));
        }
        if (!flow.batch().isNone()) {
            to.setBatch(of(flow.batch()));
        }
        to.setGroup(flow.group());
    }

    /** Adds its payload, or the payloads of the tasks that it was made of. */
    static dev.millrace.grpc.v1.TaskSpec.Builder payload(dev.millrace.grpc.v1.TaskSpec.Builder to, TaskSpec task) {
        if (task.flow().gathered() == 0) {
            return to.setPayload(ByteString.copyFrom(task.payload().duplicate()));
        }
        TaskReader.payloads(task).forEach(payload -> to.addPayloads(ByteString.copyFrom(payload)));
        return to;
    }

    static BatchRef of(TaskSpec.BatchRef batch) {
        return BatchRef.newBuilder().setQueue(batch.queue()).setId(batch.id()).build();
    }

    static Batch of(BatchInfo batch) {
        return Batch.newBuilder()
                .setClosed(batch.closed())
                .setOver(batch.over())
                .setAdded(batch.added())
                .setDone(batch.done())
                .setDead(batch.dead())
                .setCancelled(batch.cancelled())
                .setExpired(batch.expired())
                .build();
    }

    static ListBatchesResponse of(BatchPage page) {
        ListBatchesResponse.Builder answer = ListBatchesResponse.newBuilder().setNext(page.next());
        page.batches()
                .forEach(batch -> answer.addBatches(ListBatchesResponse.Item.newBuilder()
                        .setBatch(of(batch.batch()))
                        .setProgress(of(batch))));
        return answer.build();
    }

    static ListWaitingGroupsResponse of(GroupPage page) {
        ListWaitingGroupsResponse.Builder answer = ListWaitingGroupsResponse.newBuilder().setNext(page.next());
        page.groups()
                .forEach(each -> answer.addGroups(WaitingGroup.newBuilder()
                        .setGroup(each.group())
                        .setSize(each.size())
                        .setSinceMillis(each.sinceMillis())));
        return answer.build();
    }

    static QueueGroups of(dev.millrace.node.tasks.QueueGroups groups) {
        return QueueGroups.newBuilder()
                .setMaxSize(groups.maxSize())
                .setMaxDelayMillis(groups.maxDelay().toMillis())
                .setGraceMillis(groups.grace().toMillis())
                .build();
    }

    private static PreviousResult of(TaskSpec.Result result) {
        return switch (result) {
            case NONE -> PreviousResult.PREVIOUS_RESULT_NONE;
            case HEADER -> PreviousResult.PREVIOUS_RESULT_HEADER;
            case PAYLOAD -> PreviousResult.PREVIOUS_RESULT_PAYLOAD;
        };
    }
}
