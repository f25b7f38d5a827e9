package dev.millrace.door.nsq.backlog;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.door.nsq.HttpClient;
import dev.millrace.door.nsq.RawClient;
import dev.millrace.door.nsq.TestNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BacklogImportTest {
    @TempDir Path nsqd;
    @TempDir Path data;
    private NsqdFiles files;
    private TestNode node;

    @BeforeEach
    void open() {
        files = new NsqdFiles(nsqd);
        node = TestNode.open(data.resolve("data"));
    }

    @AfterEach
    void close() {
        node.close();
    }

    private BacklogImport importer() throws IOException {
        return new BacklogImport(node.broker(), Survey.of(nsqd), data.resolve("progress"), count -> {});
    }

    private static List<String> numbered(String name, int count) {
        return IntStream.range(0, count).mapToObj(i -> name + i).toList();
    }

    private List<String> consume(String topic, String channel, int count) {
        try (RawClient client = node.client()) {
            client.subscribe(topic, channel, 2_500);
            List<String> texts = IntStream.range(0, count).mapToObj(i -> {
                RawClient.Message message = client.message();
                client.line("FIN " + message.id());
                return message.text();
            }).toList();
            client.leave();
            return texts;
        }
    }

    @Test
    void everyChannel_getsItsOwnBacklog_andTheTopicsOwn() throws Exception {
        files.metadata(
                "{\"topics\":[{\"name\":\"t\",\"paused\":false,\"channels\":[{\"name\":\"large\",\"paused\":false},"
                        + "{\"name\":\"small\",\"paused\":false},{\"name\":\"none\",\"paused\":true},{\"name\":\"middle\",\"paused\":false}]},"
                        + "{\"name\":\"alone\",\"paused\":true,\"channels\":[]}],\"version\":\"1.3.0\"}");
        files.queue("t:large", numbered("l", 12_000));
        files.queue("t:small", numbered("s", 7));
        files.queue("t:middle", numbered("m", 3_000));
        files.queue("t", List.of("all"));
        files.queue("alone", List.of("x", "y"));

        assertThat(importer().run()).containsExactly(new BacklogImport.Count("alone", "", 2),
                new BacklogImport.Count("t", "", 1), new BacklogImport.Count("t", "large", 12_000),
                new BacklogImport.Count("t", "middle", 3_000), new BacklogImport.Count("t", "none", 0),
                new BacklogImport.Count("t", "small", 7));

        assertThat(consume("t", "small", 8)).hasSize(8).containsAll(numbered("s", 7)).contains("all");
        assertThat(consume("t", "middle", 3_001)).containsExactlyInAnyOrderElementsOf(
                IntStream.range(0, 3_001).mapToObj(i -> i == 3_000 ? "all" : "m" + i).toList());
        assertThat(consume("t", "large", 12_001)).isEqualTo(
                IntStream.range(0, 12_001).mapToObj(i -> i == 12_000 ? "all" : "l" + i).toList());
        try (HttpClient http = HttpClient.of(node.httpPort())) {
            assertThat(http.get("/stats?format=json&include_mem=false").body()).contains(
                    "\"channel_name\":\"none\",\"depth\":1,", "\"topic_name\":\"alone\",\"channels\":[],\"depth\":2");
            assertThat(http.get("/stats").body()).contains("*P [alone", "*P [none");
        }
    }

    @Test
    void anImportThatWasBrokenOff_goesOn() throws Exception {
        files.metadata("{\"topics\":[{\"name\":\"t\",\"channels\":[{\"name\":\"a\"},{\"name\":\"b\"}]}]}");
        files.queue("t:a", numbered("a", 5_000));
        files.queue("t:b", numbered("b", 9_000));
        for (int stop : new int[]{1, 2, 1, 2, 1}) {
            int[] left = {stop};
            BacklogImport broken = new BacklogImport(node.broker(), Survey.of(nsqd), data.resolve("progress"),
                    count -> {
                        if (--left[0] == 0) {
                            throw new IllegalStateException("broken off");
                        }
                    });
            assertThatThrownBy(broken::run).hasMessage("broken off");
        }

        assertThat(importer().run()).contains(new BacklogImport.Count("t", "a", 5_000),
                new BacklogImport.Count("t", "b", 9_000));
        assertThat(importer().run()).as("once more").contains(new BacklogImport.Count("t", "b", 9_000));

        assertThat(consume("t", "a", 5_000)).containsExactlyInAnyOrderElementsOf(numbered("a", 5_000));
        assertThat(consume("t", "b", 9_000)).isEqualTo(numbered("b", 9_000));
        try (HttpClient http = HttpClient.of(node.httpPort())) {
            assertThat(http.get("/stats?format=json").body()).contains("\"channel_name\":\"a\",\"depth\":0,",
                    "\"channel_name\":\"b\",\"depth\":0,");
        }
    }

    @Test
    void aTopicThatExists_isNotMixedUp() throws IOException {
        files.metadata("{\"topics\":[{\"name\":\"t\",\"channels\":[]}]}");
        files.queue("t", List.of("x"));
        node.broker().createTopic("t").join();

        assertThatThrownBy(() -> importer().run()).isInstanceOf(BacklogException.class)
                .hasMessage("topic t exists already: delete it, or import into a new data folder");
    }

    @Test
    void aFolderThatIsNoNsqds_isRefused() throws IOException {
        assertThatThrownBy(() -> importer().run()).isInstanceOf(BacklogException.class)
                .hasMessageContaining("nsqd.dat cannot be read");
        Files.writeString(nsqd.resolve("nsqd.dat"), "{");
        assertThatThrownBy(() -> importer().run()).isInstanceOf(BacklogException.class)
                .hasMessageContaining("nsqd.dat is not what nsqd writes");
    }

    /** The progress is behind what is durable when the process dies between the two. */
    @Test
    void aBatchThatWasPublishedButNotNoted_isNotPublishedAgain() throws Exception {
        files.metadata("{\"topics\":[{\"name\":\"t\",\"channels\":[{\"name\":\"a\"},{\"name\":\"b\"}]}]}");
        files.queue("t:a", numbered("a", 5_000));
        files.queue("t:b", numbered("b", 9_000));
        Path progress = data.resolve("progress");
        for (int stop : new int[]{1, 3, 5}) {
            int[] left = {stop};
            byte[][] before = {Files.exists(progress) ? Files.readAllBytes(progress) : new byte[0]};
            BacklogImport broken = new BacklogImport(node.broker(), Survey.of(nsqd), progress, count -> {
                try {
                    if (--left[0] == 0) {
                        Files.write(progress,
                                before[0].length == 0 ? "t!begun = done\n".getBytes(US_ASCII) : before[0]);
                        throw new IllegalStateException("broken off");
                    }
                    before[0] = Files.readAllBytes(progress);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertThatThrownBy(broken::run).hasMessage("broken off");
        }

        importer().run();

        assertThat(consume("t", "a", 5_000)).containsExactlyInAnyOrderElementsOf(numbered("a", 5_000));
        assertThat(consume("t", "b", 9_000)).isEqualTo(numbered("b", 9_000));
        try (HttpClient http = HttpClient.of(node.httpPort())) {
            assertThat(http.get("/stats?format=json").body()).contains("\"channel_name\":\"a\",\"depth\":0,",
                    "\"channel_name\":\"b\",\"depth\":0,");
        }
    }

    @Test
    void aTopicThatWasUsedBetweenTwoRuns_isRefused() throws Exception {
        files.metadata("{\"topics\":[{\"name\":\"t\",\"channels\":[{\"name\":\"a\"}]}]}");
        files.queue("t:a", numbered("a", 5_000));
        BacklogImport broken = new BacklogImport(node.broker(), Survey.of(nsqd), data.resolve("progress"), count -> {
            throw new IllegalStateException("broken off");
        });
        assertThatThrownBy(broken::run).hasMessage("broken off");
        consume("t", "a", 1);

        assertThatThrownBy(() -> importer().run()).isInstanceOf(BacklogException.class)
                .hasMessageContaining("topic t was used since its import was broken off");
    }

    @Test
    void damage_isNamed_whatCanBeReadComesOver() throws Exception {
        files.metadata("{\"topics\":[{\"name\":\"t\",\"channels\":[{\"name\":\"c\"}]}]}");
        byte[] bytes = NsqdFiles.records(List.of("a", "b"));
        files.data("t:c", 0, Arrays.copyOf(bytes, bytes.length - 1));
        files.data("t:c", 2, NsqdFiles.records(List.of("d")));
        files.meta("t:c", "4\n0,0\n2,31\n");
        Files.createFile(nsqd.resolve("t:old.diskqueue.000000.dat"));

        Survey survey = Survey.of(nsqd);

        assertThat(survey.queue("t", "c").damages()).containsExactly(
                new Survey.Damage(nsqd.resolve("t:c.diskqueue.000000.dat"), 31, 30, "no message starts here"),
                new Survey.Damage(nsqd.resolve("t:c.diskqueue.000001.dat"), 0, 0,
                        "the file is missing (read before nsqd noted it, or lost)"));
        assertThat(survey.others()).containsExactly(nsqd.resolve("t:old.diskqueue.000000.dat"));
        assertThat(survey.messages()).isEqualTo(2);
        assertThat(importer().run()).contains(new BacklogImport.Count("t", "c", 2));
        assertThat(consume("t", "c", 2)).containsExactly("a", "d");
    }

    @Test
    void aRunningNsqd_isNoticed_andOneCannotStartMeanwhile() throws Exception {
        files.metadata("{\"topics\":[]}");
        try (NsqdLock _ = NsqdLock.take(nsqd)) {
            assertThatThrownBy(() -> Survey.of(nsqd)).isInstanceOf(BacklogException.class)
                    .hasMessageContaining("an nsqd is running on " + nsqd);
            assertThatThrownBy(() -> NsqdLock.take(nsqd)).isInstanceOf(BacklogException.class);
        }
        assertThat(Survey.of(nsqd).queues()).isEmpty();
        assertThatThrownBy(() -> Survey.of(nsqd.resolve("nowhere"))).isInstanceOf(BacklogException.class)
                .hasMessageContaining("nowhere is no folder");
    }
}
