package dev.millrace.door.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.door.http.DoorRig.Answer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trace that a request belongs to goes on with its tasks. */
class TraceContextTest {
    private static final String TASKS = "/api/v1/queues/mails/tasks";
    private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

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

    private Answer enqueued(String json, String... headers) throws Exception {
        Answer answer = rig.post(TASKS, json, headers);
        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        return rig.get(TASKS + "/" + answer.at("/tasks/0/id"));
    }

    @Test
    void headersOfTheRequest_becomeThoseOfTheTask() throws Exception {
        Answer task = enqueued("{\"type\":\"a\",\"headers\":{\"tenant\":\"t\"}}", "traceparent", PARENT, "tracestate",
                "a=1", "tracestate", "b=2");
        assertThat(task.at("/headers/tenant")).isEqualTo("t");
        assertThat(task.at("/headers/traceparent")).isEqualTo(PARENT);
        assertThat(task.at("/headers/tracestate")).isEqualTo("a=1,b=2");
    }

    @Test
    void aTasksOwnContext_stays() throws Exception {
        Answer task = enqueued("{\"headers\":{\"traceparent\":\"own\"}}", "traceparent", PARENT, "tracestate", "a=1");
        assertThat(task.at("/headers/traceparent")).isEqualTo("own");
        assertThat(task.json().at("/headers/tracestate").isMissingNode()).isTrue();
    }

    @Test
    void whatFollowsATask_belongsToTheSameTrace() throws Exception {
        enqueued("{\"then\":[{\"queue\":\"next\",\"type\":\"b\"}]}", "traceparent", PARENT);
        Answer taken = rig.post("/api/v1/queues/mails/pull", "{}");
        assertThat(rig.post("/api/v1/queues/mails/ack", "{\"tokens\":[\"" + taken.at("/tasks/0/token") + "\"]}")
                .status()).as(taken.text()).isEqualTo(200);
        Answer next = rig.post("/api/v1/queues/next/pull", "{\"waitMillis\":20000}");
        assertThat(next.at("/tasks/0/headers/traceparent")).as(next.text()).isEqualTo(PARENT);
    }

    @Test
    void aMalformedOne_isLeftOut() throws Exception {
        for (String wrong : List.of("x", PARENT.replace("00-4", "ff-4"), PARENT + "-more", PARENT.toUpperCase(
                Locale.ROOT), "00-" + "0".repeat(32) + "-00f067aa0ba902b7-01")) {
            assertThat(enqueued("{}", "traceparent", wrong).json().at("/headers/traceparent").isMissingNode())
                    .as(wrong)
                    .isTrue();
        }
        String later = PARENT.replace("00-4", "01-4") + "-more";
        assertThat(enqueued("{}", "traceparent", later).at("/headers/traceparent")).isEqualTo(later);
    }
}
