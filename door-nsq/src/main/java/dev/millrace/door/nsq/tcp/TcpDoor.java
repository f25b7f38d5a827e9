package dev.millrace.door.nsq.tcp;

import dev.millrace.net.EventLoops;
import dev.millrace.net.ListenAddress;
import dev.millrace.net.Listener;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Listens for NSQ's TCP protocol and keeps its connections. Thread-safe. */
public final class TcpDoor implements AutoCloseable {
    /** Unsent bytes of a connection at which deliveries wait, and at which they go on. */
    private static final WriteBufferWaterMark UNSENT = new WriteBufferWaterMark(128 << 10, 256 << 10);
    private static final int SMALLEST_READ = 512;
    private static final int FIRST_READ = 4 << 10;
    private static final int LARGEST_READ = 256 << 10;

    private final Hub hub;
    private final Listener listener;
    private final Map<EventLoop, LoopContext> loops = new ConcurrentHashMap<>();

    private TcpDoor(EventLoops eventLoops, Hub hub, ListenAddress address) {
        this.hub = hub;
        this.listener = eventLoops.bind(address, new Setup(), bootstrap -> bootstrap
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNSENT)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(SMALLEST_READ, FIRST_READ, LARGEST_READ)));
    }

    /** Listens; throws {@link dev.millrace.net.NetException} if the address cannot be had. */
    public static TcpDoor open(EventLoops eventLoops, Hub hub, ListenAddress address) {
        return new TcpDoor(eventLoops, hub, address);
    }

    /** What it listens on; the port is the real one. */
    public ListenAddress address() {
        return listener.address();
    }

    /** Every connection as it is now. */
    public CompletableFuture<List<ClientSnapshot>> clients() {
        List<CompletableFuture<List<ClientSnapshot>>> parts = loops.values()
                .stream()
                .map(LoopContext::snapshots)
                .toList();
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApply(_ -> {
            List<ClientSnapshot> all = new ArrayList<>();
            parts.forEach(part -> all.addAll(part.join()));
            return all;
        });
    }

    /** {@link #close(Duration)} without waiting. */
    @Override
    public void close() {
        close(Duration.ZERO);
    }

    /**
     * Begins the end and does not wait: no further connection, subscription or publish, no further message to a client.
     * A client that holds messages may answer them, then its connection ends. Idempotent.
     */
    public void drain() {
        hub.stop();
        forEach(Connection::drain);
        listener.close();
    }

    /**
     * {@link #drain}, for at most so long, then closes all. Messages that clients hold then go back to their channels.
     * Idempotent.
     */
    public void close(Duration drain) {
        drain();
        long deadline = System.nanoTime() + drain.toNanos();
        while (System.nanoTime() < deadline && !clients().join().isEmpty()) {
            CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(10, TimeUnit.MILLISECONDS)).join();
        }
        forEach(Connection::abort);
    }

    private void forEach(Consumer<Connection> action) {
        CompletableFuture
                .allOf(loops.values().stream().map(loop -> loop.forEach(action)).toArray(CompletableFuture[]::new))
                .join();
    }

    private final class Setup extends ChannelInitializer<Channel> {
        @Override
        protected void initChannel(Channel channel) {
            LoopContext loop = loops.computeIfAbsent(channel.eventLoop(), LoopContext::new);
            channel.pipeline().addLast(new Connection(channel, hub, loop));
        }
    }
}
