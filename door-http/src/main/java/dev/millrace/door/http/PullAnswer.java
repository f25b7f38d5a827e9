package dev.millrace.door.http;

import dev.millrace.core.message.MessageView;
import dev.millrace.core.shard.Delivery;
import dev.millrace.net.http.BodyWriter;
import dev.millrace.net.http.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes what a pull got: {@code {"messages":[...]}}, or {@code tasks}. A small answer goes out whole; a large one streams, each
 * body being read from the log when the client can take it.
 */
final class PullAnswer implements AutoCloseable {
    private static final int WHOLE_BYTES = 256 << 10;

    private final PullPlace place;
    private final HttpExchange exchange;
    private final boolean alwaysBase64;
    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream();
    private @Nullable BodyWriter stream;
    private boolean any;

    PullAnswer(PullPlace place, HttpExchange exchange, boolean alwaysBase64) {
        this.place = place;
        this.exchange = exchange;
        this.alwaysBase64 = alwaysBase64;
        ascii("{\"" + place.member() + "\":[");
    }

    void send(Puller puller, List<Delivery> deliveries) throws IOException {
        MessageView view = new MessageView();
        for (Delivery delivery : deliveries) {
            while (next(puller, delivery, view)) {
                add(place.json(view, alwaysBase64));
            }
        }
        ascii("]}");
        BodyWriter out = stream;
        if (out == null) {
            exchange.send(200, Json.TYPE, buffer.toByteArray());
        } else {
            flush(out);
        }
    }

    /** Waits for the log where it must; false at the end. */
    static boolean next(Puller puller, Delivery delivery, MessageView view) {
        for (;;) {
            switch (delivery.next(view)) {
                case Delivery.READY -> {
                    return true;
                }
                case Delivery.LOAD -> {
                    CompletableFuture<Boolean> loaded = new CompletableFuture<>();
                    delivery.load(() -> loaded.complete(true));
                    puller.await(loaded);
                }
                default -> {
                    return false;
                }
            }
        }
    }

    private void add(ObjectNode message) throws IOException {
        if (any) {
            ascii(",");
        }
        any = true;
        buffer.writeBytes(Json.bytes(message));
        if (buffer.size() >= WHOLE_BYTES) {
            BodyWriter out = stream;
            if (out == null) {
                out = exchange.stream(200, Json.TYPE);
                stream = out;
            }
            flush(out);
        }
    }

    private void flush(BodyWriter out) throws IOException {
        out.write(buffer.toByteArray());
        buffer.reset();
    }

    private void ascii(String text) {
        buffer.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() {
        BodyWriter out = stream;
        if (out != null) {
            out.close();
        }
    }
}
