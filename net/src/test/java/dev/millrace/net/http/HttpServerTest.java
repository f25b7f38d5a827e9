package dev.millrace.net.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.net.EventLoops;
import dev.millrace.net.ListenAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpServerTest {
    private static final ErrorWriter ERRORS = (exchange, failure) -> exchange.send(failure.status(), "text/plain",
            failure.code() + ": " + failure.getMessage());
    private static final String TEXT = "text/plain";
    private static final int MIB = 1 << 20;

    private final EventLoops loops = EventLoops.open("http-test", 2);
    private final Router router = new Router();
    private HttpLimits limits = HttpLimits.DEFAULT;
    private @Nullable HttpServer server;

    private RawClient start() throws IOException {
        if (server == null) {
            server = HttpServer.builder(loops, router, ERRORS)
                    .limits(limits)
                    .start(ListenAddress.parse("127.0.0.1:0"));
        }
        return RawClient.to(server);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
        loops.close();
    }

    private static <T> T soon(CompletableFuture<T> future)
            throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(30, TimeUnit.SECONDS);
    }

    @Test
    void get_answersWithBodyTypeDate_keepsTheConnection() throws IOException {
        router.add("GET", "/hello/{name}",
                x -> x.send(200, TEXT,
                        x.method() + " " + x.parameter("name") + " " + x.query("q") + " " + x.query("no")));
        try (RawClient client = start()) {
            for (int i = 0; i < 3; i++) {
                RawClient.Response response = client.request("GET", "/hello/a%20b?q=1+2&q=3").response();
                assertThat(response.status()).isEqualTo(200);
                assertThat(response.body()).isEqualTo("GET a b 1 2 null");
                assertThat(response.header("content-type")).isEqualTo(TEXT);
                assertThat(response.header("date")).endsWith("GMT");
                assertThat(response.header("connection")).isEmpty();
            }
        }
    }

    @Test
    void head_hasTheHeadersOfGet_noBody() throws IOException {
        router.add("GET", "/x", x -> x.send(200, TEXT, "12345"));
        try (RawClient client = start()) {
            RawClient.Response response = client.request("HEAD", "/x").response(false);
            assertThat(response.header("content-length")).isEqualTo("5");
            assertThat(client.request("GET", "/x").response().body()).isEqualTo("12345");
        }
    }

    @Test
    void pipelinedRequests_areAnsweredInOrder() throws IOException {
        router.add("POST", "/echo", x -> x.send(200, TEXT, x.bodyBytes(100)));
        try (RawClient client = start()) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                String body = "n" + i;
                all.append("POST /echo HTTP/1.1\r\nContent-Length: ")
                        .append(body.length())
                        .append("\r\n\r\n")
                        .append(body);
            }
            client.send(all.toString());
            for (int i = 0; i < 200; i++) {
                assertThat(client.response().body()).isEqualTo("n" + i);
            }
        }
    }

    @Test
    void http10_closesUnlessKeepAliveIsAsked() throws IOException {
        router.add("GET", "/x", x -> x.send(200, TEXT, "1"));
        try (RawClient client = start()) {
            client.send("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            assertThat(client.response().header("connection")).isEqualTo("keep-alive");
            client.send("GET /x HTTP/1.0\r\n\r\n");
            assertThat(client.response().header("connection")).isEqualTo("close");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void unknownPathAndMethod_goToTheErrorWriter_connectionStays() throws IOException {
        router.add("GET", "/x", x -> x.send(200));
        try (RawClient client = start()) {
            RawClient.Response missing = client.request("POST", "/nope", "some body").response();
            assertThat(missing.status()).isEqualTo(404);
            assertThat(missing.body()).startsWith("NO_ROUTE");
            RawClient.Response method = client.request("DELETE", "/x").response();
            assertThat(method.status()).isEqualTo(405);
            assertThat(method.header("allow")).isEqualTo("GET, HEAD");
            assertThat(client.request("GET", "/x").response().status()).isEqualTo(200);
        }
    }

    @Test
    void handlerThrows_is500WithTheCauseForTheWriter() throws IOException {
        router.add("GET", "/x", _ -> {
            throw new IllegalStateException("secret");
        });
        router.add("GET", "/nothing", _ -> {});
        try (RawClient client = start()) {
            RawClient.Response response = client.request("GET", "/x").response();
            assertThat(response.status()).isEqualTo(500);
            assertThat(response.body()).startsWith("INTERNAL").doesNotContain("secret");
            assertThat(client.request("GET", "/nothing").response().status()).isEqualTo(500);
        }
    }

    @Test
    void garbage_isAnsweredWithAnHttpStatusLine_thenClosed() throws IOException {
        for (String garbage : List.of("  V2IDENTIFY\n\0\0\0\2{}", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\n",
                "GET\r\n\r\n", "hello world\n\n",
                "GET /x HTTP/x.y\r\n\r\n", "GET /x HTTP/1.1\r\nbroken header\r\n\r\n")) {
            try (RawClient client = start()) {
                client.send(garbage);
                assertThat(client.line()).as("answer to %s", garbage).startsWith("HTTP/1.1 400 ");
            }
        }
    }

    @Test
    void tooLongLineOrHeaders_are414And431() throws IOException {
        router.add("GET", "/x", x -> x.send(200));
        try (RawClient client = start()) {
            assertThat(client.request("GET", "/x?" + "a".repeat(20_000)).response().status()).isEqualTo(414);
            assertThat(client.isClosedByServer()).isTrue();
        }
        try (RawClient client = start()) {
            client.send("GET /x HTTP/1.1\r\nA: " + "a".repeat(20_000) + "\r\n\r\n");
            assertThat(client.response().status()).isEqualTo(431);
        }
    }

    @Test
    void body_overTheLimit_is413_whetherDeclaredOrChunked() throws IOException {
        router.add("POST", "/x", x -> x.send(200, TEXT, "" + x.bodyBytes(10).length));
        try (RawClient client = start()) {
            assertThat(client.request("POST", "/x", "0123456789").response().body()).isEqualTo("10");
            assertThat(client.request("POST", "/x", "0123456789a").response().status()).isEqualTo(413);
            client.send("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n6\r\n56789a\r\n0\r\n\r\n");
            assertThat(client.response().status()).isEqualTo(413);
        }
    }

    @Test
    void body_refusedWhileItIsStillComing_responseArrivesAllTheSame() throws IOException {
        router.add("POST", "/x", x -> x.send(200, TEXT, x.bodyBytes(10)));
        try (RawClient client = start()) {
            client.send("POST /x HTTP/1.1\r\nContent-Length: 100000000\r\n\r\n" + "a".repeat(MIB / 2));
            RawClient.Response response = client.response();
            assertThat(response.status()).isEqualTo(413);
            assertThat(response.header("connection")).isEqualTo("close");
            try {
                for (int i = 0; i < 1_000; i++) {
                    client.send("a".repeat(MIB));
                }
            } catch (SocketException closed) {
                return;
            }
            throw new AssertionError("the server took a gigabyte that nobody wants");
        }
    }

    @Test
    void body_expectContinue_isAskedForWhenTheHandlerReads() throws IOException {
        router.add("POST", "/x", x -> x.send(200, TEXT, x.bodyBytes(10)));
        try (RawClient client = start()) {
            client.send("POST /x HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.response().status()).isEqualTo(100);
            client.send("abc");
            assertThat(client.response().body()).isEqualTo("abc");
            client.send("POST /x HTTP/1.1\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.response().status()).isEqualTo(413);
        }
    }

    @Test
    void body_ofManyMegabytes_streamsThroughBoundedMemory() throws Exception {
        int size = 64 * MIB;
        CountDownLatch goOn = new CountDownLatch(1);
        router.add("POST", "/sum", x -> {
            goOn.await();
            long sum = 0;
            try (InputStream in = x.body(size)) {
                byte[] buffer = new byte[8192];
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    sum += n;
                }
            }
            x.send(200, TEXT, "" + sum);
        });
        try (RawClient client = start()) {
            CompletableFuture<Long> sentBeforeRead = new CompletableFuture<>();
            AtomicLong sent = new AtomicLong();
            Thread sender = Thread.ofPlatform().start(() -> {
                try {
                    client.send("POST /sum HTTP/1.1\r\nContent-Length: " + size + "\r\n\r\n");
                    String piece = "a".repeat(MIB);
                    for (int i = 0; i < size / MIB; i++) {
                        client.send(piece);
                        sent.incrementAndGet();
                    }
                } catch (IOException e) {
                    sentBeforeRead.completeExceptionally(e);
                }
            });
            // The sender comes to rest in a full socket: state WAITING or RUNNABLE in a native write, so watch progress.
            long before = -1;
            while (sent.get() != before) {
                before = sent.get();
                sender.join(300);
            }
            assertThat(before).as("MiB that the server took although nobody read").isLessThan(size / MIB);
            goOn.countDown();
            assertThat(client.response().body()).isEqualTo("" + size);
            sender.join();
        }
    }

    @Test
    void body_thatStops_is408() throws IOException {
        limits = new HttpLimits(10, 1000, 1000, Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofMillis(50));
        router.add("POST", "/x", x -> x.send(200, TEXT, x.bodyBytes(10)));
        try (RawClient client = start()) {
            client.send("POST /x HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
            assertThat(client.response().status()).isEqualTo(408);
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void body_thatEndsTooEarly_is400() throws IOException {
        router.add("POST", "/x", x -> x.send(200, TEXT, x.bodyBytes(10)));
        try (RawClient client = start()) {
            client.send("POST /x HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
            client.socket.shutdownOutput();
            assertThat(client.response().status()).isEqualTo(400);
        }
    }

    @Test
    void requestFollowedByHalfClose_isAnswered() throws IOException {
        router.add("GET", "/x", x -> x.send(200, TEXT, "here"));
        try (RawClient client = start()) {
            client.request("GET", "/x");
            client.socket.shutdownOutput();
            assertThat(client.response().body()).isEqualTo("here");
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void slowHead_andIdleConnection_areClosed() throws IOException {
        limits = new HttpLimits(10, 1000, 1000, Duration.ofMillis(50), Duration.ofMillis(50), Duration.ofSeconds(10));
        router.add("GET", "/x", x -> x.send(200, TEXT, "1"));
        try (RawClient silent = start(); RawClient slow = start(); RawClient idle = start()) {
            slow.send("GET /x HTTP/1.1\r\n");
            assertThat(idle.request("GET", "/x").response().status()).isEqualTo(200);
            assertThat(silent.isClosedByServer()).isTrue();
            assertThat(slow.isClosedByServer()).isTrue();
            assertThat(idle.isClosedByServer()).isTrue();
        }
    }

    @Test
    void connectionsOverTheLimit_get503() throws IOException {
        limits = new HttpLimits(1, 1000, 1000, Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(10));
        router.add("GET", "/x", x -> x.send(200, TEXT, "1"));
        try (RawClient first = start()) {
            assertThat(first.request("GET", "/x").response().status()).isEqualTo(200);
            try (RawClient second = start()) {
                assertThat(second.response().status()).isEqualTo(503);
                assertThat(second.isClosedByServer()).isTrue();
            }
            assertThat(first.request("GET", "/x").response().status()).isEqualTo(200);
        }
    }

    @Test
    void stream_piecesArriveAsTheyAreWritten() throws Exception {
        CompletableFuture<Void> second = new CompletableFuture<>();
        router.add("GET", "/events", x -> {
            try (BodyWriter out = x.stream(200, "text/event-stream")) {
                out.write("one\n".getBytes(UTF_8));
                soon(second);
                out.write("two\n".getBytes(UTF_8));
            }
        });
        try (RawClient client = start()) {
            client.request("GET", "/events");
            while (!client.line().isEmpty()) {
                // headers
            }
            assertThat(client.line()).isEqualTo("4");
            assertThat(client.line()).isEqualTo("one");
            second.complete(null);
            client.line();
            assertThat(client.line()).isEqualTo("4");
            assertThat(client.line()).isEqualTo("two");
            client.line();
            assertThat(client.line()).isEqualTo("0");
            client.line();
            client.request("HEAD", "/events");
            assertThat(client.response(false).status()).isEqualTo(200);
            assertThat(client.request("GET", "/events").response().body()).isEqualTo("one\ntwo\n");
        }
    }

    @Test
    void stream_clientThatTakesNothing_isGivenUp_writerFails() throws Exception {
        limits = new HttpLimits(10, 1000, 1000, Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofMillis(100));
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        router.add("GET", "/flood", x -> {
            byte[] piece = new byte[64 << 10];
            try (BodyWriter out = x.stream(200, TEXT)) {
                for (int i = 0; i < 16_384; i++) {
                    out.write(piece);
                }
            } catch (IOException e) {
                failure.complete(e);
                throw e;
            }
            failure.complete(new AssertionError("a gigabyte went into a socket that nobody reads"));
        });
        try (RawClient client = start()) {
            client.request("GET", "/flood");
            assertThat(soon(failure)).isInstanceOf(IOException.class).hasMessageContaining("took nothing");
        }
    }

    @Test
    void onDisconnect_isCalledWhileTheHandlerWaits() throws Exception {
        CompletableFuture<String> gone = new CompletableFuture<>();
        CompletableFuture<Void> waiting = new CompletableFuture<>();
        router.add("GET", "/wait", x -> {
            CompletableFuture<Void> signal = new CompletableFuture<>();
            x.onDisconnect(() -> signal.complete(null));
            waiting.complete(null);
            soon(signal);
            gone.complete("told");
            x.send(200);
        });
        try (RawClient client = start()) {
            client.request("GET", "/wait");
            soon(waiting);
        }
        assertThat(soon(gone)).isEqualTo("told");
    }

    @Test
    void close_letsARequestUnderWayEnd_closesIdleOnesAtOnce() throws Exception {
        CompletableFuture<Void> begun = new CompletableFuture<>();
        router.add("GET", "/wait", x -> {
            CompletableFuture<Void> drain = new CompletableFuture<>();
            x.onDrain(() -> drain.complete(null));
            begun.complete(null);
            soon(drain);
            x.send(200, TEXT, "ended early");
        });
        try (RawClient busy = start(); RawClient idle = start()) {
            busy.request("GET", "/wait");
            soon(begun);
            HttpServer running = Objects.requireNonNull(server);
            running.close(Duration.ofSeconds(30));
            RawClient.Response response = busy.response();
            assertThat(response.body()).isEqualTo("ended early");
            assertThat(response.header("connection")).isEqualTo("close");
            assertThat(busy.isClosedByServer()).isTrue();
            assertThat(idle.isClosedByServer()).isTrue();
            assertThat(running.connections()).isZero();
        }
    }

    @Test
    void before_runsForEveryRequest_mayRefuse() throws IOException {
        router.add("GET", "/x", x -> x.send(200));
        server = HttpServer.builder(loops, router, ERRORS).before(x -> {
            x.responseHeader("X-Server", "here");
            if (x.header("host") == null) {
                throw new HttpFailure(421, "HOST", "no host");
            }
        }).start(ListenAddress.parse("127.0.0.1:0"));
        try (RawClient client = start()) {
            assertThat(client.request("GET", "/x").response().header("x-server")).isEqualTo("here");
            assertThat(client.request("GET", "/nope").response().header("x-server")).isEqualTo("here");
            assertThat(client.send("GET /x HTTP/1.1\r\n\r\n").response().status()).isEqualTo(421);
        }
    }

    @Test
    void handlerThatOutlivesTheServersThreads_endsQuietly() throws Exception {
        CompletableFuture<Thread> running = new CompletableFuture<>();
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        router.add("POST", "/slow", x -> {
            Thread.currentThread().setUncaughtExceptionHandler((_, e) -> thrown.complete(e));
            running.complete(Thread.currentThread());
            goOn.await();
            x.send(200, TEXT, "late");
        });
        try (RawClient client = start()) {
            client.request("POST", "/slow", "body");
            Thread handler = soon(running);
            Objects.requireNonNull(server).close(Duration.ZERO);
            loops.close();
            goOn.countDown();
            handler.join();
        }
        assertThat(thrown.getNow(new Throwable("nothing was thrown"))).hasMessage("nothing was thrown");
    }
}
