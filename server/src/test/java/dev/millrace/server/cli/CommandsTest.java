package dev.millrace.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.CommandLineRig;
import dev.millrace.server.CommandLineRig.Run;
import dev.millrace.server.ServerProcess;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command through the program's own entry, against a real server. */
class CommandsTest {
    @TempDir static Path folder;
    private static ServerProcess server;

    @BeforeAll
    static void start() throws Exception {
        server = ServerProcess.start(folder.resolve("data"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Run run(String... args) {
        return CommandLineRig.run(server, args);
    }

    private static String done(String... args) {
        return CommandLineRig.done(server, args);
    }

    @Test
    void pubAndSub_argumentsAndFile() throws Exception {
        assertThat(done("pub", "greetings", "one", "two")).isEqualTo("published 2 messages to greetings");
        Path file = Files.writeString(folder.resolve("message"), "from a file");
        assertThat(done("pub", "greetings", "--file", file.toString(), "--json")).isEqualTo("{\"published\":1}");
        assertThat(done("sub", "greetings", "--group", "g", "-n", "3")).isEqualTo("one\ntwo\nfrom a file");
        assertThat(done("sub", "greetings", "--group", "g", "--wait", "10ms")).isEmpty();
    }

    @Test
    void sub_noAck_andFilterOnlyWithoutGroup() {
        done("pub", "mixed", "apple", "pear", "apple pie");
        Run filtered = run("sub", "mixed", "--group", "g", "--filter", "apple", "-n", "2");
        assertThat(filtered.exit()).isNotZero();
        assertThat(filtered.err()).contains("--filter with --group");
        assertThat(done("sub", "mixed", "--group", "g", "--no-ack", "--lease", "3s", "-n", "3"))
                .isEqualTo("apple\npear\napple pie");
        assertThat(done("sub", "mixed", "--group", "g", "-n", "3").lines()).containsExactlyInAnyOrder("apple", "pear",
                "apple pie");
    }

    @Test
    void topics_createListShowPauseEmptyDelete() {
        assertThat(done("topic", "create", "orders")).isEqualTo("created orders");
        assertThat(done("topic", "create", "orders")).isEqualTo("exists already: orders");
        assertThat(done("topic", "list")).contains("orders");
        assertThat(done("topic", "pause", "orders")).isEqualTo("paused orders");
        assertThat(done("topic", "show", "orders", "--json")).contains("\"paused\":true");
        done("topic", "resume", "orders");
        done("pub", "orders", "x");
        done("topic", "empty", "orders");
        assertThat(done("topic", "show", "orders", "--json")).contains("\"waiting\":0");
        assertThat(done("topic", "delete", "orders")).isEqualTo("deleted orders");
        Run gone = run("topic", "show", "orders");
        assertThat(gone.exit()).isEqualTo(1);
        assertThat(gone.err()).contains("there is no topic 'orders'");
    }

    @Test
    void groupsAndDeadLetters() {
        done("group", "create", "work", "crew", "--max-attempts", "1");
        assertThat(done("group", "list", "work")).contains("crew");
        done("pub", "work", "poison");
        done("sub", "work", "--group", "crew", "-n", "1", "--no-ack", "--lease", "1ms");
        String dead = "no dead letters";
        for (long until = System.nanoTime() + 30_000_000_000L; dead
                .equals("no dead letters"); dead = done("dead", "list",
                        "work", "crew")) {
            assertThat(System.nanoTime()).as("waiting for the dead letter").isLessThan(until);
        }
        assertThat(dead).contains("poison");
        assertThat(done("dead", "replay", "work", "crew", "--all")).isEqualTo("replayed 1");
        assertThat(done("sub", "work", "--group", "crew", "-n", "1")).isEqualTo("poison");
        assertThat(done("dead", "purge", "work", "crew", "--all")).isEqualTo("purged 0");
        assertThat(run("dead", "purge", "work", "crew").err()).contains("--all");
        assertThat(done("group", "retry-policy", "work", "crew", "--max-attempts", "3")).startsWith("set");
        assertThat(done("group", "delete", "work", "crew")).isEqualTo("deleted work:crew");
    }

    @Test
    void history_isSetShownAndReplayed() {
        done("topic", "create", "past");
        assertThat(done("topic", "history", "past")).startsWith("no history");
        assertThat(done("topic", "history", "past", "--max-age", "1h", "--max-bytes", "1GiB")).startsWith("set");
        done("pub", "past", "one", "two");
        assertThat(done("sub", "past", "--group", "g", "-n", "2")).isEqualTo("one\ntwo");
        assertThat(done("topic", "history", "past"))
                .isEqualTo("2 messages that all groups are done with are kept, for at"
                        + " most 3600000 ms, in at most 1073741824 bytes of the topic");
        assertThat(done("group", "replay", "past", "g", "--from", "1h")).isEqualTo("offered 2 messages anew to past:g");
        assertThat(done("sub", "past", "--group", "g", "-n", "2")).isEqualTo("one\ntwo");
        assertThat(run("group", "replay", "past", "g", "--from", "never").err()).contains("must be earliest");
        assertThat(run("topic", "history", "past", "--off", "--max-age", "1h").err()).contains("one of the two");
        assertThat(done("topic", "history", "past", "--off")).startsWith("set");
        assertThat(done("group", "replay", "past", "g", "--from", "earliest")).startsWith("offered 0 ");
        assertThat(done("dead", "job", "past", "g")).isEqualTo("there was none");
        assertThat(done("dead", "replay", "past", "g", "--all", "--background")).isEqualTo("started to replay 0");
        assertThat(done("dead", "job", "past", "g")).isEqualTo("replay: 0 of 0 left");
    }

    @Test
    void backup_ofARunningServer_isSound() {
        done("pub", "saved", "one", "two");
        Path copy = folder.resolve("backup");
        assertThat(done("backup", copy.toString())).matches("copied \\d+ bytes to .*backup");
        Run check = CommandLineRig.run("check", copy.toString());
        assertThat(check.exit()).as(check.out()).isZero();
        Run again = run("backup", copy.toString());
        assertThat(again.exit()).isEqualTo(1);
        assertThat(again.err()).contains("name a new folder");
    }

    @Test
    void groupsRetryPolicy_isShownAndSet() {
        done("group", "create", "policies", "crew");
        assertThat(done("group", "show", "policies", "crew")).contains("no limit of attempts, no delay between them");
        done("group", "retry-policy", "policies", "crew", "--max-attempts", "8", "--min-backoff", "500ms",
                "--max-backoff", "5m", "--jitter", "20");
        assertThat(done("group", "show", "policies", "crew"))
                .contains("dead after 8 attempts, delays of 500 ms, doubling up to 300000 ms, shorter by up to 20 %");
        assertThat(done("group", "show", "policies", "crew", "--json")).contains(
                "\"retryPolicy\":{\"maxAttempts\":8,\"minBackoffMillis\":500,\"maxBackoffMillis\":300000,"
                        + "\"jitterPercent\":20}");
        done("group", "retry-policy", "policies", "crew");
        assertThat(done("group", "show", "policies", "crew")).contains("no limit of attempts");
    }

    @Test
    void completion_isAShellScriptThatKnowsEveryCommand() throws Exception {
        String script = CommandLineRig.run("completion").out();
        assertThat(script).startsWith("#!/usr/bin/env bash")
                .contains("retry-policy", "--max-attempts", "import", "nsqlookupd", "--disk-low");
        assertThat(new ProcessBuilder("bash", "-n", Files.writeString(folder.resolve("completion"), script).toString())
                .inheritIO()
                .start()
                .waitFor()).isZero();
    }

    @Test
    void progress_isOneLineThatIsTakenAway() {
        StringWriter err = new StringWriter();
        ProgressLine line = new ProgressLine(new PrintWriter(err), true);
        for (long until = System.nanoTime() + 5_000_000_000L; err.toString().isEmpty() && System.nanoTime() < until;) {
            line.show("17 published");
        }
        line.end();
        assertThat(err.toString()).isEqualTo("\r17 published\r            \r");
        StringWriter nobody = new StringWriter();
        ProgressLine unseen = new ProgressLine(new PrintWriter(nobody), false);
        unseen.show("x");
        unseen.end();
        assertThat(nobody.toString()).isEmpty();
    }

    @Test
    void top_showsATable() {
        done("pub", "busy", "x");
        assertThat(done("top", "-n", "1", "--interval", "10ms")).contains("in/s").contains("busy");
    }

    @Test
    void noServer_saysHowToStartOne() {
        Run run = CommandLineRig.run("topic", "list", "--url", "http://127.0.0.1:1");
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("./millrace server", "MILLRACE_URL");
    }

    @Test
    void checkAndDump_ofAStoppedServersFolder_andARunningOne() throws Exception {
        Path data = folder.resolve("other");
        try (ServerProcess other = ServerProcess.start(data)) {
            other.publish("orders", "hello");
            assertThat(CommandLineRig.run("check", data.toString()).err()).contains("in use by process " + other.pid());
            other.terminate();
            assertThat(other.awaitExit()).isZero();
        }
        Run check = CommandLineRig.run("check", data.toString());
        assertThat(check.exit()).as(check.out()).isZero();
        assertThat(check.out()).contains("1 shards").endsWith("sound\n");
        assertThat(CommandLineRig.run("check", data.toString(), "--json").out()).startsWith("{\"damaged\":false");
        assertThat(CommandLineRig.run("log", "dump", data.toString()).out()).contains("hello");
        Run nothing = CommandLineRig.run("check", folder.resolve("nowhere").toString());
        assertThat(nothing.exit()).isEqualTo(1);
        assertThat(nothing.err()).startsWith("millrace: ");
    }

    @Test
    void config_printsSettings_helpOfEveryCommandHasAnExample() {
        assertThat(CommandLineRig.run("config", "--sync", "os").out()).containsPattern("sync = \"os\" +# flag --sync");
        for (String command : new String[]{"pub", "sub", "topic", "group", "dead", "top", "backup", "check",
            "import nsqd", "completion"}) {
            Run help = CommandLineRig.run((command + " --help").split(" ", -1));
            assertThat(help.exit()).isZero();
            assertThat(help.out()).contains("millrace " + command).contains("Example");
        }
    }
}
