package dev.millrace.door.nsq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.door.nsq.wire.Wire;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Channels: sharing, limits, sampling, ephemeral ones, deletion under a client; on three shards. */
class ChannelTest {
    @TempDir Path folder;
    private TestNode node;
    private HttpClient http;

    @BeforeEach
    void open() {
        openNode();
    }

    private void openNode() {
        node = TestNode.open(folder, 3, options -> options.with("max-channel-consumers", "2"));
        http = HttpClient.of(node.httpPort());
    }

    @AfterEach
    void close() {
        http.close();
        node.close();
    }

    private String stats() {
        return http.get("/stats?format=json&include_mem=false&include_clients=false").body();
    }

    @Test
    void consumersOfAChannel_shareItsMessages() {
        try (RawClient one = node.client(); RawClient two = node.client(); RawClient producer = node.client()) {
            one.subscribe("t", "c", 5);
            two.subscribe("t", "c", 5);
            producer.send(new Wire().mpub("t", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9")).expectOk();
            Set<String> all = new HashSet<>();
            one.messages(5).forEach(message -> all.add(message.text()));
            two.messages(5).forEach(message -> all.add(message.text()));

            assertThat(all).hasSize(10);
        }
    }

    @Test
    void topicsOnSeveralShards_areAnsweredInOrder() {
        try (RawClient client = node.client()) {
            Wire wire = new Wire();
            IntStream.range(0, 300).forEach(i -> wire.body("PUB t" + i % 6, "x" + i));
            client.send(wire.body("PUB t0", ""));
            IntStream.range(0, 300).forEach(i -> client.expectOk());
            client.expectError("E_BAD_MESSAGE PUB invalid message body size 0").expectClosed();
        }
        for (int topic = 0; topic < 6; topic++) {
            try (RawClient client = node.client()) {
                int first = topic;
                assertThat(client.subscribe("t" + topic, "c", 50).messages(50)).extracting(RawClient.Message::text)
                        .isEqualTo(IntStream.range(0, 50).mapToObj(i -> "x" + (first + 6 * i)).toList());
            }
        }
    }

    @Test
    void oneConsumerTooMany_isRefused() {
        try (RawClient one = node.client(); RawClient two = node.client(); RawClient three = node.client()) {
            one.line("SUB t c").expectOk();
            two.line("SUB t c").expectOk();
            three.line("SUB t c")
                    .expectError("E_SUB_FAILED SUB failed consumers for t:c exceeds limit of 2")
                    .expectClosed();
        }
    }

    @Test
    void sampling_takesMessagesOutOfTheChannel() {
        try (RawClient client = node.client()) {
            client.send(new Wire().body("IDENTIFY", "{\"sample_rate\":50}")).expectOk();
            client.line("SUB t c").expectOk().line("RDY 2500");
            Wire wire = new Wire();
            IntStream.range(0, 2_000).forEach(i -> wire.body("PUB t", "x"));
            client.send(wire);
            int oks = 0;
            int messages = 0;
            while (oks < 2_000) {
                if (client.receive().type() == 0) {
                    oks++;
                } else {
                    messages++;
                }
            }
            while (!stats().contains("\"depth\":0,\"backend_depth\":0,\"in_flight_count\":" + messages + ",")) {
                if (client.receive().type() == 2) {
                    messages++;
                }
            }
            assertThat(messages).isBetween(850, 1_190);
        }
    }

    @Test
    void anEphemeralChannel_goesWithItsLastClient_anEphemeralTopicWithItsLastChannel() {
        try (RawClient client = node.client()) {
            client.subscribe("t#ephemeral", "c#ephemeral", 1).pub("t#ephemeral", "x");
            assertThat(client.message().text()).isEqualTo("x");
            try (RawClient second = node.client()) {
                second.line("SUB t#ephemeral c#ephemeral").expectOk();
            }
            client.pub("plain", "x");
            assertThat(stats()).contains("c#ephemeral");
        }
        while (stats().contains("ephemeral")) {
            Thread.onSpinWait();
        }
        assertThat(stats()).contains("plain");
    }

    @Test
    void anEphemeralChannel_mayBeUsedAgainAtOnce() {
        for (int round = 0; round < 20; round++) {
            try (RawClient client = node.client()) {
                client.subscribe("t", "c#ephemeral", 1).pub("t", "round " + round);
                assertThat(client.message().text()).startsWith("round ");
            }
        }
    }

    @Test
    void ephemeralChannels_doNotOutliveTheServer() {
        try (RawClient client = node.client()) {
            client.line("SUB t c#ephemeral").expectOk();
            http.close();
            node.close();
        }
        openNode();
        assertThat(stats()).contains("\"topic_name\":\"t\"").doesNotContain("ephemeral");
    }

    @Test
    void deletingAChannel_closesItsClients() {
        try (RawClient client = node.client()) {
            client.line("SUB t c").expectOk();
            http.post("/channel/delete?topic=t&channel=c", "");
            client.expectClosed();
        }
    }

    @Test
    void deletingATopic_closesItsClients() {
        try (RawClient client = node.client(); RawClient other = node.client()) {
            client.line("SUB t c").expectOk();
            other.line("SUB other c").expectOk();
            http.post("/topic/delete?topic=t", "");
            client.expectClosed();
            other.pub("t", "the topic comes again");
        }
    }
}
