package dev.millrace.api.internal;

import dev.millrace.api.MessageId;
import dev.millrace.api.task.TaskContext;
import java.time.Instant;

/** A held task as its handler sees it. */
final class TaskContextImpl implements TaskContext {
    private final Held held;
    private final TaskReports reports;

    TaskContextImpl(Held held, TaskReports reports) {
        this.held = held;
        this.reports = reports;
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

    @Override
    public void progress(int percent, String text) {
        reports.progress(percent, text);
    }

    @Override
    public void result(byte[] result) {
        reports.result(result);
    }

    @Override
    public void log(String line) {
        reports.log(line);
    }
}
