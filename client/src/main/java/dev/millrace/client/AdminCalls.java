package dev.millrace.client;

import dev.millrace.api.DeadLetter;
import dev.millrace.api.GroupStart;
import dev.millrace.api.MessageId;
import dev.millrace.api.MillraceException;
import dev.millrace.api.Page;
import dev.millrace.api.RetryPolicy;
import dev.millrace.api.TopicStats;
import dev.millrace.grpc.v1.AdminGrpc;
import dev.millrace.grpc.v1.CreateGroupRequest;
import dev.millrace.grpc.v1.CreateGroupResponse;
import dev.millrace.grpc.v1.CreateTopicRequest;
import dev.millrace.grpc.v1.CreateTopicResponse;
import dev.millrace.grpc.v1.DeleteGroupRequest;
import dev.millrace.grpc.v1.DeleteGroupResponse;
import dev.millrace.grpc.v1.DeleteTopicRequest;
import dev.millrace.grpc.v1.DeleteTopicResponse;
import dev.millrace.grpc.v1.EmptyGroupRequest;
import dev.millrace.grpc.v1.EmptyGroupResponse;
import dev.millrace.grpc.v1.EmptyTopicRequest;
import dev.millrace.grpc.v1.EmptyTopicResponse;
import dev.millrace.grpc.v1.GetStatsRequest;
import dev.millrace.grpc.v1.GetStatsResponse;
import dev.millrace.grpc.v1.ListDeadRequest;
import dev.millrace.grpc.v1.ListDeadResponse;
import dev.millrace.grpc.v1.PauseGroupRequest;
import dev.millrace.grpc.v1.PauseGroupResponse;
import dev.millrace.grpc.v1.PauseTopicRequest;
import dev.millrace.grpc.v1.PauseTopicResponse;
import dev.millrace.grpc.v1.PurgeDeadRequest;
import dev.millrace.grpc.v1.PurgeDeadResponse;
import dev.millrace.grpc.v1.ReplayDeadRequest;
import dev.millrace.grpc.v1.ReplayDeadResponse;
import dev.millrace.grpc.v1.SetRetryPolicyRequest;
import dev.millrace.grpc.v1.SetRetryPolicyResponse;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The calls of the service {@code Admin}. Thread-safe. */
final class AdminCalls {
    private static final int MAX_IDS = 1_000;

    private final AdminGrpc.AdminStub stub;
    private final long timeoutMillis;

    AdminCalls(Link link, long timeoutMillis) {
        stub = AdminGrpc.newStub(link.calls());
        this.timeoutMillis = timeoutMillis;
    }

    private <A, T> CompletableFuture<T> ask(String what, BiConsumer<AdminGrpc.AdminStub, StreamObserver<A>> call,
            Function<A, T> answer) {
        return Calls.ask(what, (StreamObserver<A> observer) -> call
                .accept(stub.withDeadlineAfter(timeoutMillis, TimeUnit.MILLISECONDS), observer), answer);
    }

    private <A> CompletableFuture<Void> tell(String what, BiConsumer<AdminGrpc.AdminStub, StreamObserver<A>> call) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        CompletableFuture<Boolean> asked = ask(what, call, (A answer) -> Boolean.TRUE);
        Ends.of(asked, told -> done.complete(null), done::completeExceptionally);
        return done;
    }

    CompletableFuture<Boolean> createTopic(String topic) {
        return ask("creating topic " + topic,
                (admin, call) -> admin.createTopic(CreateTopicRequest.newBuilder().setTopic(topic).build(), call),
                CreateTopicResponse::getCreated);
    }

    CompletableFuture<Boolean> createGroup(String topic, String group, GroupStart start) {
        CreateGroupRequest request = CreateGroupRequest.newBuilder()
                .setTopic(topic)
                .setGroup(group)
                .setStart(switch (start) {
                    case DEFAULT -> CreateGroupRequest.Start.START_DEFAULT;
                    case EARLIEST -> CreateGroupRequest.Start.START_EARLIEST;
                    case NOW -> CreateGroupRequest.Start.START_NOW;
                })
                .build();
        return ask("creating group " + group + " of " + topic, (admin, call) -> admin.createGroup(request, call),
                CreateGroupResponse::getCreated);
    }

    CompletableFuture<Void> deleteTopic(String topic) {
        DeleteTopicRequest request = DeleteTopicRequest.newBuilder().setTopic(topic).build();
        return this.<DeleteTopicResponse>tell("deleting topic " + topic,
                (admin, call) -> admin.deleteTopic(request, call));
    }

    CompletableFuture<Void> deleteGroup(String topic, String group) {
        DeleteGroupRequest request = DeleteGroupRequest.newBuilder().setTopic(topic).setGroup(group).build();
        return this.<DeleteGroupResponse>tell("deleting group " + group + " of " + topic,
                (admin, call) -> admin.deleteGroup(request, call));
    }

    CompletableFuture<Void> emptyTopic(String topic) {
        EmptyTopicRequest request = EmptyTopicRequest.newBuilder().setTopic(topic).build();
        return this.<EmptyTopicResponse>tell("emptying topic " + topic,
                (admin, call) -> admin.emptyTopic(request, call));
    }

    CompletableFuture<Void> emptyGroup(String topic, String group) {
        EmptyGroupRequest request = EmptyGroupRequest.newBuilder().setTopic(topic).setGroup(group).build();
        return this.<EmptyGroupResponse>tell("emptying group " + group + " of " + topic,
                (admin, call) -> admin.emptyGroup(request, call));
    }

    CompletableFuture<Void> pauseTopic(String topic, boolean paused) {
        PauseTopicRequest request = PauseTopicRequest.newBuilder().setTopic(topic).setPaused(paused).build();
        return this.<PauseTopicResponse>tell("pausing topic " + topic,
                (admin, call) -> admin.pauseTopic(request, call));
    }

    CompletableFuture<Void> pauseGroup(String topic, String group, boolean paused) {
        PauseGroupRequest request = PauseGroupRequest.newBuilder()
                .setTopic(topic)
                .setGroup(group)
                .setPaused(paused)
                .build();
        return this.<PauseGroupResponse>tell("pausing group " + group + " of " + topic,
                (admin, call) -> admin.pauseGroup(request, call));
    }

    CompletableFuture<Void> retryPolicy(String topic, String group, RetryPolicy policy) {
        SetRetryPolicyRequest request = SetRetryPolicyRequest.newBuilder()
                .setTopic(topic)
                .setGroup(group)
                .setPolicy(dev.millrace.grpc.v1.RetryPolicy.newBuilder()
                        .setMaxAttempts(policy.maxAttempts())
                        .setMinBackoffMillis(policy.minBackoff().toMillis())
                        .setMaxBackoffMillis(policy.maxBackoff().toMillis())
                        .setJitterPercent(policy.jitterPercent()))
                .build();
        return this.<SetRetryPolicyResponse>tell("the retry policy of group " + group + " of " + topic,
                (admin, call) -> admin.setRetryPolicy(request, call));
    }

    CompletableFuture<List<TopicStats>> stats(String topic) {
        return ask("the statistics" + (topic.isEmpty() ? "" : " of topic " + topic),
                (admin, call) -> admin.getStats(GetStatsRequest.newBuilder().setTopic(topic).build(), call),
                (GetStatsResponse stats) -> Translation.topics(stats.getTopicsList()));
    }

    CompletableFuture<Page<DeadLetter>> deadLetters(String topic, String group, String cursor, int limit) {
        long after = 0;
        if (!cursor.isEmpty()) {
            try {
                after = Long.parseLong(cursor);
            } catch (NumberFormatException e) {
                return CompletableFuture.failedFuture(new MillraceException.Invalid(
                        "'" + cursor + "' is no cursor of a page of dead letters: give Page.next of the page before",
                        e));
            }
        }
        ListDeadRequest request = ListDeadRequest.newBuilder()
                .setTopic(topic)
                .setGroup(group)
                .setAfter(after)
                .setLimit(limit)
                .build();
        return ask("the dead letters of group " + group + " of " + topic,
                (admin, call) -> admin.listDead(request, call),
                (ListDeadResponse page) -> new Page<>(
                        page.getLettersList().stream().map(Translation::dead).toList(),
                        page.getNext() == 0 ? Optional.empty() : Optional.of(Long.toString(page.getNext()))));
    }

    CompletableFuture<Long> replayDead(String topic, String group, List<MessageId> ids) {
        return inParts(ids, part -> replay(ReplayDeadRequest.newBuilder()
                .setTopic(topic)
                .setGroup(group)
                .addAllIds(part)
                .build()));
    }

    CompletableFuture<Long> replayAllDead(String topic, String group) {
        return replay(ReplayDeadRequest.newBuilder().setTopic(topic).setGroup(group).setAll(true).build());
    }

    private CompletableFuture<Long> replay(ReplayDeadRequest request) {
        return ask("replaying dead letters of group " + request.getGroup() + " of " + request.getTopic(),
                (admin, call) -> admin.replayDead(request, call), ReplayDeadResponse::getReplayed);
    }

    CompletableFuture<Long> purgeDead(String topic, String group, List<MessageId> ids) {
        return inParts(ids, part -> purge(PurgeDeadRequest.newBuilder()
                .setTopic(topic)
                .setGroup(group)
                .addAllIds(part)
                .build()));
    }

    CompletableFuture<Long> purgeAllDead(String topic, String group) {
        return purge(PurgeDeadRequest.newBuilder().setTopic(topic).setGroup(group).setAll(true).build());
    }

    private CompletableFuture<Long> purge(PurgeDeadRequest request) {
        return ask("purging dead letters of group " + request.getGroup() + " of " + request.getTopic(),
                (admin, call) -> admin.purgeDead(request, call), PurgeDeadResponse::getPurged);
    }

    /** As many calls as the protocol's limit asks for, one after the other; the sum of their answers. */
    private static CompletableFuture<Long> inParts(List<MessageId> ids,
            Function<List<Long>, CompletableFuture<Long>> call) {
        List<Long> all = new ArrayList<>(ids.size());
        ids.forEach(id -> all.add(id.value()));
        CompletableFuture<Long> sum = CompletableFuture.completedFuture(0L);
        for (int from = 0; from < all.size(); from += MAX_IDS) {
            List<Long> part = all.subList(from, Math.min(all.size(), from + MAX_IDS));
            sum = sum.thenCompose(before -> call.apply(part).thenApply(done -> before + done));
        }
        return sum;
    }
}
