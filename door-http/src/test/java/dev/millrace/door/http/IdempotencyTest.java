package dev.millrace.door.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.door.http.DoorRig.Answer;
import dev.millrace.net.Authentication;
import dev.millrace.net.ListenAddress;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that are repeated, and those that are too many. */
class IdempotencyTest {
    private static final String TASKS = "/api/v1/queues/mails/tasks";

    @TempDir Path folder;
    private DoorRig rig;

    @BeforeEach
    void open() {
        // As little room for bodies as there can be: one request's.
        rig = new DoorRig(folder, new HttpDoorOptions(ListenAddress.parse("127.0.0.1:0"), Authentication.DELETIONS,
                List.of(), folder.resolve("http-token"), 4 << 10, 4 << 10, 4 << 10, "test"));
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void aRepeatedEnqueue_isAnsweredWithTheFirstOnesIds() throws Exception {
        Answer first = rig.keyed(TASKS, "\"8e03978e-40d5\"", "{\"type\":\"welcome\"}");
        assertThat(first.status()).as(first.text()).isEqualTo(201);
        Answer again = rig.keyed(TASKS, "8e03978e-40d5", "{\"type\":\"welcome\"}");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.at("/tasks/0/id")).isEqualTo(first.at("/tasks/0/id"));
        assertThat(again.json().at("/tasks/0/duplicate").booleanValue()).isTrue();
        assertThat(rig.keyed(TASKS, "another", "{\"type\":\"welcome\"}").status()).isEqualTo(201);
        String two = "{\"tasks\":[{\"type\":\"a\"},{\"type\":\"b\"}]}";
        Answer batch = rig.keyed(TASKS, "8e03978e-40d5", two);
        assertThat(batch.status()).isEqualTo(201);
        Answer batchAgain = rig.keyed(TASKS, "8e03978e-40d5", two);
        assertThat(batchAgain.status()).isEqualTo(200);
        assertThat(batchAgain.at("/tasks/1/id")).isEqualTo(batch.at("/tasks/1/id"));
        assertThat(rig.get("/api/v1/queues/mails").number("/ready")).isEqualTo(4);
    }

    @Test
    void aRepeatedPublish_isAnsweredWithTheFirstOnesIds_alsoAfterARestart() throws Exception {
        String messages = "/api/v1/topics/orders/messages";
        String two = "{\"messages\":[{\"text\":\"a\"},{\"text\":\"b\",\"delayMillis\":600000}]}";
        Answer first = rig.keyed(messages, "k", two);
        assertThat(first.status()).as(first.text()).isEqualTo(201);
        close();
        open();
        Answer again = rig.keyed(messages, "k", two);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().at("/duplicate").booleanValue()).isTrue();
        assertThat(again.json().at("/ids")).isEqualTo(first.json().at("/ids"));
        assertThat(rig.get("/api/v1/topics/orders").number("/accepted")).isEqualTo(2);
        assertThat(rig.keyed(messages, "l", two).status()).isEqualTo(201);
        assertThat(rig.get("/api/v1/topics/orders").number("/accepted")).isEqualTo(4);
        assertThat(rig.keyed(messages, "two words", two).at("/detail")).contains("1 to 128 visible ASCII");
        rig.keyed(TASKS, "k", "{}");
        assertThat(rig.keyed("/api/v1/topics/mails/messages", "k", two).at("/detail")).contains("is a task queue");
    }

    @Test
    void aKeyThatCannotBeKept_isRefusedAndNothingDone() throws Exception {
        assertThat(rig.keyed("/api/v1/queues/mails/pull", "k", "{}").at("/detail")).contains("Leave the header out");
        assertThat(rig.keyed(TASKS, "k", "{\"uniqueKey\":\"mine\"}").at("/detail")).contains("one unique key");
        for (String key : List.of("two words", "\"\"", "x".repeat(129))) {
            assertThat(rig.keyed(TASKS, key, "{}").at("/detail")).contains("1 to 128 visible ASCII");
        }
    }

    @Test
    void bodiesBeyondWhatMayWait_areRefusedWith429_andTakenAfterwards() throws Exception {
        try (Socket slow = new Socket(InetAddress.getLoopbackAddress(), rig.door.address().port())) {
            slow.getOutputStream()
                    .write(("POST /api/v1/topics/orders/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4096"
                            + "\r\n\r\nx").getBytes(StandardCharsets.US_ASCII));
            Answer answer = rig.raw("/api/v1/topics/orders/messages", new byte[]{1});
            for (long until = System.nanoTime() + 60_000_000_000L; answer.status() == 201;) {
                assertThat(System.nanoTime() - until).as("waiting for the slow request to begin").isNegative();
                answer = rig.raw("/api/v1/topics/orders/messages", new byte[]{1});
            }
            assertThat(answer.status()).isEqualTo(429);
            assertThat(answer.at("/type")).isEqualTo("urn:millrace:problem:overloaded");
            assertThat(answer.headers().firstValue("Retry-After")).contains("1");
        }
        for (long until = System.nanoTime() + 60_000_000_000L; rig
                .raw("/api/v1/topics/orders/messages", new byte[]{1})
                .status() != 201;) {
            assertThat(System.nanoTime() - until).as("waiting for the slow request to end").isNegative();
        }
    }

    @Test
    void groupsAndStats_comeInPages() throws Exception {
        for (String name : List.of("a", "b", "c")) {
            rig.post("/api/v1/topics/orders/groups", "{\"name\":\"" + name + "\"}");
        }
        Answer groups = rig.get("/api/v1/topics/orders/groups?limit=2");
        assertThat(groups.json().at("/groups").size()).isEqualTo(2);
        assertThat(groups.at("/next")).isEqualTo("b");
        Answer rest = rig.get("/api/v1/topics/orders/groups?limit=2&after=b");
        assertThat(rest.at("/groups/0/name")).isEqualTo("c");
        assertThat(rest.json().at("/next").isNull()).isTrue();
        rig.post("/api/v1/topics", "{\"name\":\"second\"}");
        Answer stats = rig.get("/api/v1/stats?limit=1");
        assertThat(stats.number("/totals/topics")).as("the sums are of all").isEqualTo(2);
        assertThat(stats.at("/next")).isEqualTo("orders");
        assertThat(rig.get("/api/v1/stats?after=orders").at("/topics/0/name")).isEqualTo("second");
    }
}
