package dev.millrace.api.task;

import java.util.List;

/**
 * How a worker is.
 *
 * @param state
 *            whether it takes tasks
 * @param running
 *            handlers that run now
 * @param waiting
 *            tasks here that no handler has begun
 * @param finishing
 *            tasks whose handlers have ended and whose results the engine has not confirmed yet
 * @param succeeded
 *            attempts since it was started whose handlers returned
 * @param failed
 *            attempts since it was started whose handlers threw, whatever came of it
 * @param queues
 *            each of its queues
 */
public record WorkerHealth(State state, int running, int waiting, int finishing, long succeeded, long failed,
        List<Queue> queues) {
    /** Whether a worker takes tasks. */
    public enum State {
        WORKING, PAUSED, CLOSING, ENDED
    }

    /**
     * A queue of a worker.
     *
     * @param name
     *            queue
     * @param connected
     *            it is subscribed now
     * @param problem
     *            why it is not, or empty
     */
    public record Queue(String name, boolean connected, String problem) {}

    public WorkerHealth {
        queues = List.copyOf(queues);
    }

    /** It takes tasks, or was asked not to, and all of its queues are connected. */
    public boolean isHealthy() {
        return (state == State.WORKING || state == State.PAUSED) && queues.stream().allMatch(Queue::connected);
    }
}
