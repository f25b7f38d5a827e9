package dev.millrace.door.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Live figures as server-sent events. */
class EventsTest {
    private static final String MAILS = "/api/v1/queues/mails";

    @TempDir Path folder;
    private DoorRig rig;

    @BeforeEach
    void open() {
        rig = new DoorRig(folder);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    /** The data of the next event of this name; others and comments are passed over. */
    private static JsonNode next(Iterator<String> lines, String event) {
        while (lines.hasNext()) {
            if (lines.next().equals("event: " + event)) {
                String data = lines.next();
                assertThat(data).startsWith("data: ");
                assertThat(lines.next()).isEmpty();
                return Json.MAPPER.readTree(data.substring("data: ".length()));
            }
        }
        throw new AssertionError("the stream ended without an event " + event);
    }

    @Test
    void allTopics_asTheyStand_thenWhatChanges_thenWhatIsGone() throws Exception {
        rig.post("/api/v1/topics", "{\"name\":\"still\"}");
        rig.post("/api/v1/topics", "{\"name\":\"busy\"}");
        try (Stream<String> stream = rig.events("/api/v1/events?intervalMillis=250")) {
            Iterator<String> lines = stream.iterator();
            JsonNode first = next(lines, "topics");
            assertThat(first.at("/topics").size()).isEqualTo(2);
            assertThat(first.at("/topics/0/name").asString()).isEqualTo("busy");
            rig.post("/api/v1/topics/busy/messages", "{\"text\":\"x\"}");
            JsonNode second = next(lines, "topics");
            assertThat(second.at("/topics").size()).isEqualTo(1);
            assertThat(second.at("/topics/0/accepted").intValue()).isEqualTo(1);
            assertThat(second.at("/gone").isEmpty()).isTrue();
            rig.withToken("DELETE", "/api/v1/topics/busy", "");
            JsonNode third = next(lines, "topics");
            assertThat(third.at("/topics").isEmpty()).isTrue();
            assertThat(third.at("/gone/0").asString()).isEqualTo("busy");
        }
    }

    @Test
    void oneQueue_untilItIsDeleted_whichEndsTheStream() throws Exception {
        assertThat(rig.get(MAILS + "/events").status()).isEqualTo(404);
        rig.put(MAILS, "{}");
        try (Stream<String> stream = rig.events(MAILS + "/events?intervalMillis=250")) {
            Iterator<String> lines = stream.iterator();
            assertThat(next(lines, "queue").at("/ready").intValue()).isZero();
            rig.post(MAILS + "/tasks", "{\"type\":\"x\"}");
            JsonNode changed = next(lines, "queue");
            assertThat(changed.at("/name").asString()).isEqualTo("mails");
            assertThat(changed.at("/ready").intValue()).isEqualTo(1);
            rig.withToken("DELETE", MAILS, "");
            assertThat(next(lines, "gone").at("/name").asString()).isEqualTo("mails");
            assertThat(lines.hasNext()).isFalse();
        }
    }

    @Test
    void whileNothingChanges_emptyCommentsCome_untilTheServerStops() throws Exception {
        try (Stream<String> stream = rig.events("/api/v1/events?intervalMillis=250")) {
            Iterator<String> lines = stream.iterator();
            assertThat(next(lines, "topics").at("/topics").isEmpty()).isTrue();
            assertThat(lines.next()).isEqualTo(":");
            rig.door.close(Duration.ofSeconds(5));
            while (lines.hasNext()) {
                assertThat(lines.next()).isIn(":", "");
            }
        }
    }

    @Test
    void streams_areBounded_andGivenBack() throws Exception {
        List<Stream<String>> open = new ArrayList<>();
        for (int i = 0; i < EventRoutes.MAX_STREAMS; i++) {
            open.add(rig.events("/api/v1/events?intervalMillis=250"));
        }
        DoorRig.Answer refused = rig.get("/api/v1/events");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).contains("1");
        assertThat(refused.at("/detail")).contains(EventRoutes.MAX_STREAMS + " streams");
        open.forEach(Stream::close);
        String head = "HEAD /api/v1/events HTTP/1.1\r\nHost: localhost\r\n";
        assertThat(rig.statusOf(head)).as("a look at the head needs no place").isEqualTo(200);
        for (long until = System.nanoTime() + 60_000_000_000L; rig
                .statusOf("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n") != 200;) {
            assertThat(System.nanoTime() - until).as("waiting for a place").isNegative();
        }
        assertThat(rig.get("/api/v1/events?intervalMillis=10").status()).isEqualTo(400);
    }
}
