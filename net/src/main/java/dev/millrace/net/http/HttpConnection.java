package dev.millrace.net.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: takes requests one after the other, hands each to a thread of its own, and keeps what a
 * pipelining client sends meanwhile (at most one socket read) until its turn comes.
 *
 * <p>
 * Thread safety: everything is the event loop's, except the methods under "handler's thread", which hand over.
 */
// Netty's futures say again what channelInactive and exceptionCaught say: a write that failed has closed the channel.
@SuppressWarnings("FutureReturnValueIgnored")
final class HttpConnection extends ChannelInboundHandlerAdapter {
    private static final Duration LINGER = Duration.ofSeconds(1);
    private static final int LINGER_BYTES = 4 << 20;
    private static final long NEVER = Long.MAX_VALUE;

    private final HttpServer server;
    private final Channel channel;
    private final ArrayDeque<Object> pipelined = new ArrayDeque<>(4);
    private final ReentrantLock writableLock = new ReentrantLock();
    private final Condition writable = writableLock.newCondition();

    private @Nullable HttpExchange exchange;
    /** The current exchange's body is still to come, in part at least. */
    private boolean receiving;
    private boolean keepAlive;
    private boolean responseEnded;
    private boolean inputEnded;
    /** Whatever comes in is thrown away: the connection ends. */
    private boolean discarding;
    private int discardedBytes;
    /** No byte of a next request has come. */
    private boolean betweenRequests;
    private long deadlineNanos = NEVER;
    private @Nullable Future<?> timer;
    private long timerNanos;

    HttpConnection(HttpServer server, Channel channel) {
        this.server = server;
        this.channel = channel;
    }

    SocketAddress remoteAddress() {
        return channel.remoteAddress();
    }

    SocketAddress localAddress() {
        return channel.localAddress();
    }

    boolean secure() {
        return channel.pipeline().get(SslHandler.class) != null;
    }

    // ---- coming in ----

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        deadline(server.limits().headTimeout());
        ctx.read();
    }

    /** Bytes came in, before anything could be made of them. */
    void bytesArrived() {
        if (betweenRequests) {
            betweenRequests = false;
            deadline(server.limits().headTimeout());
        } else if (receiving) {
            deadline(server.limits().stallTimeout());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (discarding) {
            discard(message);
        } else if (exchange != null && !receiving) {
            pipelined.add(message);
        } else {
            accept(message);
        }
    }

    private void discard(Object message) {
        discardedBytes += message instanceof HttpContent content ? content.content().readableBytes() : 0;
        ReferenceCountUtil.release(message);
        if (discardedBytes > LINGER_BYTES) {
            channel.close();
        }
    }

    private void accept(Object message) {
        HttpExchange current = exchange;
        if (current != null && message instanceof HttpContent content) {
            takeContent(current, content);
        } else if (message instanceof HttpRequest request) {
            begin(request);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(HttpRequest request) {
        HttpExchange next = new HttpExchange(this, request);
        exchange = next;
        receiving = true;
        responseEnded = false;
        betweenRequests = false;
        keepAlive = HttpUtil.isKeepAlive(request);
        deadline(server.limits().stallTimeout());
        HttpFailure failure = failureOf(request.decoderResult());
        if (failure != null) {
            ReferenceCountUtil.release(request);
            brokenInput(next, failure);
        }
        server.run(this, next, failure);
    }

    private void takeContent(HttpExchange current, HttpContent content) {
        HttpFailure failure = failureOf(content.decoderResult());
        if (failure != null) {
            content.release();
            brokenInput(current, failure);
            return;
        }
        current.incoming().offer(content.content());
        if (content instanceof LastHttpContent) {
            receiving = false;
            deadlineNanos = NEVER;
            current.incoming().end();
        }
    }

    /** What follows on this connection cannot be understood. */
    private void brokenInput(HttpExchange current, HttpFailure failure) {
        receiving = false;
        keepAlive = false;
        discarding = true;
        deadlineNanos = NEVER;
        current.incoming().fail(failure);
    }

    private static @Nullable HttpFailure failureOf(DecoderResult result) {
        if (result.isSuccess()) {
            return null;
        }
        Throwable cause = result.cause();
        if (cause instanceof TooLongHttpLineException) {
            return new HttpFailure(414, HttpFailure.BAD_REQUEST, "the request line is too long");
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return new HttpFailure(431, HttpFailure.BAD_REQUEST, "the request's headers are too long");
        }
        return new HttpFailure(400, HttpFailure.BAD_REQUEST, "this is not an HTTP request: " + cause.getMessage());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        readMore();
    }

    private void readMore() {
        if (inputEnded || discarding) {
            return;
        }
        HttpExchange current = exchange;
        boolean wanted = (current != null && receiving) ? current.incoming().wantsMore() : pipelined.isEmpty();
        if (wanted && (current != null || channel.isWritable())) {
            channel.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            HttpExchange current = exchange;
            if (current == null || discarding) {
                channel.close();
                return;
            }
            keepAlive = false;
            current.incoming().fail(new HttpFailure(400, HttpFailure.BAD_REQUEST, "the body ends too early"));
            current.clientGone();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        discarding = true;
        server.ended(this);
        pipelined.forEach(ReferenceCountUtil::release);
        pipelined.clear();
        HttpExchange current = exchange;
        if (current != null) {
            current.incoming().fail(new HttpFailure(400, HttpFailure.BAD_REQUEST, "the client is gone"));
            current.clientGone();
        }
        Future<?> running = timer;
        if (running != null) {
            running.cancel(false);
        }
        signalWritable();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (channel.isWritable()) {
            signalWritable();
            advance();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A broken connection or a failed TLS handshake: nobody is left to be told. channelInactive tidies up.
        ctx.close();
    }

    // ---- time ----

    private void deadline(Duration fromNow) {
        deadlineNanos = System.nanoTime() + fromNow.toNanos();
        Future<?> running = timer;
        if (running != null && timerNanos - deadlineNanos <= 0) {
            return;
        }
        if (running != null) {
            running.cancel(false);
        }
        timerNanos = deadlineNanos;
        timer = channel.eventLoop().schedule(this::look, fromNow.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** The timer is not moved back at every request: it looks, and comes again if the deadline is later by now. */
    private void look() {
        timer = null;
        if (deadlineNanos == NEVER || !channel.isActive()) {
            return;
        }
        long left = deadlineNanos - System.nanoTime();
        if (left > 0) {
            deadline(Duration.ofNanos(left));
            return;
        }
        HttpExchange current = exchange;
        if (current == null || discarding) {
            channel.close();
        } else if (receiving && !current.incoming().wantsMore()) {
            deadline(server.limits().stallTimeout()); // we do not read, so the client cannot send
        } else if (receiving) {
            brokenInput(current, new HttpFailure(408, HttpFailure.TOO_SLOW, "the body did not come in time"));
        }
    }

    // ---- from one request to the next ----

    private void finished(HttpExchange ended) {
        if (exchange != ended || !channel.isActive()) {
            ended.incoming().drop();
            return;
        }
        ended.incoming().drop();
        if (!responseEnded) {
            channel.close();
        } else if (!keepAlive) {
            closeAfterResponse();
        } else {
            exchange = null;
            betweenRequests = true;
            deadline(server.limits().idleTimeout());
            advance();
        }
    }

    private void advance() {
        while (!pipelined.isEmpty() && !discarding && ((exchange == null && channel.isWritable()) || receiving)) {
            accept(pipelined.remove());
        }
        readMore();
    }

    /**
     * Closing while unread bytes are in the receive buffer would reset the connection and could take the response with
     * it: so the output is ended first and what comes in is thrown away for a moment.
     */
    private void closeAfterResponse() {
        boolean unread = receiving || discarding;
        receiving = false;
        discarding = true;
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFutureListener) _ -> {
            if (unread && !inputEnded && !secure() && channel instanceof DuplexChannel duplex) {
                deadline(LINGER);
                duplex.shutdownOutput();
                channel.config().setAutoRead(true);
            } else {
                channel.close();
            }
        });
    }

    /** The server ends: an idle connection closes at once, a busy one after its response. */
    void drain() {
        onLoop(() -> {
            HttpExchange current = exchange;
            if (current == null) {
                channel.close();
            } else {
                keepAlive = false;
                current.serverDrains();
            }
        });
    }

    // ---- handler's thread ----

    /** False: the loop's thread has ended, and with it every connection; there is nobody left to be answered. */
    private boolean onLoop(Runnable task) {
        try {
            channel.eventLoop().execute(task);
            return true;
        } catch (RejectedExecutionException ended) {
            return false;
        }
    }

    void bodyHasRoom() {
        onLoop(this::readMore);
    }

    void sendContinue() {
        channel.writeAndFlush(
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }

    void sendFull(HttpExchange of, int status, String contentType, byte[] bytes) {
        onLoop(() -> {
            DefaultFullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1,
                    HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(bytes));
            fillHead(of, response, contentType);
            if (status >= 200 && status != 204 && status != 304) {
                response.headers().set(HttpHeaderNames.CONTENT_LENGTH, bytes.length);
            }
            responseEnded = true;
            channel.writeAndFlush(response, channel.voidPromise());
        });
    }

    void beginContent(HttpExchange of, int status, String contentType) {
        onLoop(() -> {
            HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
            if (of.request().protocolVersion().isKeepAliveDefault()) {
                HttpUtil.setTransferEncodingChunked(response, true);
            } else {
                keepAlive = false;
            }
            fillHead(of, response, contentType);
            channel.writeAndFlush(response, channel.voidPromise());
        });
    }

    private void fillHead(HttpExchange of, HttpResponse response, String contentType) {
        HttpHeaders headers = response.headers();
        headers.set(HttpHeaderNames.DATE, server.date());
        if (!contentType.isEmpty()) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, contentType);
        }
        of.copyHeaders(headers);
        if (!keepAlive || receiving || server.isClosing()) {
            keepAlive = false;
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (!of.request().protocolVersion().isKeepAliveDefault()) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
    }

    void writeContent(ByteBuf content) {
        channel.writeAndFlush(new DefaultHttpContent(content), channel.voidPromise());
    }

    void endContent() {
        onLoop(() -> {
            responseEnded = true;
            channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT, channel.voidPromise());
        });
    }

    /** Waits until the client has taken most of what was written; fails when it is gone or takes nothing for too long. */
    void awaitWritable() throws IOException {
        if (channel.isActive() && channel.isWritable()) {
            return;
        }
        writableLock.lock();
        try {
            long left = server.limits().stallTimeout().toNanos();
            while (channel.isActive() && !channel.isWritable()) {
                if (left <= 0) {
                    channel.close();
                    throw new IOException("the client took nothing for " + server.limits().stallTimeout());
                }
                left = writable.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the client", e);
        } finally {
            writableLock.unlock();
        }
        if (!channel.isActive()) {
            throw new IOException("the client is gone");
        }
    }

    private void signalWritable() {
        writableLock.lock();
        try {
            writable.signalAll();
        } finally {
            writableLock.unlock();
        }
    }

    boolean isActive() {
        return channel.isActive();
    }

    void abort() {
        channel.close();
    }

    void handlerReturned(HttpExchange ended) {
        if (!onLoop(() -> finished(ended))) {
            ended.incoming().drop();
        }
    }
}
