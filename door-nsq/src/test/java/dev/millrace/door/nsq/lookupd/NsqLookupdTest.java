package dev.millrace.door.nsq.lookupd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.door.nsq.HttpClient;
import dev.millrace.door.nsq.options.NsqlookupdOptions;
import dev.millrace.net.EventLoops;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NsqLookupdTest {
    private static final String ME = "{\"broadcast_address\":\"b\",\"hostname\":\"h\",\"tcp_port\":1,\"http_port\":2,\"version\":\"v\"}";

    private EventLoops loops;
    private NsqLookupd lookupd;
    private HttpClient http;

    @BeforeEach
    void open() {
        loops = EventLoops.open("lookupd-test", 1);
        lookupd = NsqLookupd.open(NsqlookupdOptions.defaults()
                .with("tcp-address", "127.0.0.1:0")
                .with("http-address", "127.0.0.1:0"), "1.3.0", loops);
        http = HttpClient.of(lookupd.httpAddress().port());
    }

    @AfterEach
    void close() {
        http.close();
        lookupd.close();
        loops.close();
    }

    private PeerClient peer() {
        PeerClient peer = PeerClient.connect(lookupd.tcpAddress().port());
        peer.identify(ME);
        return peer;
    }

    private String get(String path) {
        HttpResponse<String> response = http.get(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }

    @Test
    void identify_isAnsweredWithTheServersAddress() {
        try (PeerClient peer = PeerClient.connect(lookupd.tcpAddress().port())) {
            assertThat(peer.identify(ME)).contains("\"broadcast_address\":\"127.0.0.1\"",
                    "\"tcp_port\":" + lookupd.tcpAddress().port(), "\"http_port\":" + lookupd.httpAddress().port());
        }
    }

    @Test
    void whatAPeerRegisters_isFound_untilItUnregisters() {
        try (PeerClient peer = peer()) {
            assertThat(peer.say("REGISTER t c")).isEqualTo("OK");
            assertThat(peer.say("REGISTER t2")).isEqualTo("OK");

            assertThat(get("/topics")).isEqualTo("{\"topics\":[\"t\",\"t2\"]}");
            assertThat(get("/channels?topic=t")).isEqualTo("{\"channels\":[\"c\"]}");
            assertThat(get("/channels?topic=none")).isEqualTo("{\"channels\":[]}");
            String producer = "{\"remote_address\":\"127.0.0.1:" + peer.localPort()
                    + "\",\"hostname\":\"h\",\"broadcast_address\":\"b\",\"tcp_port\":1,\"http_port\":2,\"version\":\"v\","
                    + "\"topology_zone\":\"\",\"topology_region\":\"\"";
            assertThat(get("/lookup?topic=t")).isEqualTo("{\"channels\":[\"c\"],\"producers\":[" + producer + "}]}");
            assertThat(get("/nodes")).isEqualTo("{\"producers\":[" + producer
                    + ",\"tombstones\":[false,false],\"topics\":[\"t\",\"t2\"]}]}");
            assertThat(get("/debug")).contains("\"channel:t:c\":[{", "\"client::\":[{", "\"topic:t2:\":[{");

            assertThat(peer.say("UNREGISTER t c")).isEqualTo("OK");
            assertThat(peer.say("UNREGISTER t2")).isEqualTo("OK");
            assertThat(get("/lookup?topic=t2")).isEqualTo("{\"channels\":[],\"producers\":[]}");
            assertThat(get("/lookup?topic=t")).contains("\"channels\":[\"c\"]").contains("127.0.0.1");
        }
    }

    @Test
    void aPeerThatLeaves_isForgotten_butNotItsTopics() {
        try (PeerClient staying = peer()) {
            try (PeerClient leaving = peer()) {
                leaving.say("REGISTER t c");
            }
            staying.say("PING");
            while (get("/lookup?topic=t").contains("remote_address")) {
                staying.say("PING");
            }
            assertThat(get("/topics")).isEqualTo("{\"topics\":[\"t\"]}");
        }
    }

    @Test
    void ephemeralNames_goWithTheirLastPeer() {
        try (PeerClient peer = peer()) {
            peer.say("REGISTER t#ephemeral c#ephemeral");
            peer.say("UNREGISTER t#ephemeral c#ephemeral");
            assertThat(get("/channels?topic=t%23ephemeral")).isEqualTo("{\"channels\":[]}");
            peer.say("UNREGISTER t#ephemeral");
            assertThat(get("/topics")).isEqualTo("{\"topics\":[]}");
        }
    }

    @Test
    void aTombstonedProducer_isHidden_butListedAmongTheNodes() {
        try (PeerClient peer = peer()) {
            peer.say("REGISTER t");
            assertThat(http.post("/topic/tombstone?topic=t&node=b:2", "").statusCode()).isEqualTo(200);

            assertThat(get("/lookup?topic=t")).isEqualTo("{\"channels\":[],\"producers\":[]}");
            assertThat(get("/nodes")).contains("\"tombstones\":[true],\"topics\":[\"t\"]");
        }
    }

    @Test
    void operators_createAndDelete() {
        assertThat(http.post("/topic/create?topic=t", "").body()).isEmpty();
        assertThat(http.post("/channel/create?topic=t2&channel=c", "").body()).isEmpty();
        assertThat(get("/topics")).isEqualTo("{\"topics\":[\"t\",\"t2\"]}");
        assertThat(http.post("/channel/delete?topic=t2&channel=c", "").statusCode()).isEqualTo(200);
        assertThat(http.post("/channel/delete?topic=t2&channel=c", "").body())
                .isEqualTo("{\"message\":\"CHANNEL_NOT_FOUND\"}");
        assertThat(http.post("/topic/delete?topic=t", "").statusCode()).isEqualTo(200);
        assertThat(http.post("/topic/delete?topic=t", "").statusCode()).isEqualTo(200);
        assertThat(get("/ping")).isEqualTo("OK");
        assertThat(get("/info")).isEqualTo("{\"version\":\"1.3.0\"}");
    }

    @ParameterizedTest
    @CsvSource({"/topic/create,400,MISSING_ARG_TOPIC", "/topic/create?topic=a$,400,INVALID_ARG_TOPIC",
        "/topic/delete,400,MISSING_ARG_TOPIC",
        "/topic/tombstone?topic=t,400,MISSING_ARG_NODE", "/channel/create?topic=t,400,MISSING_ARG_CHANNEL",
        "/channel/create?topic=t&channel=a$,400,INVALID_ARG_CHANNEL", "/nodes,405,METHOD_NOT_ALLOWED",
        "/x,404,NOT_FOUND"})
    void whatCannotBeDone_isAnsweredWithNsqlookupdsCode(String path, int status, String code) {
        HttpResponse<String> response = http.post(path, "");

        assertThat(response.statusCode() + " " + response.body()).isEqualTo(status + " {\"message\":\"" + code + "\"}");
    }

    @Test
    void lookup_ofAnUnknownTopic_isNotFound() {
        assertThat(http.get("/lookup?topic=t").body()).isEqualTo("{\"message\":\"TOPIC_NOT_FOUND\"}");
        assertThat(http.get("/lookup").body()).isEqualTo("{\"message\":\"MISSING_ARG_TOPIC\"}");
        assertThat(http.get("/channels").body()).isEqualTo("{\"message\":\"MISSING_ARG_TOPIC\"}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"REGISTER|E_INVALID REGISTER insufficient number of params",
        "REGISTER a$|E_BAD_TOPIC REGISTER topic name 'a$' is not valid",
        "UNREGISTER t c$|E_BAD_CHANNEL UNREGISTER channel name 'c$' is not valid",
        "IDENTIFY|E_INVALID cannot IDENTIFY again",
        "HELLO|E_INVALID invalid command HELLO"})
    void aWrongCommand_isRefused_andTheConnectionClosed(String command, String answer) {
        try (PeerClient peer = peer()) {
            assertThat(peer.say(command)).isEqualTo(answer);
            peer.expectClosed();
        }
    }

    @Test
    void whoHasNotIdentified_mayOnlyPing() {
        try (PeerClient peer = PeerClient.connect(lookupd.tcpAddress().port())) {
            assertThat(peer.say("PING")).isEqualTo("OK");
            assertThat(peer.say("REGISTER t")).isEqualTo("E_INVALID client must IDENTIFY");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{\"broadcast_address\":\"b\"}|E_BAD_BODY IDENTIFY missing fields",
        "nonsense|E_BAD_BODY IDENTIFY failed to decode JSON body"})
    void aWrongIdentity_isRefused(String json, String answer) {
        try (PeerClient peer = PeerClient.connect(lookupd.tcpAddress().port())) {
            assertThat(peer.identify(json)).isEqualTo(answer);
            peer.expectClosed();
        }
    }

    @Test
    void anotherMagic_isRefused() {
        try (PeerClient peer = PeerClient.connectWith(lookupd.tcpAddress().port(), "  V2")) {
            assertThat(peer.receive()).isEqualTo("E_BAD_PROTOCOL");
            peer.expectClosed();
        }
    }
}
