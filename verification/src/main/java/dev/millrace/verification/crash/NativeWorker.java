package dev.millrace.verification.crash;

import dev.millrace.api.Delivery;
import dev.millrace.api.Group;
import dev.millrace.api.Millrace;
import dev.millrace.api.MillraceException.StaleLease;
import dev.millrace.api.MillraceException.UnknownOutcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A worker in a process of its own, over the native protocol: takes one message, says {@code got TEXT ATTEMPT}, waits for
 * a line of its standard input, acknowledges, says {@code acked TEXT} or {@code stale TEXT}, and ends.
 */
public final class NativeWorker {
    private static final Duration LEASE = Duration.ofHours(1);

    private NativeWorker() {}

    /** The process. */
    public static void main(String[] args) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Millrace m = Millrace.connect(args[0])) {
            Group group = m.topic(args[1]).group(args[2]);
            Delivery delivery = group.pull(1, LEASE, LEASE).get(0);
            System.out.println("got " + delivery.text() + " " + delivery.attempt());
            if (in.readLine() == null) {
                throw new IOException("no word to go on");
            }
            try {
                delivery.ack();
                System.out.println("acked " + delivery.text());
            } catch (StaleLease | UnknownOutcome e) {
                // The server refused it, or the client had noticed before that its session was over.
                System.out.println("not acked " + delivery.text());
            }
        }
    }

    /** Starts one. */
    static WorkerProcess start(Path folder, String address, String topic, String group) throws IOException {
        return WorkerProcess.start(NativeWorker.class, folder, address, topic, group);
    }
}
