package dev.millrace.node;

import dev.millrace.core.log.LogWalk;
import dev.millrace.core.machine.Attempt;
import dev.millrace.core.machine.Output;
import dev.millrace.core.machine.TrackedList;
import dev.millrace.core.message.Bodies;
import dev.millrace.core.message.MessageView;
import dev.millrace.core.shard.Shard;
import dev.millrace.node.tasks.TaskInfo;
import dev.millrace.node.tasks.TaskPage;
import dev.millrace.node.tasks.TaskReader;
import dev.millrace.node.tasks.TaskState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Tasks that the owner of a shard has found, to be completed with what stands in the log. Filled on the owner thread. */
final class TaskPages {
    private final LogWalk walk;
    private final List<TaskInfo> tasks = new ArrayList<>();
    private final Bodies bodies = new Bodies();
    private final MessageView view = new MessageView();
    private final long elapsedMillis;
    private final long wallMillis;
    private int size;
    private long bytes;
    private long next;

    TaskPages(Shard shard) {
        walk = new LogWalk(shard.log().reader());
        elapsedMillis = shard.nowMillis();
        wallMillis = shard.wallMillis();
    }

    int size() {
        return size;
    }

    /** Bytes of the records that the tasks stand in, at most as many as will be held. */
    long bytes() {
        return bytes;
    }

    void next(long id) {
        next = id;
    }

    void add(TrackedList.Entry entry) {
        size++;
        bytes += entry.places().bytesAtMost();
        List<FailedAttempt> history = new ArrayList<>();
        for (long location : entry.places().attempts()) {
            walk.add(location, (batch, offset) -> {
                Attempt attempt = Attempt.read(batch, offset);
                history.add(new FailedAttempt(attempt.number(), attempt.atMillis(), attempt.reason(),
                        attempt.error()));
            });
        }
        Said said = new Said();
        for (long location : entry.places().outputs()) {
            walk.add(location, (batch, offset) -> said.add(Output.read(batch, offset)));
        }
        walk.add(entry.places().location(), (batch, offset) -> {
            bodies.wrap(batch, offset);
            bodies.read(entry.places().index(), view);
            history.sort(Comparator.comparingInt(FailedAttempt::number));
            tasks.add(info(entry, history, said.output));
        });
    }

    private TaskInfo info(TrackedList.Entry entry, List<FailedAttempt> history, TaskInfo.Output output) {
        TrackedList.Standing standing = entry.standing();
        long until = standing.untilMillis() == 0 || standing.untilByWall() ? standing.untilMillis()
                : wallMillis + standing.untilMillis() - elapsedMillis;
        return new TaskInfo(entry.id(), TaskState.of(entry.state()), TaskReader.read(view),
                new TaskInfo.Attempts(standing.attempts(), standing.maxAttempts(), List.copyOf(history)),
                new TaskInfo.Times(view.bornAtNanos / 1_000_000, until), standing.stopAsked(), output);
    }

    /** Gathers what workers said of one task. */
    private static final class Said {
        TaskInfo.Output output = TaskInfo.Output.NONE;

        void add(Output each) {
            output = switch (each.what()) {
                case Output.RESULT -> new TaskInfo.Output(output.percent(), output.text(), each.bytes(), output.log());
                case Output.LOG -> new TaskInfo.Output(output.percent(), output.text(), output.result(), each.text());
                default -> new TaskInfo.Output(each.percent(), each.text(), output.result(), output.log());
            };
        }
    }

    /** Completes once everything was read. */
    CompletableFuture<TaskPage> read() {
        return walk.read().thenApply(done -> new TaskPage(List.copyOf(tasks), next));
    }
}
