package dev.millrace.client;

import dev.millrace.api.MessageId;
import dev.millrace.api.spi.Leased;
import dev.millrace.api.spi.Settler;
import dev.millrace.api.task.Task;
import dev.millrace.grpc.v1.Delivery;
import dev.millrace.grpc.v1.TaskSpec;

/** A leased task with what it says of itself besides its payload. */
final class LeasedTask extends Leased {
    private final TaskSpec spec;

    LeasedTask(Delivery delivery, Settler settler) {
        super(new MessageId(delivery.getId()), delivery.getAttempt(), Translation.instant(delivery.getBornAtNanos()),
                delivery.getBody().toByteArray(), delivery.getToken(), settler);
        spec = delivery.getTask();
    }

    Task task() {
        return TaskTranslation.task(spec, body());
    }
}
