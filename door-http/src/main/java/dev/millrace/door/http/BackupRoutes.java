package dev.millrace.door.http;

import dev.millrace.net.http.HttpExchange;
import dev.millrace.net.http.Router;
import dev.millrace.node.Broker;
import dev.millrace.node.BrokerException;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Copies of the data, made while the server runs. */
final class BackupRoutes {
    private static final int MAX_BODY_BYTES = 64 << 10;

    private final Broker broker;
    private final Access access;

    BackupRoutes(Broker broker, Access access) {
        this.broker = broker;
        this.access = access;
    }

    void addTo(Router router) {
        // It reads everything and writes where it is told to.
        router.add("POST", "/api/v1/backup", access.withToken(this::backup));
    }

    /** On the request's own thread, however long it takes. */
    private void backup(HttpExchange exchange) throws IOException {
        JsonInput input = JsonInput.of(exchange, MAX_BODY_BYTES);
        Path folder = folder(input);
        input.end();
        try {
            long bytes = broker.backup(folder);
            Json.send(exchange, 200, Json.object().put("shards", broker.shardCount()).put("bytes", bytes));
        } catch (BrokerException e) {
            throw Problems.of(e);
        }
    }

    private static Path folder(JsonInput input) {
        String text = input.text("folder");
        try {
            Path folder = Path.of(text);
            if (folder.isAbsolute()) {
                return folder.normalize();
            }
        } catch (InvalidPathException e) {
            throw input.refuse("folder", "is no path: " + e.getMessage());
        }
        throw input.refuse("folder", "must be an absolute path on the server's machine");
    }
}
