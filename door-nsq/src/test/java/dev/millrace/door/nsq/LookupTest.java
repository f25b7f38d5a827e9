package dev.millrace.door.nsq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.door.nsq.lookupd.NsqLookupd;
import dev.millrace.door.nsq.options.NsqlookupdOptions;
import dev.millrace.net.EventLoops;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The door registering at an nsqlookupd, here one of ours. */
class LookupTest {
    @TempDir Path folder;
    private EventLoops loops;
    private NsqLookupd lookupd;
    private HttpClient lookup;
    private TestNode node;

    @BeforeEach
    void open() {
        loops = EventLoops.open("lookup-test", 1);
        lookupd = openLookupd("127.0.0.1:0");
        lookup = HttpClient.of(lookupd.httpAddress().port());
        node = TestNode.open(folder, 1,
                options -> options.with("lookupd-tcp-address", lookupd.tcpAddress().toString()));
        await(() -> lookup.get("/nodes").body().contains("\"tcp_port\":" + node.tcpPort()));
    }

    private NsqLookupd openLookupd(String tcp) {
        return NsqLookupd.open(
                NsqlookupdOptions.defaults().with("tcp-address", tcp).with("http-address", "127.0.0.1:0"),
                NsqDoor.VERSION, loops);
    }

    @AfterEach
    void close() {
        node.close();
        lookup.close();
        lookupd.close();
        loops.close();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited 20 s in vain").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void topicsAndChannels_areRegistered_asTheyComeAndGo() {
        try (RawClient client = node.client(); HttpClient http = HttpClient.of(node.httpPort())) {
            client.subscribe("t", "c", 1);
            await(() -> lookup.get("/lookup?topic=t").body().contains("\"channels\":[\"c\"]")
                    && lookup.get("/lookup?topic=t").body().contains("\"tcp_port\":" + node.tcpPort()));
            http.post("/topic/delete?topic=t", "");
            await(() -> lookup.get("/lookup?topic=t").body().contains("\"producers\":[]"));
        }
    }

    @Test
    void whatExistsBeforeTheFirstContact_isRegistered() {
        try (RawClient client = node.client(); HttpClient http = HttpClient.of(node.httpPort())) {
            client.pub("alone", "x").subscribe("t", "c", 1);
            NsqLookupd another = openLookupd("127.0.0.1:0");
            try (HttpClient asked = HttpClient.of(another.httpAddress().port())) {
                http.put("/config/nsqlookupd_tcp_addresses", "[\"" + another.tcpAddress() + "\"]");
                await(() -> asked.get("/topics").body().equals("{\"topics\":[\"alone\",\"t\"]}"));
                await(() -> asked.get("/channels?topic=t").body().equals("{\"channels\":[\"c\"]}"));
                await(() -> lookup.get("/nodes").body().equals("{\"producers\":[]}"));
            } finally {
                another.close();
            }
        }
    }

    @Test
    void aNewTopic_getsTheChannelsThatAreKnownElsewhere() {
        lookup.post("/channel/create?topic=new&channel=elsewhere", "");
        lookup.post("/channel/create?topic=new&channel=passing%23ephemeral", "");
        try (RawClient client = node.client(); HttpClient http = HttpClient.of(node.httpPort())) {
            client.pub("new", "1").pub("new", "2");

            assertThat(http.get("/stats?format=json&include_mem=false").body())
                    .contains("\"channel_name\":\"elsewhere\",\"depth\":2")
                    .doesNotContain("passing");
            client.subscribe("new", "late", 1).pub("new", "3");
            assertThat(client.message().text()).isEqualTo("3");
        }
    }

    @Test
    void everyWayToATopic_asksFirst() {
        for (String topic : new String[]{"a", "b", "c", "d"}) {
            lookup.post("/channel/create?topic=" + topic + "&channel=elsewhere", "");
        }
        try (RawClient client = node.client(); HttpClient http = HttpClient.of(node.httpPort())) {
            http.post("/pub?topic=a", "x");
            http.post("/mpub?topic=b", "x\ny");
            http.post("/topic/create?topic=c", "");
            client.subscribe("d", "own", 1);
            for (String topic : new String[]{"a", "b", "c", "d"}) {
                assertThat(http.get("/stats?format=json&topic=" + topic).body())
                        .contains("\"channel_name\":\"elsewhere\"");
            }
        }
    }

    @Test
    void aLookupdThatCannotBeReached_holdsNobodyUp() {
        lookupd.close();
        try (RawClient client = node.client()) {
            client.pub("t", "x");
        }
    }
}
