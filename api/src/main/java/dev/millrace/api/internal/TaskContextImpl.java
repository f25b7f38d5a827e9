package dev.millrace.api.internal;

import dev.millrace.api.MessageId;
import dev.millrace.api.spi.TaskSource;
import dev.millrace.api.task.Progress;
import dev.millrace.api.task.TaskContext;
import java.time.Instant;

/** A held task as its handler sees it. */
final class TaskContextImpl implements TaskContext {
    private final Held held;
    private final TaskSource source;

    TaskContextImpl(Held held, TaskSource source) {
        this.held = held;
        this.source = source;
    }

    @Override
    public MessageId id() {
        return held.leased().id();
    }

    @Override
    public String queue() {
        return held.source();
    }

    @Override
    public int attempt() {
        return held.leased().attempt();
    }

    @Override
    public Instant enqueuedAt() {
        return held.leased().bornAt();
    }

    @Override
    public void progress(int percent, String text) {
        source.progress(queue(), held.leased(), new Progress(percent, text));
    }

    @Override
    public void result(byte[] result) {
        source.result(queue(), held.leased(), result.clone());
    }

    @Override
    public boolean isCancelled() {
        return held.isStopAsked() || held.isCancelled() || held.isLost();
    }
}
