package dev.millrace.verification.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.verification.tidy.Repository;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the documents say to paste, pasted: the commands go to a real server through a shell, in a folder and a home of
 * their own. The well-known ports become those of the server, and {@code ./millrace} is the program without its launcher.
 */
class DocumentedCommandsTest {
    private static final long PATIENCE_MILLIS = 120_000;
    private static final Pattern PRINTS = Pattern.compile("# .*?prints: (.*)");

    @TempDir Path folder;
    private MillraceProcess server;

    @BeforeEach
    void start() throws IOException {
        server = MillraceProcess.start(folder.resolve("data"));
        script(folder.resolve("millrace"), "exec " + quoted(MillraceProcess.program()) + " \"$@\"");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static void script(Path file, String line) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + line + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private static String quoted(List<String> words) {
        return String.join(" ", words.stream().map(word -> "'" + word.replace("'", "'\\''") + "'").toList());
    }

    /** The fenced blocks under a heading, or before the first one. */
    private static List<String> blocks(String document, String heading) throws IOException {
        List<String> blocks = new ArrayList<>();
        boolean inside = heading.isEmpty();
        StringBuilder block = null;
        for (String line : Files.readAllLines(Repository.find().root().resolve(document))) {
            if (block == null && line.startsWith("## ")) {
                inside = line.equals(heading);
            } else if (inside && line.startsWith("```")) {
                if (block != null) {
                    blocks.add(block.toString());
                }
                block = block == null ? new StringBuilder() : null;
            } else if (block != null) {
                block.append(line).append('\n');
            }
        }
        assertThat(blocks).as("fenced blocks of " + document + " under '" + heading + "'").isNotEmpty();
        return blocks;
    }

    private static String at(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }

    /** Runs commands as one who pastes them; returns the lines they print. */
    private List<String> paste(String commands) throws IOException {
        String here = commands.replace("127.0.0.1:4151", at(server.address("nsq-http")))
                .replace("127.0.0.1:7070", at(server.address("http")));
        script(folder.resolve("bin/pgrep"), "echo " + server.pid());
        Map<String, String> environment = new HashMap<>();
        environment.put("HOME", Files.createDirectories(folder.resolve("home")).toString());
        environment.put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
        environment.put("MILLRACE_URL", "http://" + at(server.address("http")));
        try (ManagedProcess shell = ManagedProcess.start(List.of("sh", "-ec", here), folder, environment)) {
            int exit = shell.awaitExit(PATIENCE_MILLIS);
            assertThat(exit).as("exit code of\n" + here + "which printed\n" + String.join("\n", shell.output()))
                    .isZero();
            return shell.output();
        }
    }

    /** Each "# prints: a, then b" of the commands, as lines. */
    private static List<String> promised(String commands) {
        List<String> lines = new ArrayList<>();
        Matcher prints = PRINTS.matcher(commands);
        while (prints.find()) {
            lines.addAll(List.of(prints.group(1).split(", then ", -1)));
        }
        return lines;
    }

    @Test
    void readme_tour_printsWhatItPromises() throws IOException {
        int promises = 0;
        for (String block : blocks("README.md", "## A tour")) {
            List<String> printed = paste(block);
            List<String> promised = promised(block);
            if (!promised.isEmpty()) {
                assertThat(printed).as("what this prints:\n" + block).containsSubsequence(promised);
            }
            promises += promised.size();
            if (block.contains("kill -9")) {
                server = server.restart();
            }
        }
        assertThat(promises).as("outputs that the tour promises").isGreaterThanOrEqualTo(5);
        server.close();
        assertThat(paste("./millrace check data").getLast()).isEqualTo("sound");
    }

    @Test
    void httpApi_curlExamples_areAnswered() throws IOException {
        for (String block : blocks("docs/http-api.md", "")) {
            assertThat(String.join("\n", paste(block))).contains("\"ids\":[")
                    .contains("\"text\":\"hello\"")
                    .contains("\"done\":1,\"stale\":[]")
                    .doesNotContain("urn:millrace:problem");
        }
    }

    @Test
    void httpApi_curlExamplesOfTasks_areAnswered() throws IOException {
        for (String block : blocks("docs/http-api.md", "## Task queues")) {
            assertThat(String.join("\n", paste(block))).contains("\"duplicate\":false")
                    .contains("\"state\":\"ready\"")
                    .contains("\"token\":")
                    .doesNotContain("urn:millrace:problem");
        }
    }

    @Test
    void httpApi_curlExamplesOfLiveFigures_areAnswered() throws IOException {
        paste("./millrace queue create emails");
        String printed = String.join("\n", paste(blocks("docs/http-api.md", "## Live figures").getFirst()));
        assertThat(printed).contains("event: topics", "event: queue", "\"name\":\"emails\"")
                .doesNotContain("urn:millrace:problem");
    }

    @Test
    void tasks_firstCommands_enqueueListAndDo() throws IOException {
        script(folder.resolve("send-mail.sh"), "cat >mail && mv mail sent");
        String block = blocks("docs/tasks.md", "").getFirst();
        assertThat(block.lines().toList()).last().asString().startsWith("./millrace worker emails --exec");
        List<String> printed = paste(block.stripTrailing() + " &\n" + """
                ./millrace task run-now emails --all --state scheduled
                while [ ! -e sent ]; do sleep 0.05; done
                kill $!
                wait $!
                cat sent
                """);
        assertThat(printed).element(0).asString().startsWith("enqueued ");
        assertThat(printed).element(1).isEqualTo("[]");
        assertThat(printed).last().isEqualTo("{\"user\":7}");
    }

    @Test
    void tasks_curlExamples_areAnswered() throws IOException {
        String curls = blocks("docs/tasks.md", "## Workers over HTTP").getFirst();
        assertThat(String.join("\n", paste(curls))).contains("\"token\":")
                .contains("\"done\":1,\"stale\":[]")
                .contains("\"state\":\"done\"")
                .contains("\"percent\":50")
                .doesNotContain("urn:millrace:problem");
    }

    @Test
    void nsq_curlExamples_areAnswered() throws IOException {
        String curls = blocks("docs/nsq.md", "").stream()
                .filter(block -> block.startsWith("curl"))
                .findFirst()
                .orElseThrow();
        assertThat(String.join("\n", paste(curls))).contains("OK").contains("\"depth\":3");
    }
}
