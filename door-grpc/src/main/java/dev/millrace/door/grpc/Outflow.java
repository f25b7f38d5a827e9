package dev.millrace.door.grpc;

import com.google.protobuf.ByteString;
import dev.millrace.core.message.MessageView;
import dev.millrace.core.shard.Delivery;
import dev.millrace.grpc.v1.Deliveries;
import dev.millrace.grpc.v1.ServerMessage;
import dev.millrace.node.tasks.TaskReader;
import dev.millrace.node.tasks.TaskSpec;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Deliveries on their way to a worker: their bodies are read from the log when the stream can take them. What waits is
 * bounded by the credit, and holds no bodies. Thread safety: the session's serial executor.
 */
final class Outflow {
    private static final int MESSAGE_BYTES = 256 << 10;
    private static final int MESSAGE_DELIVERIES = 1_000;

    private record Waiting(Place place, @Nullable Delivery delivery, @Nullable ServerMessage message) {
        void close() {
            if (delivery != null) {
                delivery.close();
            }
        }
    }

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final MessageView view = new MessageView();
    private final Executor serial;
    private final Runnable goOn;
    /** The log brings the bytes of the first one. */
    private boolean loading;
    /** The first one is to go once they have come. */
    private boolean firstDropped;

    Outflow(Executor serial, Runnable goOn) {
        this.serial = serial;
        this.goOn = goOn;
    }

    void add(Place place, Delivery delivery) {
        waiting.add(new Waiting(place, delivery, null));
    }

    /** Sent after all that waits now. */
    void add(Place place, ServerMessage message) {
        waiting.add(new Waiting(place, null, message));
    }

    /** Sends while the stream takes more. */
    void pump(WorkerStream stream) {
        while (!loading && !waiting.isEmpty()) {
            Waiting first = waiting.element();
            Delivery delivery = first.delivery;
            if (!stream.isReady()) {
                if (delivery != null) {
                    delivery.rest();
                }
                return;
            }
            if (first.message != null) {
                stream.send(first.message);
            }
            if (delivery == null || send(stream, first.place, delivery)) {
                waiting.remove();
                first.close();
            }
        }
    }

    /** One message of deliveries; whether all of them have been sent. */
    private boolean send(WorkerStream stream, Place place, Delivery delivery) {
        Deliveries.Builder deliveries = Deliveries.newBuilder().setSubscription(place.number);
        long bytes = 0;
        int state = Delivery.READY;
        while (bytes < MESSAGE_BYTES && deliveries.getDeliveriesCount() < MESSAGE_DELIVERIES) {
            state = delivery.next(view);
            if (state != Delivery.READY) {
                break;
            }
            bytes += view.bodyLength;
            deliveries.addDeliveries(delivery());
        }
        if (deliveries.getDeliveriesCount() > 0) {
            stream.send(ServerMessage.newBuilder().setDeliveries(deliveries).build());
        }
        if (state == Delivery.LOAD) {
            loading = true;
            delivery.load(() -> serial.execute(() -> {
                loaded();
                goOn.run();
            }));
        }
        return state == Delivery.END;
    }

    private dev.millrace.grpc.v1.Delivery.Builder delivery() {
        dev.millrace.grpc.v1.Delivery.Builder delivery = dev.millrace.grpc.v1.Delivery.newBuilder()
                .setId(view.id)
                .setToken(view.token)
                .setAttempt(view.attempts)
                .setBornAtNanos(view.bornAtNanos);
        TaskSpec task = view.envelope < 0 ? null : TaskReader.read(view);
        if (task != null && task.flow().gathered() > 0) {
            return delivery.setTask(FlowWords.payload(TaskWords.of(task), task));
        }
        delivery.setBody(ByteString.copyFrom(view.bytes.slice(view.bodyOffset, view.bodyLength)));
        return task == null ? delivery : delivery.setTask(TaskWords.of(task));
    }

    private void loaded() {
        loading = false;
        if (firstDropped) {
            firstDropped = false;
            waiting.remove().close();
        }
    }

    /** Lets all go; their leases stay until somebody ends them. */
    void drop() {
        Waiting first = loading ? waiting.remove() : null;
        waiting.forEach(Waiting::close);
        waiting.clear();
        if (first != null) {
            waiting.add(first); // the log still writes to it
            firstDropped = true;
        }
    }
}
