package dev.millrace.door.grpc;

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
import dev.millrace.grpc.v1.GetServerRequest;
import dev.millrace.grpc.v1.GetServerResponse;
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
import dev.millrace.node.Broker;
import dev.millrace.node.BrokerException;
import dev.millrace.node.DeadLetter;
import dev.millrace.node.GroupStart;
import dev.millrace.node.NameRules;
import dev.millrace.node.RetryPolicy;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The service {@code Admin}. Names are checked before anything else, so that the system's own cannot be reached. */
final class AdminService extends AdminGrpc.AdminImplBase {
    private static final int MAX_PAGE = 1_000;
    private static final int DEFAULT_PAGE = 100;
    private static final int MAX_IDS = 1_000;
    /** A page of dead letters with more bodies than this ends early. */
    private static final long PAGE_BYTES = 2 << 20;

    private final Broker broker;
    private final Answering answering;
    private final GrpcDoorOptions options;

    AdminService(Broker broker, Answering answering, GrpcDoorOptions options) {
        this.broker = broker;
        this.answering = answering;
        this.options = options;
    }

    private static String topic(String name) {
        return NameRules.check("topic", name);
    }

    private static String group(String name) {
        return NameRules.check("group", name);
    }

    @Override
    public void getServer(GetServerRequest request, StreamObserver<GetServerResponse> call) {
        answering.answer(call, () -> CompletableFuture.completedFuture(options), known -> GetServerResponse.newBuilder()
                .setVersion(known.version())
                .setMaxMessageBytes(known.limits().messageBytes())
                .setMaxRequestBytes(known.limits().requestBytes())
                .build());
    }

    @Override
    public void getStats(GetStatsRequest request, StreamObserver<GetStatsResponse> call) {
        answering.answer(call, () -> {
            if (request.getTopic().isEmpty()) {
                return broker.stats(null);
            }
            return broker.stats(topic(request.getTopic())).thenApply(stats -> {
                if (stats.isEmpty()) {
                    throw new BrokerException(BrokerException.Category.NOT_FOUND,
                            "there is no topic " + request.getTopic());
                }
                return stats;
            });
        }, stats -> GetStatsResponse.newBuilder().addAllTopics(stats.stream().map(Figures::of).toList()).build());
    }

    // ---- topics ----

    @Override
    public void createTopic(CreateTopicRequest request, StreamObserver<CreateTopicResponse> call) {
        answering.answer(call, () -> broker.createTopic(topic(request.getTopic())),
                created -> CreateTopicResponse.newBuilder().setCreated(created).build());
    }

    @Override
    public void deleteTopic(DeleteTopicRequest request, StreamObserver<DeleteTopicResponse> call) {
        answering.answer(call, () -> broker.deleteTopic(topic(request.getTopic())),
                done -> DeleteTopicResponse.getDefaultInstance());
    }

    @Override
    public void emptyTopic(EmptyTopicRequest request, StreamObserver<EmptyTopicResponse> call) {
        answering.answer(call, () -> broker.emptyTopic(topic(request.getTopic())),
                done -> EmptyTopicResponse.getDefaultInstance());
    }

    @Override
    public void pauseTopic(PauseTopicRequest request, StreamObserver<PauseTopicResponse> call) {
        answering.answer(call, () -> broker.pauseTopic(topic(request.getTopic()), request.getPaused()),
                done -> PauseTopicResponse.getDefaultInstance());
    }

    // ---- groups ----

    @Override
    public void createGroup(CreateGroupRequest request, StreamObserver<CreateGroupResponse> call) {
        answering.answer(call, () -> broker.createGroup(topic(request.getTopic()), group(request.getGroup()),
                switch (request.getStart()) {
                    case START_DEFAULT -> GroupStart.DEFAULT;
                    case START_EARLIEST -> GroupStart.EARLIEST;
                    case START_NOW -> GroupStart.NOW;
                    case UNRECOGNIZED -> throw RefusedException
                            .invalid("start " + request.getStartValue() + " is not known");
                }), created -> CreateGroupResponse.newBuilder().setCreated(created).build());
    }

    @Override
    public void deleteGroup(DeleteGroupRequest request, StreamObserver<DeleteGroupResponse> call) {
        answering.answer(call, () -> broker.deleteGroup(topic(request.getTopic()), group(request.getGroup())),
                done -> DeleteGroupResponse.getDefaultInstance());
    }

    @Override
    public void emptyGroup(EmptyGroupRequest request, StreamObserver<EmptyGroupResponse> call) {
        answering.answer(call, () -> broker.emptyGroup(topic(request.getTopic()), group(request.getGroup())),
                done -> EmptyGroupResponse.getDefaultInstance());
    }

    @Override
    public void pauseGroup(PauseGroupRequest request, StreamObserver<PauseGroupResponse> call) {
        answering.answer(call, () -> broker.pauseGroup(topic(request.getTopic()), group(request.getGroup()),
                request.getPaused()), done -> PauseGroupResponse.getDefaultInstance());
    }

    @Override
    public void setRetryPolicy(SetRetryPolicyRequest request, StreamObserver<SetRetryPolicyResponse> call) {
        answering.answer(call,
                () -> broker.setRetryPolicy(topic(request.getTopic()), group(request.getGroup()), policy(request)),
                done -> SetRetryPolicyResponse.getDefaultInstance());
    }

    private static RetryPolicy policy(SetRetryPolicyRequest request) {
        try {
            return new RetryPolicy(request.getPolicy().getMaxAttempts(),
                    Duration.ofMillis(request.getPolicy().getMinBackoffMillis()),
                    Duration.ofMillis(request.getPolicy().getMaxBackoffMillis()),
                    request.getPolicy().getJitterPercent());
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Refusals.invalid("policy: " + e.getMessage()));
        }
    }

    // ---- dead letters ----

    @Override
    public void listDead(ListDeadRequest request, StreamObserver<ListDeadResponse> call) {
        int limit = request.getLimit() == 0 ? DEFAULT_PAGE : request.getLimit();
        answering.answer(call, () -> {
            OpenReader.inRange("limit", limit, 1, MAX_PAGE);
            OpenReader.inRange("after", request.getAfter(), 0, Long.MAX_VALUE);
            return broker.deadLetters(topic(request.getTopic()), group(request.getGroup()), request.getAfter(), limit);
        }, letters -> page(letters, limit));
    }

    private static ListDeadResponse page(List<DeadLetter> letters, int limit) {
        ListDeadResponse.Builder page = ListDeadResponse.newBuilder();
        long bytes = 0;
        for (DeadLetter letter : letters) {
            bytes += letter.body().remaining();
            if (page.getLettersCount() > 0 && bytes > PAGE_BYTES) {
                return page.setNext(page.getLetters(page.getLettersCount() - 1).getCursor()).build();
            }
            page.addLetters(Figures.of(letter));
        }
        return page.setNext(letters.size() == limit ? letters.getLast().cursor() : 0).build();
    }

    @Override
    public void replayDead(ReplayDeadRequest request, StreamObserver<ReplayDeadResponse> call) {
        answering.answer(call, () -> {
            checkIds(request.getIdsCount(), request.getAll());
            String topic = topic(request.getTopic());
            String group = group(request.getGroup());
            return request.getAll() ? broker.replayAllDead(topic, group)
                    : broker.replayDead(topic, group, request.getIdsList()).thenApply(Integer::longValue);
        }, replayed -> ReplayDeadResponse.newBuilder().setReplayed(replayed).build());
    }

    @Override
    public void purgeDead(PurgeDeadRequest request, StreamObserver<PurgeDeadResponse> call) {
        answering.answer(call, () -> {
            checkIds(request.getIdsCount(), request.getAll());
            return broker.purgeDead(topic(request.getTopic()), group(request.getGroup()), request.getIdsList());
        }, purged -> PurgeDeadResponse.newBuilder().setPurged(purged).build());
    }

    private static void checkIds(int ids, boolean all) {
        if (all == (ids > 0)) {
            throw RefusedException.invalid("exactly one of ids and all must be given");
        }
        OpenReader.inRange("the number of ids", ids, 0, MAX_IDS);
    }
}
