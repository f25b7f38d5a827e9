package dev.millrace.bench.work;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.serializer.Serializer;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * db-scheduler with one instance, set as its own performance page sets it: 20 threads, 4 to 20 times as many tasks
 * fetched ahead; on PostgreSQL it locks what it fetches.
 */
final class DbScheduler implements TaskSystem {
    private static final int THREADS = 20;
    private static final int CONNECTIONS = 70;
    private static final double LOWER = 4;
    private static final double UPPER = 20;

    private final HikariDataSource pool;
    private final Closeable database;
    private final boolean canLock;
    private final SchedulerClient client;
    private final OneTimeTask<byte[]> task;
    private final AtomicReference<Runnable> each = new AtomicReference<>(() -> {});
    private final AtomicLong names = new AtomicLong();
    private @Nullable Scheduler scheduler;

    private DbScheduler(HikariDataSource pool, Closeable database, String bytes, boolean canLock) {
        this.pool = pool;
        this.database = database;
        this.canLock = canLock;
        createTable(bytes);
        task = Tasks.oneTime("bench", byte[].class).execute((instance, context) -> each.get().run());
        client = SchedulerClient.Builder.create(pool, task).serializer(new Raw()).build();
    }

    /** H2 in this process, its file in the folder; it writes behind, by half a second. */
    static DbScheduler onH2(Path folder) {
        return new DbScheduler(pool("jdbc:h2:file:" + folder.resolve("h2").toAbsolutePath()), () -> {}, "blob", false);
    }

    /** A PostgreSQL of its own on the loopback address, which syncs every commit. */
    static DbScheduler onPostgres(Path folder) throws IOException {
        EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                .setDataDirectory(folder.resolve("postgresql"))
                .setServerConfig("max_connections", "100")
                .setServerConfig("shared_buffers", "512MB")
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .start();
        return new DbScheduler(pool(postgres.getJdbcUrl("postgres", "postgres")), postgres, "bytea", true);
    }

    private static HikariDataSource pool(String url) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(CONNECTIONS);
        return new HikariDataSource(config);
    }

    private void createTable(String bytes) {
        try (Connection connection = pool.getConnection(); Statement statement = connection.createStatement()) {
            statement.execute("""
                    create table scheduled_tasks (
                      task_name varchar(100) not null, task_instance varchar(100) not null, task_data %s,
                      execution_time timestamp with time zone not null, picked boolean not null,
                      picked_by varchar(50), last_success timestamp with time zone,
                      last_failure timestamp with time zone, consecutive_failures int,
                      last_heartbeat timestamp with time zone, version bigint not null, priority smallint,
                      primary key (task_name, task_instance))""".formatted(bytes));
            statement.execute("create index by_time on scheduled_tasks (execution_time)");
            statement.execute("create index by_heartbeat on scheduled_tasks (last_heartbeat)");
        } catch (SQLException e) {
            throw new IllegalStateException("The table of db-scheduler could not be made: " + e.getMessage(), e);
        }
    }

    @Override
    public void enqueue() {
        if (!client.scheduleIfNotExists(next(), Instant.now())) {
            throw new IllegalStateException("A task of a new name was there before");
        }
    }

    @Override
    public void enqueueBatch() {
        List<TaskInstance<?>> batch = new ArrayList<>(BATCH);
        for (int i = 0; i < BATCH; i++) {
            batch.add(next());
        }
        client.scheduleBatch(batch, Instant.now());
    }

    private TaskInstance<byte[]> next() {
        return task.instance("task-" + names.getAndIncrement(), new byte[BODY_BYTES]);
    }

    @Override
    public void work(Runnable task) {
        each.set(task);
        var builder = Scheduler.create(pool, this.task)
                .serializer(new Raw())
                .threads(THREADS)
                .pollingInterval(Duration.ofSeconds(1));
        scheduler = (canLock ? builder.pollUsingLockAndFetch(LOWER, UPPER) : builder.pollUsingFetch(LOWER, UPPER))
                .build();
        scheduler.start();
    }

    @Override
    public void rest() {
        if (scheduler != null) {
            scheduler.stop();
            scheduler = null;
        }
    }

    @Override
    public void close() throws IOException {
        rest();
        pool.close();
        database.close();
    }

    /** Bodies as they are. */
    private static final class Raw implements Serializer {
        @Override
        public byte[] serialize(Object data) {
            return (byte[]) data;
        }

        @Override
        public <T> T deserialize(Class<T> type, byte[] data) {
            return type.cast(data);
        }
    }
}
