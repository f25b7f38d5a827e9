package dev.millrace.net.http;

import dev.millrace.net.EventLoops;
import dev.millrace.net.ListenAddress;
import dev.millrace.net.Listener;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 server on shared event loops. Requests of one connection are answered in their order, each by a handler
 * on a virtual thread. Thread-safe.
 */
public final class HttpServer implements AutoCloseable {
    private static final byte[] TOO_MANY = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);
    /** What fits into one socket read does: a connection with waiting requests is not read. */
    private static final int MAX_PIPELINED = 8192;
    private static final DateTimeFormatter DATE = DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);

    /** What a server is made of; only a router and an error writer are needed. */
    public static final class Builder {
        private final EventLoops loops;
        private final Router router;
        private final ErrorWriter errors;
        private HttpLimits limits = HttpLimits.DEFAULT;
        private HttpHandler before = _ -> {};
        private @Nullable SslContext tls;

        private Builder(EventLoops loops, Router router, ErrorWriter errors) {
            this.loops = loops;
            this.router = router;
            this.errors = errors;
        }

        public Builder limits(HttpLimits value) {
            limits = value;
            return this;
        }

        /** Run before every route, also where there is none: may set headers, may refuse by {@link HttpFailure}. */
        public Builder before(HttpHandler check) {
            before = check;
            return this;
        }

        /** Speak HTTPS. */
        public Builder tls(SslContext context) {
            tls = context;
            return this;
        }

        /** Listens; throws {@link dev.millrace.net.NetException} if it cannot. */
        public HttpServer start(ListenAddress address) {
            return new HttpServer(this, address);
        }
    }

    private final Router router;
    private final ErrorWriter errors;
    private final HttpLimits limits;
    private final HttpHandler before;
    private final Listener listener;
    private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition connectionEnded = lock.newCondition();
    private volatile boolean closing;
    private volatile Stamp date = new Stamp(0, "");

    private record Stamp(long second, String text) {}

    private HttpServer(Builder parts, ListenAddress address) {
        router = parts.router;
        errors = parts.errors;
        limits = parts.limits;
        before = parts.before;
        listener = parts.loops.bind(address, new Setup(parts.tls), bootstrap -> bootstrap
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true));
    }

    public static Builder builder(EventLoops loops, Router router, ErrorWriter errors) {
        return new Builder(loops, router, errors);
    }

    /** Where it listens, with the real port. */
    public ListenAddress address() {
        return listener.address();
    }

    /** Open connections. */
    public int connections() {
        return connections.size();
    }

    /** {@link #close(Duration)} without waiting. */
    @Override
    public void close() {
        close(Duration.ZERO);
    }

    /**
     * Takes no further connection or request, lets those under way end for at most {@code drain}, then closes all.
     * Idempotent.
     */
    public void close(Duration drain) {
        closing = true;
        listener.close();
        connections.forEach(HttpConnection::drain);
        awaitNoConnections(drain);
        connections.forEach(HttpConnection::abort);
    }

    private void awaitNoConnections(Duration drain) {
        lock.lock();
        try {
            long left = drain.toNanos();
            while (!connections.isEmpty() && left > 0) {
                left = connectionEnded.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    // ---- for connections ----

    HttpLimits limits() {
        return limits;
    }

    boolean isClosing() {
        return closing;
    }

    /** Now, as the Date header has it. */
    String date() {
        long second = System.currentTimeMillis() / 1000;
        Stamp stamp = date;
        if (stamp.second != second) {
            stamp = new Stamp(second, DATE.format(Instant.ofEpochSecond(second)));
            date = stamp;
        }
        return stamp.text;
    }

    void ended(HttpConnection connection) {
        lock.lock();
        try {
            connections.remove(connection);
            connectionEnded.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void run(HttpConnection connection, HttpExchange exchange, @Nullable HttpFailure early) {
        Thread.ofVirtual().start(() -> {
            try {
                answer(connection, exchange, early);
            } finally {
                connection.handlerReturned(exchange);
            }
        });
    }

    private void answer(HttpConnection connection, HttpExchange exchange, @Nullable HttpFailure early) {
        try {
            if (early != null) {
                throw early;
            }
            before.handle(exchange);
            Router.Match match = router.find(exchange.method(), exchange.path());
            exchange.parameters(match.parameters());
            match.handler().handle(exchange);
            if (!exchange.responded()) {
                throw new IllegalStateException("the handler of " + exchange.path() + " sent nothing");
            }
        } catch (HttpFailure failure) {
            fail(connection, exchange, failure);
        } catch (Exception unexpected) {
            fail(connection, exchange,
                    new HttpFailure(500, HttpFailure.INTERNAL, "internal error; the server's log says more",
                            unexpected));
        }
    }

    private void fail(HttpConnection connection, HttpExchange exchange, HttpFailure failure) {
        if (!connection.isActive()) {
            return;
        }
        if (exchange.responded()) {
            connection.abort();
            return;
        }
        if (failure.status() == 405) {
            exchange.responseHeader("Allow", String.join(", ", router.allowedAt(exchange.path())));
        }
        errors.write(exchange, failure);
        if (!exchange.responded()) {
            exchange.send(failure.status());
        }
    }

    /** Sets up each connection. */
    private final class Setup extends ChannelInitializer<Channel> {
        private final @Nullable SslContext tls;

        Setup(@Nullable SslContext tls) {
            this.tls = tls;
        }

        @Override
        protected void initChannel(Channel channel) {
            if (closing || connections.size() >= limits.maxConnections()) {
                channel.writeAndFlush(Unpooled.wrappedBuffer(TOO_MANY)).addListener(ChannelFutureListener.CLOSE);
                return;
            }
            HttpConnection connection = new HttpConnection(HttpServer.this, channel);
            connections.add(connection);
            if (tls != null) {
                channel.pipeline().addLast(tls.newHandler(channel.alloc()));
            }
            HttpDecoderConfig decoder = new HttpDecoderConfig().setMaxInitialLineLength(limits.maxRequestLineBytes())
                    .setMaxHeaderSize(limits.maxHeaderBytes());
            channel.pipeline()
                    .addLast(new Arrivals(connection), new HttpServerCodec(decoder, MAX_PIPELINED),
                            connection);
        }
    }

    /** Tells the connection that bytes came, before the codec has made a request of them. */
    private static final class Arrivals extends ChannelInboundHandlerAdapter {
        private final HttpConnection connection;

        Arrivals(HttpConnection connection) {
            this.connection = connection;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            connection.bytesArrived();
            ctx.fireChannelRead(message);
        }
    }
}
