package dev.millrace.net.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response.
 *
 * <p>
 * Thread safety: used by the request's own thread; only {@link #onDisconnect} and {@link #onDrain} call back from
 * elsewhere.
 */
public final class HttpExchange {
    private final HttpConnection connection;
    private final HttpRequest request;
    private final String path;
    private final String rawQuery;
    private final RequestBody body;
    private final List<String[]> responseHeaders = new ArrayList<>(2);
    private Map<String, String> parameters = Map.of();
    private @Nullable Map<String, List<String>> query;
    private boolean responded;
    private boolean continueSent;

    private final Signal disconnect = new Signal();
    private final Signal drain = new Signal();

    HttpExchange(HttpConnection connection, HttpRequest request) {
        this.connection = connection;
        this.request = request;
        String target = request.uri();
        if (!target.startsWith("/")) {
            target = withoutAuthority(target);
        }
        int mark = target.indexOf('?');
        path = mark < 0 ? target : target.substring(0, mark);
        rawQuery = mark < 0 ? "" : target.substring(mark + 1);
        body = new RequestBody(connection::bodyHasRoom);
    }

    /** A proxy's form of the target, {@code http://host/path}, means the same as {@code /path}. */
    private static String withoutAuthority(String target) {
        int scheme = target.indexOf("://");
        if (scheme < 0) {
            return target;
        }
        int slash = target.indexOf('/', scheme + 3);
        return slash < 0 ? "/" : target.substring(slash);
    }

    // ---- request ----

    public String method() {
        return request.method().name();
    }

    /** As it was sent, escapes included, without the query. */
    public String path() {
        return path;
    }

    /** The path's parameter of this name, decoded; the route must have it. */
    public String parameter(String name) {
        String value = parameters.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the route has no parameter {" + name + "}");
        }
        return value;
    }

    /** The query's first parameter of this name, or null. A malformed query is an {@link HttpFailure} 400. */
    public @Nullable String query(String name) {
        List<String> values = query().get(name);
        return values == null ? null : values.getFirst();
    }

    /** All query parameters in order. A malformed query is an {@link HttpFailure} 400. */
    public Map<String, List<String>> query() {
        Map<String, List<String>> parsed = query;
        if (parsed == null) {
            parsed = Percent.query(rawQuery);
            query = parsed;
        }
        return parsed;
    }

    /** The request's first header of this name (any case), or null. */
    public @Nullable String header(String name) {
        return request.headers().get(name);
    }

    /** All values of the request's header. */
    public List<String> headers(String name) {
        return request.headers().getAll(name);
    }

    /** Who is at the other end; for a unix socket what the system says of it. */
    public SocketAddress remoteAddress() {
        return connection.remoteAddress();
    }

    /** The address of this machine that the client came to. */
    public SocketAddress localAddress() {
        return connection.localAddress();
    }

    /** Whether the request came over TLS. */
    public boolean secure() {
        return connection.secure();
    }

    /** What the client declared, or -1. */
    public long contentLength() {
        return HttpUtil.getContentLength(request, -1L);
    }

    /**
     * The body as it comes. Reading more than {@code maxBytes}, or declaring more, is an {@link HttpFailure} 413.
     */
    public InputStream body(long maxBytes) {
        if (contentLength() > maxBytes) {
            throw RequestBody.tooLarge(maxBytes);
        }
        if (!continueSent && HttpUtil.is100ContinueExpected(request)) {
            continueSent = true;
            connection.sendContinue();
        }
        body.limit(maxBytes);
        return body;
    }

    /** The whole body; see {@link #body}. */
    public byte[] bodyBytes(int maxBytes) throws IOException {
        InputStream in = body(maxBytes);
        long declared = contentLength();
        if (declared >= 0) {
            byte[] bytes = new byte[(int) declared];
            int read = in.readNBytes(bytes, 0, bytes.length);
            return read == bytes.length ? bytes : Arrays.copyOf(bytes, read);
        }
        return in.readAllBytes();
    }

    // ---- response ----

    /** Adds a header to the response that is still to be sent. */
    public HttpExchange responseHeader(String name, String value) {
        responseHeaders.add(new String[]{name, value});
        return this;
    }

    /** Responds without a body. */
    public void send(int status) {
        send(status, "", new byte[0]);
    }

    /** Responds with text as UTF-8. */
    public void send(int status, String contentType, String text) {
        send(status, contentType, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Responds; the bytes belong to the response from now on. An empty content type is left out. */
    public void send(int status, String contentType, byte[] bytes) {
        respondOnce();
        connection.sendFull(this, status, contentType, bytes);
    }

    /** Begins a response of unknown length; the writer must be closed. */
    public BodyWriter stream(int status, String contentType) {
        respondOnce();
        connection.beginContent(this, status, contentType);
        return new BodyWriter(connection, method().equals("HEAD"));
    }

    /** Whether a response was begun. */
    public boolean responded() {
        return responded;
    }

    // ---- what happens meanwhile ----

    /**
     * Runs {@code action} once when the client goes away before the response ended, at once if it is gone. It is run on
     * an event loop: hand over only.
     */
    public void onDisconnect(Runnable action) {
        disconnect.listen(action);
    }

    /** Runs {@code action} once when the server begins to close, so that a long answer ends early; else as above. */
    public void onDrain(Runnable action) {
        drain.listen(action);
    }

    // ---- the server's ----

    void parameters(Map<String, String> found) {
        parameters = found;
    }

    RequestBody incoming() {
        return body;
    }

    HttpRequest request() {
        return request;
    }

    void copyHeaders(HttpHeaders target) {
        for (String[] header : responseHeaders) {
            target.add(header[0], header[1]);
        }
    }

    void clientGone() {
        disconnect.fire();
    }

    void serverDrains() {
        drain.fire();
    }

    private void respondOnce() {
        if (responded) {
            throw new IllegalStateException("the response was sent already");
        }
        responded = true;
    }

    /** Fires once; whoever listens later is called at once. Thread-safe; actions run outside the lock. */
    private static final class Signal {
        private boolean fired;
        private List<Runnable> actions = List.of();

        void listen(Runnable action) {
            synchronized (this) {
                if (!fired) {
                    List<Runnable> more = new ArrayList<>(actions);
                    more.add(action);
                    actions = more;
                    return;
                }
            }
            action.run();
        }

        void fire() {
            List<Runnable> now;
            synchronized (this) {
                fired = true;
                now = actions;
                actions = List.of();
            }
            now.forEach(Runnable::run);
        }
    }
}
