package dev.millrace.api.internal;

import dev.millrace.api.MessageId;
import dev.millrace.api.task.TaskContext;
import java.time.Instant;

/** A held task as its handler sees it. */
final class TaskContextImpl implements TaskContext {
    private final Held held;

    TaskContextImpl(Held held) {
        this.held = held;
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
    public boolean isCancelled() {
        return held.isStopAsked() || held.isCancelled() || held.isLost();
    }
}
