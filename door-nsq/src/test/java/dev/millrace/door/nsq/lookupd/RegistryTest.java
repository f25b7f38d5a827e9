package dev.millrace.door.nsq.lookupd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.door.nsq.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RegistryTest {
    private long now = 1_000_000;
    private final Registry registry = new Registry(Duration.ofSeconds(300), Duration.ofSeconds(45), () -> now);
    private final Peer peer = Peer.of("r:1",
            "{\"broadcast_address\":\"b\",\"tcp_port\":1,\"http_port\":2,\"version\":\"v\"}"
                    .getBytes(StandardCharsets.UTF_8),
            now);

    private String lookup(String topic) {
        return registry.lookup(topic, new JsonText()).toString();
    }

    @Test
    void aPeerThatIsSilentTooLong_isHidden_untilItPings() {
        registry.add(peer);
        registry.register(peer, "t", "");
        now += 300_000;
        assertThat(lookup("t")).contains("r:1");
        now++;
        assertThat(lookup("t")).doesNotContain("r:1");
        assertThat(registry.nodes(new JsonText()).toString()).isEqualTo("{\"producers\":[]}");
        registry.pinged(peer);
        assertThat(lookup("t")).contains("r:1");
    }

    @Test
    void aTombstone_wearsOff() {
        registry.add(peer);
        registry.register(peer, "t", "c");
        registry.tombstone("t", "b:2");
        now += 44_999;
        assertThat(lookup("t")).doesNotContain("r:1");
        now++;
        assertThat(lookup("t")).contains("r:1");
    }

    @Test
    void registeringTwice_isOnce() {
        registry.add(peer);
        registry.register(peer, "t", "c");
        registry.register(peer, "t", "c");
        assertThat(lookup("t")).containsOnlyOnce("r:1");
    }
}
