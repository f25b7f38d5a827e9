package dev.millrace.verification.simulation;

import dev.millrace.core.log.LogException;
import dev.millrace.core.machine.Planting;
import dev.millrace.core.shard.SessionKind;
import dev.millrace.core.shard.ShardLimits;
import dev.millrace.core.shard.ShardOptions;
import dev.millrace.core.shard.SyncLevel;
import dev.millrace.log.file.FileLogFactory;
import dev.millrace.log.file.FileLogOptions;
import dev.millrace.log.file.PlantedLogs;
import dev.millrace.log.file.sim.PowerCut;
import dev.millrace.log.file.sim.SimulatedDisk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Clock, disk, the process with its shards, the clients, and what they were told. */
final class World {
    private static final Path FOLDER = Path.of("/simulated");
    private static final long DISK_BYTES = 24L << 20;

    final SimulationPlan plan;
    final Random random;
    final VirtualClock clock;
    final Trace trace;
    final Ledger ledger;
    final Post post = new Post(this);
    final SimulatedDisk disk;
    final SlowDisk slowDisk;
    final List<HostedShard> hosts = new ArrayList<>();
    final List<Client> clients = new ArrayList<>();
    private final FileLogOptions options;
    private @Nullable SimulatedThreads threads;
    private @Nullable FileLogFactory logs;
    private final List<Executor> backgrounds = new ArrayList<>();
    private long order;
    private long openings;
    private int clientNumbers;
    private long logIds;
    private boolean damaged;
    private @Nullable RuntimeException unheard;

    World(SimulationPlan plan, Consumer<String> watcher) {
        this.plan = plan;
        random = new Random(plan.seed() * 31 + plan.shards());
        clock = new VirtualClock(1_800_000_000_000L + random.nextInt(1_000_000_000));
        trace = new Trace(clock, watcher);
        ledger = new Ledger(clock);
        boolean direct = switch (plan.emphasis()) {
            case FAILED_SYNCS -> false;
            case REUSED_FILES -> true;
            case NONE, MOVES, QUESTIONS, LETTERS -> random.nextBoolean();
        };
        disk = new SimulatedDisk(random.nextLong(), DISK_BYTES, direct);
        slowDisk = new SlowDisk(disk, clock, new Random(random.nextLong()), random.nextBoolean() ? 1 : 100);
        int size = plan.emphasis().emptiesTopics() ? 1 : 4;
        options = FileLogOptions.of(FOLDER)
                .withSegmentBytes(64L << 10 << random.nextInt(Math.min(3, size)))
                .withMemory(new FileLogOptions.Memory(random.nextBoolean() ? 0 : 256 << 10, 64 << 10))
                .withFreeMarks(new FileLogOptions.FreeMarks(2 << 20, 3 << 20));
        ShardOptions shard = new ShardOptions(0, SyncLevel.ALWAYS, 1_000, (20L << 10) << random.nextInt(size),
                ShardLimits.DEFAULT);
        for (int number = 0; number < plan.shards(); number++) {
            hosts.add(new HostedShard(this, number,
                    new ShardOptions(number, shard.syncLevel(), shard.syncIntervalMillis(), shard.snapshotEveryBytes(),
                            shard.limits()),
                    Planting.of(plan.bugs())));
        }
    }

    // ---- time and order ----

    /** This very moment; no two are alike. */
    Moment moment() {
        return new Moment(++order, clock.trueNanos(), clock.forwardMillis(), clock.backwardMillis(), openings);
    }

    void opened() {
        openings++;
    }

    void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new Violation(otherwise);
        }
    }

    /** Runs what a future calls back: futures swallow what is thrown there. */
    void heard(Runnable callback) {
        try {
            callback.run();
        } catch (RuntimeException broken) {
            unheard = unheard == null ? broken : unheard;
        }
    }

    /** Throws what a callback found. */
    void checkHeard() {
        RuntimeException broken = unheard;
        if (broken != null) {
            throw broken;
        }
    }

    SimulatedThreads threads() {
        return Objects.requireNonNull(threads);
    }

    // ---- the process ----

    boolean isRunning() {
        return logs != null;
    }

    boolean expectsDamage() {
        return damaged;
    }

    /** Bits were flipped: shards may stop, but nothing wrong may leave them. */
    void expectDamage() {
        damaged = true;
    }

    /** Starts the process; returns whether all shards serve. */
    boolean start() {
        clock.newProcess(random.nextLong(1L << 50) - (1L << 49));
        threads = new SimulatedThreads(clock, random);
        backgrounds.clear();
        hosts.forEach(HostedShard::newProcess);
        ledger.topics.values().forEach(TopicBook::newProcess);
        try {
            logs = PlantedLogs.open(options, slowDisk, threads(), () -> ++logIds, plan.logBugs());
            for (HostedShard host : hosts) {
                backgrounds.add(threads().background());
                host.open(Objects.requireNonNull(logs), backgrounds.getLast());
            }
            return true;
        } catch (LogException failure) {
            cannotOpen(failure);
            stopped("could not start");
            return false;
        }
    }

    /** A shard that failed is opened anew in the same process. */
    void reopen(HostedShard host) {
        FileLogFactory open = logs;
        if (open == null) {
            return;
        }
        try {
            host.open(open, backgrounds.get(host.number));
        } catch (LogException failure) {
            cannotOpen(failure);
        }
    }

    private void cannotOpen(LogException failure) {
        trace.event("cannot open: " + failure.getMessage());
        boolean failedTwice = String.valueOf(failure.getMessage()).contains("twice");
        boolean bad = switch (failure.category()) {
            case UNKNOWN_OUTCOME, CALLER -> false;
            case DAMAGED -> !failedTwice && !damaged;
            case FENCED, LOCKED -> true;
        };
        if (bad) {
            throw new Violation("the shard cannot be opened: " + failure.getMessage(), failure);
        }
    }

    /** Runs something that the end of the process may interrupt; returns whether the process lives on. */
    boolean survives(Runnable work) {
        try {
            work.run();
            return true;
        } catch (PowerCut cut) {
            stopped("power cut");
        } catch (ProcessKilled killed) {
            disk.kill();
            stopped("killed");
        }
        return false;
    }

    /** The process is no more; nobody hears anything from it. */
    void stopped(String how) {
        trace.event("process ended: " + how);
        disk.kill();
        slowDisk.neverKill();
        disk.keepPower();
        logs = null;
        clients.forEach(Client::over);
        clients.clear();
        hosts.forEach(HostedShard::newProcess);
    }

    /** Ends the process, if there is one, in good order. */
    void stopInOrder() {
        if (!isRunning()) {
            return;
        }
        threads().runAtOnce(true);
        for (HostedShard host : hosts) {
            if (!host.isDown()) {
                host.shard().stop();
                Throwable failure = host.shard().failure();
                if (failure != null) {
                    trace.event("stop of shard " + host.number + " failed: " + failure.getMessage());
                }
            }
        }
        try {
            Objects.requireNonNull(logs).close();
        } catch (LogException failure) {
            trace.event("closing failed: " + failure.getMessage());
        }
        stopped("stop in order");
    }

    // ---- clients ----

    Client newClient(HostedShard host, @Nullable GroupBook group) {
        return newClient(host, group, SessionKind.ORDINARY);
    }

    Client newClient(HostedShard host, @Nullable GroupBook group, SessionKind kind) {
        Client client = new Client(this, ++clientNumbers, host, group, kind);
        clients.add(client);
        return client;
    }
}
