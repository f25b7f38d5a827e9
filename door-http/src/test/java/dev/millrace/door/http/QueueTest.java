package dev.millrace.door.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.door.http.DoorRig.Answer;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Task queues over HTTP. */
class QueueTest {
    private static final String MAILS = "/api/v1/queues/mails";
    private static final String TASKS = MAILS + "/tasks";
    private static final String PULL = "{\"waitMillis\":30000}";

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

    private String enqueue(String json) throws IOException, InterruptedException {
        Answer answer = rig.post(TASKS, json);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return answer.at("/tasks/0/id");
    }

    private Answer pull() throws IOException, InterruptedException {
        Answer answer = rig.post(MAILS + "/pull", PULL);
        assertThat(answer.json().at("/tasks").size()).as(answer.text()).isEqualTo(1);
        return answer;
    }

    private static String tokens(Answer pulled, String more) {
        return "{\"tokens\":[\"" + pulled.at("/tasks/0/token") + "\"]" + more + "}";
    }

    private void expectState(String id, String state) throws IOException, InterruptedException {
        assertThat(rig.get(TASKS + "/" + id).at("/state")).isEqualTo(state);
    }

    @Test
    void enqueue_showAndPull_tellEverything() throws Exception {
        String id = enqueue("""
                {"type":"welcome","json":{"user":7},"headers":{"trace":"t-1"},"priority":7,"key":"k","limitKey":"l",
                 "uniqueKey":"welcome-7","uniqueMillis":60000,"expiresMillis":3600000,"maxAttempts":3,
                 "minBackoffMillis":1000,"maxBackoffMillis":5000,"timeoutMillis":1500,
                 "deadline":"2040-01-01T00:00:00Z","retentionMillis":60000}""");
        Answer shown = rig.get(TASKS + "/" + id);
        assertThat(shown.at("/state")).isEqualTo("ready");
        assertThat(shown.at("/type")).isEqualTo("welcome");
        assertThat(shown.at("/text")).isEqualTo("{\"user\":7}");
        assertThat(shown.at("/headers/trace")).isEqualTo("t-1");
        assertThat(shown.at("/deadline")).isEqualTo("2040-01-01T00:00:00Z");
        assertThat(shown.number("/maxAttempts")).isEqualTo(3);
        assertThat(shown.number("/uniqueMillis")).isEqualTo(60_000);
        assertThat(shown.number("/minBackoffMillis")).isEqualTo(1_000);
        Answer pulled = pull();
        assertThat(pulled.at("/tasks/0/id")).isEqualTo(id);
        assertThat(pulled.at("/tasks/0/type")).isEqualTo("welcome");
        assertThat(pulled.at("/tasks/0/headers/trace")).isEqualTo("t-1");
        assertThat(pulled.number("/tasks/0/attempt")).isEqualTo(1);
        assertThat(rig.post(MAILS + "/ack", tokens(pulled, "")).number("/done")).isEqualTo(1);
        expectState(id, "done");
        assertThat(rig.get(MAILS).number("/done")).isEqualTo(1);
    }

    @Test
    void enqueue_duplicateIsTold_badInputIsRefused() throws Exception {
        String id = enqueue("{\"text\":\"a\",\"uniqueKey\":\"u\"}");
        Answer again = rig.post(TASKS, "{\"tasks\":[{\"text\":\"b\",\"uniqueKey\":\"u\"}]}");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.at("/tasks/0/id")).isEqualTo(id);
        assertThat(again.json().at("/tasks/0/duplicate").booleanValue()).isTrue();
        assertThat(rig.post(TASKS, "{\"texd\":\"a\"}").at("/detail")).contains("texd is not known here");
        assertThat(rig.post(TASKS, "{\"deadline\":\"soon\"}").at("/detail")).contains("2030-01-31T12:00:00Z");
        Answer past = rig.post(TASKS, "{\"deadline\":\"2020-01-31T12:00:00Z\"}");
        assertThat(past.status()).isEqualTo(400);
        assertThat(past.at("/detail")).contains("deadline 2020-01-31T12:00:00Z has passed", "a later one, or none");
        assertThat(rig.post(TASKS, "{\"untilDone\":true}").at("/detail")).contains("uniqueKey");
        assertThat(rig.post(TASKS, "{\"priority\":10}").status()).isEqualTo(400);
        assertThat(rig.get(TASKS + "?state=lost").at("/detail")).contains("retrying");
        assertThat(rig.get("/api/v1/queues/none/tasks").status()).isEqualTo(404);
    }

    @Test
    void anIdOfTheClient_isFoundByIt_andFreeAgainOnceItsTaskIsGone() throws Exception {
        String id = enqueue("{\"type\":\"a\",\"id\":\"welcome/7\",\"delayMillis\":600000}");
        String byId = TASKS + "/id:welcome%2F7";
        assertThat(rig.get(byId).at("/id")).isEqualTo(id);
        assertThat(rig.get(byId).at("/clientId")).isEqualTo("welcome/7");
        Answer again = rig.post(TASKS, "{\"type\":\"b\",\"id\":\"welcome/7\"}");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.at("/tasks/0/id")).isEqualTo(id);
        assertThat(again.json().at("/tasks/0/duplicate").booleanValue()).isTrue();
        assertThat(rig.post(byId + "/archive", "{}").at("/id")).isEqualTo(id);
        assertThat(rig.post(byId + "/archive", "{}").at("/detail")).contains("task id:welcome/7 cannot be archived");
        assertThat(rig.post(byId + "/redrive", "{}").status()).isEqualTo(200);
        assertThat(rig.post(byId + "/cancel", "{}").json().at("/done").booleanValue()).isTrue();
        assertThat(rig.get(byId).at("/detail")).contains("no task id:welcome/7");
        assertThat(rig.post(TASKS, "{\"type\":\"b\",\"id\":\"welcome/7\"}").status()).isEqualTo(201);
        assertThat(rig.withToken("DELETE", byId, "").status()).isEqualTo(200);
        for (String bad : new String[]{"", "x".repeat(256), "a\\nb"}) {
            assertThat(rig.post(TASKS, "{\"id\":\"" + bad + "\"}").at("/detail")).contains("1 to 255 bytes");
        }
        assertThat(rig.get(TASKS + "/id:").at("/detail")).contains("1 to 255 bytes");
        assertThat(rig.get(TASKS + "/welcome").at("/detail")).contains("or id: and the id");
    }

    @Test
    void dueAt_isKept_pastIsNow_andExcludesADelay() throws Exception {
        String id = enqueue("{\"dueAt\":\"2090-01-31T13:00:00+01:00\"}");
        Answer shown = rig.get(TASKS + "/" + id);
        assertThat(shown.at("/dueAt")).isEqualTo("2090-01-31T12:00:00Z");
        assertThat(shown.at("/state")).isEqualTo("scheduled");
        assertThat(shown.at("/until")).startsWith("2090-01-31T1");
        expectState(enqueue("{\"dueAt\":\"2001-01-31T12:00:00Z\"}"), "ready");
        assertThat(rig.post(TASKS, "{\"dueAt\":\"2300-01-31T12:00:00Z\"}").at("/detail")).contains("within 100 years");
        assertThat(rig.post(TASKS, "{\"dueAt\":\"tomorrow\"}").at("/detail")).contains("dueAt must be an instant");
        assertThat(rig.post(TASKS, "{\"dueAt\":\"2090-01-31T12:00:00Z\",\"delayMillis\":1}").at("/detail"))
                .contains("together with delayMillis");
        String topic = "/api/v1/topics/orders";
        rig.post(topic + "/messages", "{\"text\":\"later\",\"dueAt\":\"2090-01-31T12:00:00Z\"}");
        rig.post(topic + "/messages", "{\"text\":\"now\",\"dueAt\":\"2001-01-31T12:00:00Z\"}");
        assertThat(rig.get(topic).number("/scheduled")).isEqualTo(1);
        assertThat(rig.get(topic).number("/joined")).isEqualTo(1);
    }

    @Test
    void type_choosesWhatIsListed_andWhatIsChanged() throws Exception {
        String first = enqueue("{\"tasks\":[{\"type\":\"a\"},{\"type\":\"b\"},{}]}");
        Answer some = rig.get(TASKS + "?type=a&state=ready");
        assertThat(some.json().at("/tasks").size()).isEqualTo(1);
        assertThat(some.at("/tasks/0/id")).isEqualTo(first);
        assertThat(rig.get(TASKS + "?type=").json().at("/tasks").size()).isEqualTo(1);
        assertThat(rig.get(TASKS + "?type=c").json().at("/tasks").size()).isZero();
        assertThat(rig.post(MAILS + "/archive-all", "{\"state\":\"ready\",\"type\":\"b\"}").number("/changed"))
                .isEqualTo(1);
        assertThat(rig.get(MAILS).number("/dead")).isEqualTo(1);
        assertThat(rig.get(MAILS).number("/ready")).isEqualTo(2);
    }

    @Test
    void list_byStateAndPage() throws Exception {
        String first = enqueue("{\"tasks\":[{\"type\":\"a\"},{\"type\":\"b\"}]}");
        String later = enqueue("{\"type\":\"c\",\"delayMillis\":600000}");
        Answer page = rig.get(TASKS + "?limit=1");
        assertThat(page.at("/tasks/0/id")).isEqualTo(first);
        assertThat(rig.get(TASKS + "?limit=1&after=" + page.at("/next")).at("/tasks/0/type")).isEqualTo("b");
        Answer scheduled = rig.get(TASKS + "?state=scheduled");
        assertThat(scheduled.json().at("/tasks").size()).isEqualTo(1);
        assertThat(scheduled.at("/tasks/0/id")).isEqualTo(later);
        assertThat(rig.get("/api/v1/queues").at("/queues/0/name")).isEqualTo("mails");
        String kept = enqueue("{\"retentionMillis\":600000}");
        rig.post(TASKS + "/" + kept + "/cancel", "{}");
        assertThat(rig.get(TASKS + "?state=cancelled").at("/tasks/0/id")).isEqualTo(kept);
        expectState(kept, "cancelled");
        assertThat(rig.post(TASKS + "/" + kept + "/cancel", "{}").at("/detail")).contains("it is over");
    }

    @Test
    void retryPutOffBuryRedrive() throws Exception {
        String id = enqueue("{\"type\":\"x\"}");
        rig.post(MAILS + "/retry", tokens(pull(), ",\"delayMillis\":600000,\"counts\":false"));
        expectState(id, "retrying");
        assertThat(rig.get(TASKS + "/" + id).number("/attempts")).isZero();
        assertThat(rig.post(TASKS + "/" + id + "/run-now", "{}").status()).isEqualTo(200);
        rig.post(MAILS + "/retry", tokens(pull(), ",\"error\":\"busy\""));
        Answer retrying = rig.get(TASKS + "/" + id);
        assertThat(retrying.at("/state")).isEqualTo("retrying");
        assertThat(retrying.number("/attempts")).isEqualTo(1);
        assertThat(retrying.at("/history/0/error")).isEqualTo("busy");
        assertThat(rig.post(MAILS + "/run-all", "{\"state\":\"retrying\"}").number("/changed")).isEqualTo(1);
        assertThat(rig.post(MAILS + "/bury", tokens(pull(), "")).number("/done")).isEqualTo(1);
        expectState(id, "dead");
        assertThat(rig.post(TASKS + "/" + id + "/run-now", "{}").at("/detail")).contains("it is dead");
        assertThat(rig.post(TASKS + "/" + id + "/redrive", "{}").status()).isEqualTo(200);
        assertThat(rig.post(TASKS + "/" + id + "/archive", "{}").status()).isEqualTo(200);
        expectState(id, "dead");
        assertThat(rig.post(MAILS + "/redrive-all", "{\"state\":\"dead\"}").number("/changed")).isEqualTo(1);
        assertThat(rig.post(MAILS + "/archive-all", "{\"state\":\"ready\"}").number("/changed")).isEqualTo(1);
        assertThat(rig.delete(TASKS + "/" + id).status()).isEqualTo(401);
        assertThat(rig.withToken("DELETE", TASKS + "/" + id, "").status()).isEqualTo(200);
        assertThat(rig.get(TASKS + "/" + id).status()).isEqualTo(404);
    }

    @Test
    void cancel_ofALeasedTask_isToldByExtend() throws Exception {
        String id = enqueue("{\"type\":\"x\"}");
        Answer pulled = pull();
        Answer cancelled = rig.post(TASKS + "/" + id + "/cancel", "{}");
        assertThat(cancelled.json().at("/asked").booleanValue()).isTrue();
        Answer extended = rig.post(MAILS + "/extend", tokens(pulled, ",\"leaseMillis\":30000"));
        assertThat(extended.at("/stop/0")).isEqualTo(pulled.at("/tasks/0/token"));
        rig.post(MAILS + "/retry", tokens(pulled, ""));
        assertThat(rig.get(TASKS + "/" + id).status()).isEqualTo(404);
        assertThat(rig.get(MAILS).number("/cancelled")).isEqualTo(1);
    }

    @Test
    void progressAndResult_areShown_whileItRunsAndAfterwards() throws Exception {
        String id = enqueue("{\"type\":\"x\",\"retentionMillis\":60000}");
        Answer pulled = pull();
        rig.post(MAILS + "/progress", tokens(pulled, ",\"percent\":10,\"text\":\"began\""));
        Answer progress = rig.post(MAILS + "/progress", tokens(pulled, ",\"percent\":40,\"text\":\"page 4\""));
        assertThat(progress.number("/done")).as(progress.text()).isEqualTo(1);
        assertThat(rig.get(TASKS + "/" + id).json().at("/progress"))
                .isEqualTo(Json.object().put("percent", 40).put("text", "page 4"));
        rig.post(MAILS + "/log", tokens(pulled, ",\"text\":\"connected\\n\""));
        assertThat(rig.post(MAILS + "/log", tokens(pulled, ",\"text\":\"connected\\nsent\\n\"")).number("/done"))
                .isEqualTo(1);
        assertThat(rig.get(TASKS + "/" + id).at("/log")).isEqualTo("connected\nsent\n");
        assertThat(rig.post(MAILS + "/log", tokens(pulled, ",\"text\":\"" + "x".repeat((64 << 10) + 1) + "\""))
                .at("/detail")).contains("text may have at most 65536 characters");
        assertThat(rig.post(MAILS + "/result", tokens(pulled, ",\"json\":{\"sent\":true}")).number("/done"))
                .isEqualTo(1);
        rig.post(MAILS + "/ack", tokens(pulled, ""));
        Answer done = rig.get(TASKS + "/" + id);
        assertThat(done.at("/state")).isEqualTo("done");
        assertThat(done.at("/result/text")).isEqualTo("{\"sent\":true}");
        assertThat(rig.get(TASKS + "/" + id + "?base64=1").at("/result/base64")).isEqualTo("eyJzZW50Ijp0cnVlfQ==");
        assertThat(rig.post(MAILS + "/progress", tokens(pulled, ",\"percent\":50")).json().at("/stale").size())
                .isEqualTo(1);
        assertThat(rig.post(MAILS + "/progress", tokens(pulled, ",\"percent\":101")).status()).isEqualTo(400);
        assertThat(rig.post(MAILS + "/result", tokens(pulled, ",\"text\":\"" + "x".repeat((64 << 10) + 1) + "\""))
                .at("/detail")).contains("a result may have 65536");
    }

    @Test
    void queue_createLimitsPauseResume_pullMakesIt() throws Exception {
        assertThat(rig.put(MAILS, "{\"limits\":{\"concurrencyPerKey\":2}}").status()).isEqualTo(201);
        assertThat(rig.put(MAILS, "{}").status()).isEqualTo(200);
        assertThat(rig.get(MAILS).number("/limits/concurrencyPerKey")).isEqualTo(2);
        rig.put(MAILS + "/limits", "{\"ratePerKey\":5,\"periodMillis\":60000}");
        assertThat(rig.get(MAILS).number("/limits/ratePerKey")).isEqualTo(5);
        assertThat(rig.post(MAILS + "/pause", "{}").status()).isEqualTo(204);
        enqueue("{\"type\":\"x\"}");
        assertThat(rig.post(MAILS + "/pull", "{}").json().at("/tasks").isEmpty()).isTrue();
        assertThat(rig.post(MAILS + "/resume", "{}").status()).isEqualTo(204);
        pull();
        assertThat(rig.post("/api/v1/queues/fresh/pull", "{}").status()).isEqualTo(200);
        assertThat(rig.get("/api/v1/queues/fresh").number("/ready")).isZero();
        assertThat(rig.delete("/api/v1/queues/fresh").status()).isEqualTo(401);
        assertThat(rig.withToken("DELETE", "/api/v1/queues/fresh", "").status()).isEqualTo(204);
        assertThat(rig.get("/api/v1/queues/fresh").status()).isEqualTo(404);
    }
}
