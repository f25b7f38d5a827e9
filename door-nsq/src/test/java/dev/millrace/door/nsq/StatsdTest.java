package dev.millrace.door.nsq;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatsdTest {
    @TempDir Path folder;

    /** Lines by name until one of this name has come. */
    private static Map<String, String> receiveUntil(DatagramSocket statsd, String name) throws IOException {
        Map<String, String> lines = new HashMap<>();
        byte[] bytes = new byte[2_000];
        while (!lines.containsKey(name)) {
            DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
            statsd.receive(packet);
            assertThat(packet.getLength()).isLessThanOrEqualTo(200);
            String text = new String(bytes, 0, packet.getLength(), StandardCharsets.UTF_8);
            assertThat(text).endsWith("\n");
            text.lines()
                    .forEach(line -> lines.put(line.substring(0, line.indexOf(':')),
                            line.substring(line.indexOf(':') + 1)));
        }
        return lines;
    }

    @Test
    void figuresArePushed_countsAsDifferences() throws IOException {
        try (DatagramSocket statsd = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            statsd.setSoTimeout(10_000);
            try (TestNode node = TestNode.open(folder, 1, options -> options.with("statsd-interval", "100ms")
                    .with("statsd-address", "127.0.0.1:" + statsd.getLocalPort())
                    .with("statsd-udp-packet-size", "200")
                    .with("statsd-prefix", "me.%s")
                    .with("statsd-exclude-ephemeral", "true"));
                    RawClient client = node.client()) {
                String prefix = "me.127_0_0_1_" + node.httpPort() + ".";
                client.pub("t", "hello").subscribe("t", "c", 1).message();
                client.pub("e#ephemeral", "x");
                Map<String, String> lines = new HashMap<>();
                while (!"1|g".equals(lines.get(prefix + "topic.t.channel.c.in_flight_count"))) {
                    lines.putAll(receiveUntil(statsd, prefix + "mem.gc_runs"));
                }
                assertThat(lines).containsEntry(prefix + "topic.t.depth", "0|g")
                        .containsEntry(prefix + "topic.t.channel.c.clients", "1|g")
                        .containsKeys(prefix + "topic.t.message_bytes", prefix + "mem.heap_in_use_bytes",
                                prefix + "topic.t.channel.c.timeout_count");
                assertThat(lines.keySet()).noneMatch(name -> name.contains("ephemeral"));
                assertThat(receiveUntil(statsd, prefix + "topic.t.message_count"))
                        .containsEntry(prefix + "topic.t.message_count", "0|c");
                client.pub("t", "another");
                Map<String, String> later = receiveUntil(statsd, prefix + "topic.t.message_count");
                while (!"1|c".equals(later.get(prefix + "topic.t.message_count"))) {
                    later = receiveUntil(statsd, prefix + "topic.t.message_count");
                }
            }
        }
    }
}
