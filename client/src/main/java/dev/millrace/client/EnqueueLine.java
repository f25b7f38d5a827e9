package dev.millrace.client;

import dev.millrace.api.MessageId;
import dev.millrace.api.MillraceException;
import dev.millrace.api.task.Enqueued;
import dev.millrace.api.task.Task;
import dev.millrace.grpc.v1.EnqueueRequest;
import dev.millrace.grpc.v1.EnqueueResponse;
import dev.millrace.grpc.v1.EnqueueResult;
import dev.millrace.grpc.v1.ErrorDetail;
import dev.millrace.grpc.v1.TasksGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Enqueues over one pipelined stream, in the order of the calls. The caller bounds the bytes under way. Thread-safe. */
final class EnqueueLine {
    private static final int MAX_REQUEST_TASKS = 1_000;
    /** What a task takes besides its payload, about. */
    private static final int TASK_BYTES = 64;

    /** One request: its answer, or how it failed. */
    private record Part(int size, @Nullable EnqueueResponse answer, @Nullable Throwable failure) {}

    private final Pipeline<EnqueueRequest, EnqueueResponse> pipeline;
    private final long maxRequestBytes;

    EnqueueLine(Link link, long timeoutMillis, int serverMaxBytes) {
        maxRequestBytes = Math.min(PublishLine.MAX_REQUEST_BYTES, serverMaxBytes);
        pipeline = new Pipeline<>(link, "enqueueing", timeoutMillis,
                stream -> TasksGrpc.newStub(link.calls()).withWaitForReady().enqueueStream(stream),
                EnqueueResponse::getNumber);
    }

    /** One or more requests, one after the other on the stream; what became of all, in order. */
    CompletableFuture<List<Enqueued>> enqueue(String queue, List<Task> tasks) {
        List<EnqueueRequest.Builder> requests = requests(queue, tasks);
        List<CompletableFuture<Part>> parts = new ArrayList<>(requests.size());
        synchronized (this) {
            for (EnqueueRequest.Builder request : requests) {
                int size = request.getTasksCount();
                parts.add(pipeline.send(number -> request.setNumber(number).build())
                        .handle((answer, failure) -> new Part(size, answer, failure)));
            }
        }
        return CompletableFuture.allOf(parts.toArray(new CompletableFuture<?>[0]))
                .thenApply(done -> results(parts.stream().map(CompletableFuture::join).toList(), tasks.size()));
    }

    private List<EnqueueRequest.Builder> requests(String queue, List<Task> tasks) {
        List<EnqueueRequest.Builder> requests = new ArrayList<>(1);
        EnqueueRequest.Builder request = EnqueueRequest.newBuilder().setQueue(queue);
        long bytes = 0;
        for (Task task : tasks) {
            long size = (long) task.size() + task.flow().size() + TASK_BYTES;
            if (request.getTasksCount() == MAX_REQUEST_TASKS || (bytes > 0 && bytes + size > maxRequestBytes)) {
                requests.add(request);
                request = EnqueueRequest.newBuilder().setQueue(queue);
                bytes = 0;
            }
            request.addTasks(TaskTranslation.spec(task));
            bytes += size;
        }
        requests.add(request);
        return requests;
    }

    private static List<Enqueued> results(List<Part> parts, int size) {
        List<Enqueued> results = new ArrayList<>(size);
        ErrorDetail refusal = null;
        Throwable failure = null;
        for (Part part : parts) {
            EnqueueResponse answer = part.answer;
            if (answer == null) {
                failure = failure == null ? part.failure : failure;
            } else if (answer.hasError()) {
                refusal = refusal == null ? answer.getError() : refusal;
            } else {
                for (EnqueueResult one : answer.getResultsList()) {
                    if (one.hasError()) {
                        refusal = refusal == null ? one.getError() : refusal;
                    } else {
                        results.add(new Enqueued(new MessageId(one.getId()), one.getDuplicate()));
                    }
                }
            }
        }
        if (failure != null) {
            throw failure instanceof MillraceException known ? known
                    : new MillraceException.Fatal("enqueueing failed: " + failure, failure);
        }
        if (refusal != null) {
            throw Failures.of(refusal, "enqueueing: " + results.size() + " of " + size + " tasks were enqueued");
        }
        return results;
    }

    /** Ends requests that wait for too long; called now and then by one thread at a time. */
    void sweep() {
        pipeline.sweep();
    }

    void close() {
        pipeline.close();
    }
}
