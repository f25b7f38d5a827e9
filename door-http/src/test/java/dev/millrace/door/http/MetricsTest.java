package dev.millrace.door.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code /metrics} against what happened, and against its table in docs/operations.md. */
class MetricsTest {
    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE millrace(_[a-z_]+) ");
    private static final Pattern NAME = Pattern.compile("`(millrace)?(_[a-z_]+)`");

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

    private static List<String> table() throws IOException {
        for (Path here = Path.of("").toAbsolutePath(); here != null; here = here.getParent()) {
            Path document = here.resolve("docs/operations.md");
            if (Files.exists(document)) {
                List<String> lines = Files.readAllLines(document);
                return lines.subList(lines.indexOf("## Metrics"), lines.size())
                        .stream()
                        .filter(line -> line.startsWith("| `millrace"))
                        .toList();
            }
        }
        throw new AssertionError("docs/operations.md is in no folder above " + Path.of("").toAbsolutePath());
    }

    /** The names of a row's first cell; one that begins with an underscore goes on where the first one's words end. */
    private static List<String> names(String row, Set<String> exposed) {
        List<String> names = new ArrayList<>();
        Matcher name = NAME.matcher(row.split("\\|", -1)[1]);
        while (name.find()) {
            String text = name.group(2);
            if (name.group(1) == null) {
                for (String prefix = names.getFirst(); !prefix.isEmpty() && !exposed.contains(text); prefix = prefix
                        .substring(0, prefix.lastIndexOf('_'))) {
                    String whole = prefix.substring(0, prefix.lastIndexOf('_')) + name.group(2);
                    text = exposed.contains(whole) ? whole : text;
                }
            }
            names.add(text);
        }
        return names;
    }

    @Test
    void everyMetricIsDocumented_andEveryDocumentedOneIsThere() throws Exception {
        Set<String> exposed = new TreeSet<>();
        Matcher type = TYPE.matcher(rig.get("/metrics").text());
        while (type.find()) {
            exposed.add(type.group(1));
        }
        Set<String> documented = new TreeSet<>();
        for (String row : table()) {
            documented.addAll(names(row, exposed));
        }
        assertThat(documented).isEqualTo(exposed);
    }

    private long sample(String name) throws Exception {
        Matcher value = Pattern.compile("(?m)^" + Pattern.quote(name) + " (\\d+)$").matcher(rig.get("/metrics").text());
        assertThat(value.find()).as(name + " is a sample").isTrue();
        return Long.parseLong(value.group(1));
    }

    @Test
    void latencies_countWhatHappened() throws Exception {
        rig.post("/api/v1/topics/t/groups", "{\"name\":\"g\"}");
        var waiting = rig.postLater("/api/v1/topics/t/groups/g/pull", "{\"waitMillis\":30000}");
        rig.post("/api/v1/topics/t/messages", "{\"text\":\"later\",\"delayMillis\":20}");
        assertThat(waiting.get().at("/messages/0/text")).isEqualTo("later");
        assertThat(sample("millrace_due_delivered_seconds_count{shard=\"0\"}")).isEqualTo(1);
        assertThat(sample("millrace_publish_durable_seconds_count{shard=\"0\"}")).isEqualTo(1);
        assertThat(sample("millrace_append_seconds_count{shard=\"0\"}"))
                .isGreaterThanOrEqualTo(3)
                .isLessThanOrEqualTo(sample("millrace_log_batches_total{shard=\"0\"}"));
        assertThat(sample("millrace_slow_slices_total{shard=\"0\",part=\"commands\"}")).isGreaterThanOrEqualTo(0);
    }
}
