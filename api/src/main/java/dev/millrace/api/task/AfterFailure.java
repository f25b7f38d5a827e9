package dev.millrace.api.task;

import dev.millrace.api.internal.Checks;
import java.time.Duration;

/** What becomes of a task whose attempt has failed. */
public sealed interface AfterFailure {
    /** Tried again as the task or its queue says, or dead when its attempts are used up. */
    static AfterFailure retry() {
        return new Retry();
    }

    /** Tried again after this delay, or dead when its attempts are used up. */
    static AfterFailure retryIn(Duration delay) {
        return new RetryIn(delay);
    }

    /** Dead at once. */
    static AfterFailure giveUp() {
        return new GiveUp();
    }

    /** Tried again after this delay; the attempt does not count. */
    static AfterFailure notCounted(Duration delay) {
        return new NotCounted(delay);
    }

    /** By the task's own policy or the queue's. */
    record Retry() implements AfterFailure {}

    /** After a delay of 0 to 100 years. */
    record RetryIn(Duration delay) implements AfterFailure {
        public RetryIn {
            Checks.delay("delay", delay);
        }
    }

    /** No more attempts. */
    record GiveUp() implements AfterFailure {}

    /** After a delay of 0 to 100 years, as if this attempt had not been. */
    record NotCounted(Duration delay) implements AfterFailure {
        public NotCounted {
            Checks.delay("delay", delay);
        }
    }
}
