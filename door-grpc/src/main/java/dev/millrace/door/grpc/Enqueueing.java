package dev.millrace.door.grpc;

import dev.millrace.grpc.v1.EnqueueRequest;
import dev.millrace.grpc.v1.EnqueueResponse;
import dev.millrace.grpc.v1.EnqueueResult;
import dev.millrace.grpc.v1.ErrorDetail;
import dev.millrace.grpc.v1.ErrorDetail.Category;
import dev.millrace.grpc.v1.OpenBatchRequest;
import dev.millrace.node.Broker;
import dev.millrace.node.NameRules;
import dev.millrace.node.tasks.Enqueued;
import dev.millrace.node.tasks.TaskEncoder;
import dev.millrace.node.tasks.TaskSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Carries out requests that enqueue. Thread-safe. */
final class Enqueueing {
    /** Bytes of one batch of the log, about: a request may be larger than the log takes at once. */
    private static final long BATCH_BYTES = 256 << 10;
    /** What a task takes besides its payload, about. */
    private static final int TASK_BYTES = 256;

    /** Tasks of a request that go together, and what became of them. */
    private record Part(int size, CompletableFuture<List<Enqueued>> done) {}

    private final Broker broker;
    private final GrpcDoorOptions.Limits limits;
    private final Budget budget;
    private final Executor threads;

    Enqueueing(Broker broker, GrpcDoorOptions.Limits limits, Budget budget, Executor threads) {
        this.broker = broker;
        this.limits = limits;
        this.budget = budget;
        this.threads = threads;
    }

    /**
     * The answer, with an error when nothing was enqueued. Requests of one thread for one queue keep their order. Waits on
     * the calling thread while too many bytes are under way.
     */
    CompletableFuture<EnqueueResponse> enqueue(EnqueueRequest request) {
        try {
            String queue = NameRules.check("queue", request.getQueue());
            List<TaskSpec> tasks = TaskWishes.tasks(request, limits);
            Runnable share = budget.take(request.getSerializedSize());
            try {
                List<Part> parts = send(queue, tasks);
                CompletableFuture<?>[] all = parts.stream().map(Part::done).toArray(CompletableFuture<?>[]::new);
                return CompletableFuture.allOf(all).handleAsync((done, failure) -> {
                    share.run();
                    return answer(request, parts);
                }, threads);
            } catch (RuntimeException e) {
                share.run();
                throw e;
            }
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(refusal(request, Refusals.of(e)));
        }
    }

    private List<Part> send(String queue, List<TaskSpec> tasks) {
        List<Part> parts = new ArrayList<>(1);
        int from = 0;
        long bytes = 0;
        for (int i = 0; i < tasks.size(); i++) {
            long size = (long) tasks.get(i).payload().remaining() + TASK_BYTES;
            if (bytes > 0 && bytes + size > BATCH_BYTES) {
                if (from == 0) {
                    check(tasks); // or a later part could be refused for what a client did wrong
                }
                parts.add(part(queue, tasks.subList(from, i)));
                from = i;
                bytes = 0;
            }
            bytes += size;
        }
        parts.add(part(queue, tasks.subList(from, tasks.size())));
        return parts;
    }

    private static void check(List<TaskSpec> tasks) {
        try {
            TaskEncoder.check(tasks);
        } catch (IllegalArgumentException e) {
            throw RefusedException.invalid(String.valueOf(e.getMessage()));
        }
    }

    private Part part(String queue, List<TaskSpec> tasks) {
        return new Part(tasks.size(), broker.tasks().enqueue(queue, tasks));
    }

    /** All parts have ended. */
    private static EnqueueResponse answer(EnqueueRequest request, List<Part> parts) {
        EnqueueResponse.Builder response = EnqueueResponse.newBuilder().setNumber(request.getNumber());
        int taken = 0;
        ErrorDetail first = null;
        for (Part part : parts) {
            ErrorDetail failure = part.done.isCompletedExceptionally() ? Refusals.of(part.done.exceptionNow()) : null;
            for (int i = 0; i < part.size; i++) {
                ErrorDetail error = failure == null ? refusal(part.done.join().get(i)) : failure;
                if (error == null) {
                    Enqueued one = part.done.join().get(i);
                    response.addResults(
                            EnqueueResult.newBuilder().setId(one.id()).setDuplicate(one.duplicate()));
                    taken++;
                } else {
                    response.addResults(EnqueueResult.newBuilder().setError(error));
                    first = first == null ? error : first;
                }
            }
        }
        return taken == 0 && first != null ? refusal(request, first) : response.build();
    }

    private static @Nullable ErrorDetail refusal(Enqueued one) {
        return one.refusal().isEmpty() ? null : refusal(one, "the task was not enqueued: ");
    }

    private static ErrorDetail refusal(Enqueued one, String what) {
        return Refusals.detail(one.isWithoutBatch() ? Category.CATEGORY_NOT_FOUND : Category.CATEGORY_LIMIT,
                what + one.refusal());
    }

    /** Opens a batch; the id is that of the batch. Waits on the calling thread while too many bytes are under way. */
    CompletableFuture<Enqueued> openBatch(OpenBatchRequest request) {
        String queue = NameRules.check("queue", request.getQueue());
        TaskSpec task = TaskWishes
                .tasks(EnqueueRequest.newBuilder().setQueue(queue).addTasks(request.getTask()).build(),
                        limits)
                .getFirst();
        Runnable share = budget.take(request.getSerializedSize());
        return broker.tasks()
                .flows()
                .openBatch(queue, task)
                .whenComplete((opened, failure) -> share.run())
                .thenApply(opened -> {
                    if (!opened.refusal().isEmpty()) {
                        throw new RefusedException(refusal(opened, "the batch was not opened: "));
                    }
                    return opened;
                });
    }

    private static EnqueueResponse refusal(EnqueueRequest request, ErrorDetail error) {
        return EnqueueResponse.newBuilder().setNumber(request.getNumber()).setError(error).build();
    }
}
