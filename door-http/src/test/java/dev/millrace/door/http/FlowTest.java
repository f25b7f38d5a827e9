package dev.millrace.door.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.door.http.DoorRig.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chains, batches and groups over HTTP. */
class FlowTest {
    private static final String QUEUES = "/api/v1/queues/";

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

    private String enqueue(String queue, String json) throws IOException, InterruptedException {
        Answer answer = rig.post(QUEUES + queue + "/tasks", json);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.at("/tasks/0/id");
    }

    private Answer pull(String queue) throws IOException, InterruptedException {
        Answer answer = rig.post(QUEUES + queue + "/pull", "{\"waitMillis\":30000}");
        assertThat(answer.json().at("/tasks").size()).as(answer.text()).isEqualTo(1);
        return answer;
    }

    private void ack(String queue, Answer pulled) throws IOException, InterruptedException {
        Answer answer = rig.post(QUEUES + queue + "/ack", "{\"tokens\":[\"" + pulled.at("/tasks/0/token") + "\"]}");
        assertThat(answer.number("/done")).isEqualTo(1);
    }

    @Test
    void chain_isShownAndFollowed() throws Exception {
        String id = enqueue("first", """
                {"type":"a","then":[{"type":"b","queue":"second","json":{"n":1},"result":"header","delayMillis":5},
                 {"type":"c","priority":9}]}""");
        Answer shown = rig.get(QUEUES + "first/tasks/" + id);
        assertThat(shown.at("/then/0/queue")).isEqualTo("second");
        assertThat(shown.at("/then/0/result")).isEqualTo("header");
        assertThat(shown.at("/then/0/text")).isEqualTo("{\"n\":1}");
        assertThat(shown.number("/then/0/delayMillis")).isEqualTo(5);
        assertThat(shown.at("/then/1/queue")).isEqualTo("first");
        ack("first", pull("first"));
        Answer second = pull("second");
        assertThat(second.at("/tasks/0/type")).isEqualTo("b");
        assertThat(second.at("/tasks/0/headers/millrace-previous-id")).isEqualTo(id);
        ack("second", second);
        assertThat(pull("first").at("/tasks/0/type")).isEqualTo("c");
        assertThat(rig.post(QUEUES + "first/tasks", "{\"then\":[{\"result\":\"all\"}]}").at("/detail"))
                .contains("none, header or payload");
        assertThat(rig.post(QUEUES + "first/tasks", "{\"then\":[{\"then\":[{}]}]}").at("/detail"))
                .contains("then is not known here");
    }

    @Test
    void batch_openedJoinedShownClosed_endsWithTheCounts() throws Exception {
        Answer opened = rig.post(QUEUES + "end/batches", "{\"type\":\"over\"}");
        assertThat(opened.status()).as(opened.text()).isEqualTo(201);
        String batch = opened.at("/id");
        String member = "{\"type\":\"m\",\"batch\":{\"queue\":\"end\",\"id\":\"" + batch + "\"}}";
        enqueue("work", member);
        String id = enqueue("work", member);
        assertThat(rig.get(QUEUES + "work/tasks/" + id).at("/batch/id")).isEqualTo(batch);
        assertThat(rig.get(QUEUES + "end/tasks/" + batch).at("/state")).isEqualTo("scheduled");
        ack("work", pull("work"));
        Answer progress = rig.get(QUEUES + "end/batches/" + batch);
        assertThat(progress.number("/added")).isEqualTo(2);
        assertThat(progress.number("/open")).isEqualTo(1);
        assertThat(progress.number("/done")).isEqualTo(1);
        assertThat(rig.post(QUEUES + "end/batches/" + batch + "/close", "{}").status()).isEqualTo(204);
        Answer late = rig.post(QUEUES + "work/tasks", member);
        assertThat(late.status()).isEqualTo(404);
        assertThat(late.at("/detail")).contains("no batch of this id is open");
        ack("work", pull("work"));
        Answer over = pull("end");
        assertThat(over.at("/tasks/0/headers/millrace-batch-done")).isEqualTo("2");
        assertThat(rig.get(QUEUES + "end/batches/" + batch).at("/over")).isEqualTo("true");
        assertThat(rig.post(QUEUES + "end/batches/" + batch + "/close", "{}").status()).isEqualTo(204);
        assertThat(rig.get(QUEUES + "end/batches/0000000000000001").at("/detail")).contains("was called off");
        assertThat(rig.post(QUEUES + "end/batches/0000000000000001/close", "{}").status()).isEqualTo(404);
    }

    @Test
    void silentBatch_enqueuesNothing() throws Exception {
        String batch = rig.post(QUEUES + "end/batches", "{\"silent\":true}").at("/id");
        String show = QUEUES + "end/batches/" + batch;
        assertThat(rig.get(show + "?waitMillis=20").at("/over")).isEqualTo("false");
        assertThat(rig.get(show + "?waitMillis=60001").at("/detail"))
                .contains("waitMillis must be a whole number from 0 to 60000");
        assertThat(rig.post(show + "/close", "{}").status()).isEqualTo(204);
        assertThat(rig.get(show + "?waitMillis=60000").at("/over")).isEqualTo("true");
        assertThat(rig.get(QUEUES + "end/tasks").json().at("/tasks").size()).isZero();
        assertThat(rig.post(QUEUES + "end/batches", "{\"silent\":true,\"type\":\"t\"}").at("/detail"))
                .contains("type is not known here");
    }

    @Test
    void group_isPulledAsOneTask() throws Exception {
        enqueue("news", "{\"text\":\"before\"}");
        ack("news", pull("news"));
        assertThat(rig.put(QUEUES + "news/groups", "{\"maxSize\":2,\"graceMillis\":600000}").status()).isEqualTo(204);
        assertThat(rig.get(QUEUES + "news/groups").number("/maxSize")).isEqualTo(2);
        enqueue("news", "{\"text\":\"a\",\"type\":\"t\",\"group\":\"g\"}");
        enqueue("news", "{\"base64\":\"/w==\",\"group\":\"g\"}");
        Answer pulled = pull("news");
        assertThat(pulled.at("/tasks/0/type")).isEqualTo("t");
        assertThat(pulled.at("/tasks/0/group")).isEqualTo("g");
        assertThat(pulled.at("/tasks/0/payloads/0/text")).isEqualTo("a");
        assertThat(pulled.at("/tasks/0/payloads/1/base64")).isEqualTo("/w==");
        assertThat(rig.post(QUEUES + "news/tasks", "{\"group\":\"g\",\"key\":\"k\"}").at("/detail"))
                .contains("a task with a group has no ordering key");
    }

    @Test
    void batchesAndWaitingGroups_areListedInPages() throws Exception {
        String first = rig.post(QUEUES + "end/batches", "{\"type\":\"over\"}").at("/id");
        String second = rig.post(QUEUES + "end/batches", "{\"silent\":true}").at("/id");
        assertThat(rig.post(QUEUES + "end/batches/" + second + "/close", "{}").status()).isEqualTo(204);
        Answer page = rig.get(QUEUES + "end/batches?limit=1");
        assertThat(page.at("/batches/0/id")).isEqualTo(first);
        assertThat(page.at("/batches/0/closed")).isEqualTo("false");
        page = rig.get(QUEUES + "end/batches?limit=1&after=" + page.at("/next"));
        assertThat(page.at("/batches/0/id")).isEqualTo(second);
        assertThat(page.json().at("/next").isNull()).isTrue();
        assertThat(rig.get(QUEUES + "end/batches?state=open").json().at("/batches").size()).isEqualTo(1);
        assertThat(rig.get(QUEUES + "end/batches?state=all").at("/detail")).contains("open, closed or over");
        assertThat(rig.get(QUEUES + "nowhere/batches").status()).isEqualTo(404);
        for (String group : new String[]{"ada", "bob", "ada"}) {
            enqueue("news", "{\"group\":\"" + group + "\"}");
        }
        Answer one = rig.get(QUEUES + "news/groups/waiting?limit=1");
        Answer two = rig.get(QUEUES + "news/groups/waiting?limit=1&after=" + one.at("/next"));
        assertThat(List.of(one.at("/groups/0/group") + one.number("/groups/0/size"),
                two.at("/groups/0/group") + two.number("/groups/0/size"))).containsExactlyInAnyOrder("ada2", "bob1");
        assertThat(two.json().at("/next").isNull()).isTrue();
        assertThat(rig.get(QUEUES + "nowhere/groups/waiting").status()).isEqualTo(404);
    }
}
