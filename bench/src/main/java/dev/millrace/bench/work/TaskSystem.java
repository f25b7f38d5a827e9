package dev.millrace.bench.work;

import java.io.IOException;
import java.nio.file.Path;

/** What is compared: tasks with bodies of {@link #BODY_BYTES}, due at once, enqueued and executed in one process. */
interface TaskSystem extends AutoCloseable {
    int BODY_BYTES = 100;
    int BATCH = 1_000;

    /** Opens a contestant by its name, with its data in an empty folder. */
    static TaskSystem open(String contestant, Path folder) throws IOException {
        return switch (contestant) {
            case "millrace" -> new EmbeddedMillrace(folder, 20);
            case "millrace-1000" -> new EmbeddedMillrace(folder, 1_000);
            case "db-scheduler-h2" -> DbScheduler.onH2(folder);
            case "db-scheduler-postgresql" -> DbScheduler.onPostgres(folder);
            default -> throw new IllegalArgumentException("No task system is called " + contestant);
        };
    }

    /** Returns when the task is durable as the system understands it; called by many threads. */
    void enqueue();

    /** The same for {@link #BATCH} tasks at once. */
    void enqueueBatch();

    /** From now on calls this for every task, from the system's own threads. */
    void work(Runnable task);

    /** Ends the work and waits for what runs. */
    void rest();

    @Override
    void close() throws IOException;
}
