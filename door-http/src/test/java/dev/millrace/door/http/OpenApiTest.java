package dev.millrace.door.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.node.GroupStats;
import dev.millrace.node.RetryPolicy;
import dev.millrace.node.TopicStats;
import dev.millrace.node.tasks.TaskInfo;
import dev.millrace.node.tasks.TaskSpec;
import dev.millrace.node.tasks.TaskState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The document docs/openapi.yaml says what the door does. It is read by its indentation; it has no other YAML in it. */
class OpenApiTest {
    private static final Pattern PATH = Pattern.compile("  (/\\S*):");
    private static final Pattern METHOD = Pattern.compile("    (get|post|put|delete):");
    private static final Pattern SCHEMA = Pattern.compile("    (\\w+):.*");
    private static final Pattern SECTION = Pattern.compile("  (\\w+):");
    private static final Pattern REFERENCE = Pattern.compile("#/components/(\\w+/\\w+)");
    private static final Pattern UNQUOTED = Pattern.compile(" *(summary|description): (`.*|[^\"'|>].*: .*)");
    private static final Pattern PROPERTY = Pattern.compile("        (\\w+):.*");

    @TempDir Path folder;

    private static List<String> document() throws IOException {
        for (Path here = Path.of("").toAbsolutePath(); here != null; here = here.getParent()) {
            if (Files.exists(here.resolve("docs/openapi.yaml"))) {
                return Files.readAllLines(here.resolve("docs/openapi.yaml"));
            }
        }
        throw new AssertionError("docs/openapi.yaml is in no folder above " + Path.of("").toAbsolutePath());
    }

    @Test
    void everyRouteIsDescribed_andEveryDescriptionIsARoute() throws IOException {
        Collection<String> described = new TreeSet<>();
        Collection<String> withToken = new TreeSet<>();
        String path = "";
        String operation = "";
        for (String line : document()) {
            Matcher atPath = PATH.matcher(line);
            Matcher atMethod = METHOD.matcher(line);
            if (atPath.matches()) {
                path = atPath.group(1);
            } else if (atMethod.matches()) {
                operation = atMethod.group(1).toUpperCase(Locale.ROOT) + " " + path;
                described.add(operation);
            } else if (line.equals("      security: [{token: []}]")) {
                withToken.add(operation);
            }
        }
        Collection<String> routes = new TreeSet<>();
        Collection<String> refused = new TreeSet<>();
        try (DoorRig rig = new DoorRig(folder)) {
            rig.door.routes().forEach(route -> routes.add(route.method() + " " + route.template()));
            for (String route : routes) {
                String head = route.replaceAll("\\{\\w+}", "x")
                        + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
                if (rig.statusOf(head) == 401) {
                    refused.add(route);
                }
            }
        }
        assertThat(described).isEqualTo(routes);
        assertThat(withToken).as("operations that need the token").isEqualTo(refused);
    }

    @Test
    void document_isServed_andSaysThatTheApiIsAtTheSameAddress() throws Exception {
        try (DoorRig rig = new DoorRig(folder)) {
            DoorRig.Answer answer = rig.get("/api/v1/openapi.yaml");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/yaml");
            List<String> served = answer.text().lines().toList();
            assertThat(served).contains("  - url: /");
            assertThat(served.stream().map(line -> line.equals("  - url: /") ? "  - url: http://127.0.0.1:7070" : line))
                    .containsExactlyElementsOf(document());
        }
    }

    private static List<String> properties(String schema) throws IOException {
        List<String> properties = new ArrayList<>();
        boolean inside = false;
        for (String line : document()) {
            Matcher atSchema = SCHEMA.matcher(line);
            Matcher atProperty = PROPERTY.matcher(line);
            if (atSchema.matches()) {
                inside = atSchema.group(1).equals(schema);
            } else if (inside && atProperty.matches()) {
                properties.add(atProperty.group(1));
            }
        }
        return properties;
    }

    @Test
    void topicAndGroup_haveTheMembersThatAreDescribed() throws IOException {
        TopicStats topic = new TopicStats("t", false, 0, 0, 0, 0, 0, 0, 0, 0, 0, false, List.of());
        GroupStats group = new GroupStats("g", false, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                RetryPolicy.NONE);
        assertThat(StatsJson.of(topic).propertyNames()).containsExactlyElementsOf(properties("Topic"));
        assertThat(StatsJson.of(group).propertyNames()).containsExactlyElementsOf(properties("Group"));
    }

    @Test
    void task_hasTheMembersThatAreDescribed() throws IOException {
        TaskSpec step = new TaskSpec("t", ByteBuffer.allocate(1), Map.of(),
                new TaskSpec.Keys("k", "l", "u", 1, true, 4, "id"),
                new TaskSpec.Terms(0, 1, 1, new TaskSpec.Backoff(1, 1), 1, 1, 1, 1));
        TaskSpec member = step.with(new TaskSpec.Flow(List.of(new TaskSpec.Step("q", step, TaskSpec.Result.NONE)),
                new TaskSpec.BatchRef("q", 1), "", 0));
        TaskSpec gathered = new TaskSpec("t", ByteBuffer.allocate(4), Map.of(), step.keys(), step.terms(),
                new TaskSpec.Flow(List.of(), TaskSpec.BatchRef.NONE, "g", 1));
        Collection<String> members = new TreeSet<>(TaskJson.of(task(member), false).propertyNames());
        assertThat(TaskJson.of(task(member), true).propertyNames()).contains("base64");
        members.add("base64");
        members.addAll(TaskJson.of(task(gathered), false).propertyNames());
        assertThat(members).isEqualTo(new TreeSet<>(properties("Task")));
    }

    private static TaskInfo task(TaskSpec spec) {
        return new TaskInfo(1, TaskState.DONE, spec, new TaskInfo.Attempts(1, 1, List.of()), new TaskInfo.Times(1, 1),
                false, new TaskInfo.Output(1, "x", ByteBuffer.allocate(1), "line\n"));
    }

    @Test
    void everyReferenceLeadsSomewhere_andNothingIsDefinedForNobody() throws IOException {
        Collection<String> used = new TreeSet<>();
        Collection<String> defined = new TreeSet<>();
        String section = "";
        boolean components = false;
        for (String line : document()) {
            Matcher reference = REFERENCE.matcher(line);
            while (reference.find()) {
                used.add(reference.group(1));
            }
            components |= line.equals("components:");
            Matcher atSection = SECTION.matcher(line);
            Matcher atDefinition = SCHEMA.matcher(line);
            if (components && atSection.matches()) {
                section = atSection.group(1);
            } else if (components && !section.equals("securitySchemes") && atDefinition.matches()) {
                defined.add(section + "/" + atDefinition.group(1));
            }
        }
        assertThat(used).isNotEmpty().isEqualTo(defined);
    }

    /** A text with a colon or that begins with a backtick is no YAML unless it is quoted. */
    @Test
    void texts_areQuotedWhereYamlWantsIt() throws IOException {
        assertThat(document()).filteredOn(line -> UNQUOTED.matcher(line).matches()).isEmpty();
    }
}
