package dev.millrace.bench.e2e.load;

import dev.millrace.bench.e2e.nsq.MessageSink;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How the tool speaks to a kind of server. What it returns has connections of its own, which end when it is closed.
 *
 * <p>Thread-safety: any thread.
 */
public interface Client {
    /** The group; a channel of NSQ. */
    String GROUP = "bench";

    /**
     * What is published.
     *
     * @param batch messages that go out together
     * @param windowMessages the most messages without an answer
     */
    record Stream(String topic, int bodyBytes, int batch, int windowMessages) {}

    /** Makes a topic and a group of it, which gets every message from the first on. */
    void create(String topic) throws IOException;

    Sending sending(Stream stream) throws IOException;

    Pacing pacing(String topic, int bodyBytes) throws IOException;

    /**
     * Consumes for the group and acknowledges each message.
     *
     * @param inFlight the most messages without an acknowledgement
     * @param sink sees every message, if there is one; the server is then asked not to hold messages back
     */
    Load consume(String topic, int inFlight, @Nullable MessageSink sink) throws IOException;

    /** Deletes what {@link #create} made. */
    void delete(String topic) throws IOException;
}
