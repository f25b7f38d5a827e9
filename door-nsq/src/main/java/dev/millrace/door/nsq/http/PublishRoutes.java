package dev.millrace.door.nsq.http;

import dev.millrace.core.shard.Outcome;
import dev.millrace.core.shard.TopicRef;
import dev.millrace.door.nsq.options.NsqdOptions;
import dev.millrace.door.nsq.tcp.Hub;
import dev.millrace.door.nsq.tcp.TopicStarter;
import dev.millrace.door.nsq.wire.DecoderLimits;
import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.HttpFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;

/** {@code /pub} and {@code /mpub}. */
final class PublishRoutes {
    /** Bodies of all requests together, in memory at a time. */
    private static final int BODIES_KIB = 64 << 10;

    private final Hub hub;
    private final NsqdOptions.Limits limits;
    private final Publisher publisher;
    private final Semaphore room = new Semaphore(BODIES_KIB, true);

    PublishRoutes(Hub hub, Publisher publisher) {
        this.hub = hub;
        this.limits = hub.limits();
        this.publisher = publisher;
    }

    /** Size and emptiness are looked at before the topic: so does nsqd. */
    void publish(HttpExchange exchange) throws IOException, InterruptedException {
        int held = takeRoom(exchange, limits.maxMsgBytes(), "MSG_TOO_BIG");
        try {
            byte[] body = body(exchange, limits.maxMsgBytes(), "MSG_TOO_BIG");
            if (body.length == 0) {
                throw Failure.of(400, "MSG_EMPTY");
            }
            TopicRef topic = hub.topic(Arguments.topic(exchange));
            long delayMillis = delayMillis(exchange);
            ByteBuffer message = ByteBuffer.allocate(Integer.BYTES + body.length).putInt(body.length).put(body);
            start(topic);
            answer(exchange, topic, delayMillis > 0
                    ? publisher.defer(topic, message, delayMillis)
                    : publisher.publish(topic, message, 1));
        } finally {
            room.release(held);
        }
    }

    private long delayMillis(HttpExchange exchange) {
        String text = exchange.query("defer");
        if (text == null) {
            return 0;
        }
        try {
            long delayMillis = Long.parseLong(text);
            if (delayMillis >= 0 && delayMillis <= limits.maxReqTimeoutMillis()) {
                return delayMillis;
            }
        } catch (NumberFormatException e) {
            throw new HttpFailure(400, "INVALID_DEFER", "defer=" + text, e);
        }
        throw Failure.of(400, "INVALID_DEFER");
    }

    void publishMany(HttpExchange exchange) throws IOException, InterruptedException {
        int held = takeRoom(exchange, limits.maxBodyBytes(), "BODY_TOO_BIG");
        try {
            TopicRef topic = hub.topic(Arguments.topic(exchange));
            boolean binary = isBinary(exchange);
            byte[] bytes = body(exchange, limits.maxBodyBytes(), "BODY_TOO_BIG");
            MpubBody body = binary
                    ? MpubBody.ofBinary(bytes, new DecoderLimits(limits.maxMsgBytes(), limits.maxBodyBytes(), 0))
                    : MpubBody.ofLines(bytes, limits.maxMsgBytes());
            start(topic);
            if (body.count() == 0) {
                hub.broker().createTopic(topic.name()).join();
                Answer.ok(exchange);
            } else {
                answer(exchange, topic, publisher.publish(topic, body.messages(), body.count()));
            }
        } finally {
            room.release(held);
        }
    }

    /** Any value but the four that are understood counts as true. */
    private static boolean isBinary(HttpExchange exchange) {
        String binary = exchange.query("binary");
        return binary != null && !"false".equals(binary) && !"0".equals(binary);
    }

    private int takeRoom(HttpExchange exchange, int maxBytes, String code) throws InterruptedException {
        long declared = exchange.contentLength();
        if (declared > maxBytes) {
            throw Failure.of(413, code);
        }
        int kib = (int) ((declared < 0 ? maxBytes : declared) >> 10) + 1;
        int wanted = Math.min(kib, BODIES_KIB);
        room.acquire(wanted);
        return wanted;
    }

    private static byte[] body(HttpExchange exchange, int maxBytes, String code) throws IOException {
        try {
            return exchange.bodyBytes(maxBytes);
        } catch (HttpFailure e) {
            throw e.code().equals(HttpFailure.BODY_TOO_LARGE) ? Failure.of(413, code) : e;
        }
    }

    private void start(TopicRef topic) {
        TopicStarter starter = hub.starter();
        if (starter != null && !starter.isStarted(topic.name())) {
            starter.start(topic.name()).join();
        }
    }

    private void answer(HttpExchange exchange, TopicRef topic, CompletableFuture<Byte> publish) {
        byte outcome;
        try {
            outcome = publish.join();
        } catch (CompletionException e) {
            throw new HttpFailure(503, "EXITING", "the outcome is unknown", e);
        }
        switch (outcome) {
            case Outcome.OK -> Answer.ok(exchange);
            case Outcome.NO_ROOM -> throw Failure.of(507, "NO_ROOM: " + hub.broker().noRoom(topic.shard()));
            case Outcome.NOT_FOUND -> throw Failure.of(503, "EXITING");
            default -> throw Outcome.limit(outcome).isEmpty() ? Failure.of(500, "INTERNAL_ERROR")
                    : Failure.of(503, "LIMIT_REACHED: " + Outcome.limit(outcome));
        }
    }
}
