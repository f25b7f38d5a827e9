package dev.millrace.door.grpc;

import dev.millrace.net.ApiToken;
import dev.millrace.net.Authentication;
import dev.millrace.net.EventLoops;
import dev.millrace.net.ListenAddress;
import dev.millrace.net.NetException;
import dev.millrace.node.Broker;
import dev.millrace.node.Submissions;
import io.grpc.Attributes;
import io.grpc.Server;
import io.grpc.ServerTransportFilter;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The native protocol's server side. Thread-safe. */
public final class GrpcDoor implements AutoCloseable {
    private final TasksService tasks;
    private final Server server;
    private final ListenAddress address;
    private final Access access;
    private final WorkerSessions sessions;
    private final Submissions submissions;
    private final ExecutorService threads;
    private final Future<?> sweeper;
    private final AtomicInteger connections = new AtomicInteger();

    private GrpcDoor(Broker broker, EventLoops loops, GrpcDoorOptions options) {
        refuseOpenDoor(options);
        ApiToken token = ApiToken.in(options.tokenFile());
        access = new Access(options.authentication(), token);
        submissions = new Submissions(broker);
        threads = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("grpc-", 0).factory());
        sessions = new WorkerSessions(broker, threads, options.limits().sessions());
        Budget budget = new Budget(options.limits().bufferedBytes());
        Answering answering = new Answering(threads);
        tasks = new TasksService(broker, new Enqueueing(broker, options.limits(), budget, threads), answering, threads);
        server = Transport.builder(loops, options)
                .executor(threads)
                .intercept(access)
                .addTransportFilter(new Counter())
                .addService(new MessagesService(new Publishing(broker, submissions, options.limits(), budget), threads))
                .addService(tasks)
                .addService(new WorkService(sessions))
                .addService(new AdminService(broker, answering, options))
                .build();
        try {
            server.start();
        } catch (IOException e) {
            threads.shutdownNow();
            throw new NetException("cannot listen on " + options.address() + ": " + e.getMessage()
                    + ". Stop the process that has it, or choose another address (port 0 takes a free one)", e);
        }
        address = Transport.bound(options.address(), server);
        token.writeIfMissing("grpc://" + address);
        sweeper = loops.group()
                .next()
                .scheduleAtFixedRate(sessions::sweep, WorkerSessions.SWEEP_MILLIS, WorkerSessions.SWEEP_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    /**
     * Listens and serves; writes the token file if there is none.
     *
     * @throws NetException
     *             when it cannot listen, or its certificate cannot be used
     * @throws IllegalStateException
     *             when it would listen without credentials where others can reach it, or the token file cannot be used
     */
    public static GrpcDoor open(Broker broker, EventLoops loops, GrpcDoorOptions options) {
        return new GrpcDoor(broker, loops, options);
    }

    private static void refuseOpenDoor(GrpcDoorOptions options) {
        if (options.authentication() != Authentication.EVERYTHING && !options.address().isLoopback()) {
            throw new IllegalStateException("grpc: " + options.address()
                    + " can be reached from other machines, and no credentials are asked for. Set http-auth to all "
                    + "(every call then needs the token in " + options.tokenFile()
                    + "), or listen on a loopback address such as 127.0.0.1:7071");
        }
    }

    /** Counts connections. */
    private final class Counter extends ServerTransportFilter {
        @Override
        public Attributes transportReady(Attributes attributes) {
            connections.incrementAndGet();
            return attributes;
        }

        @Override
        public void transportTerminated(Attributes attributes) {
            connections.decrementAndGet();
        }
    }

    /** Where it listens, with the real port. */
    public ListenAddress address() {
        return address;
    }

    public int connections() {
        return connections.get();
    }

    /** Workers' sessions, those that wait for their client included. */
    public int sessions() {
        return sessions.count();
    }

    /** Calls since the start. */
    public long calls() {
        return access.calls();
    }

    /**
     * Takes no further call, lets those under way end for at most {@code drain}. Workers hear that they may come back;
     * their leases stay. Idempotent.
     */
    public void close(Duration drain) {
        sweeper.cancel(false);
        sessions.stop();
        tasks.stop();
        server.shutdown();
        try {
            if (!server.awaitTermination(drain.toMillis(), TimeUnit.MILLISECONDS)) {
                server.shutdownNow();
                server.awaitTermination(1, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            server.shutdownNow();
        }
        submissions.close(); // no thread lives longer than its task, so there is nothing else to end
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }
}
