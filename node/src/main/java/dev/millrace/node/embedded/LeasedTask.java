package dev.millrace.node.embedded;

import dev.millrace.api.MessageId;
import dev.millrace.api.spi.Leased;
import dev.millrace.api.spi.Settler;
import dev.millrace.api.task.Task;
import dev.millrace.core.message.MessageView;
import dev.millrace.node.tasks.TaskReader;
import java.time.Instant;

/** A leased message with what its envelope says. */
final class LeasedTask extends Leased {
    private final Task task;

    LeasedTask(MessageView view, Instant bornAt, byte[] body, Settler settler) {
        super(new MessageId(view.id), view.attempts, bornAt, body, view.token, settler);
        task = TaskViews.of(TaskReader.read(view));
    }

    Task task() {
        return task;
    }
}
