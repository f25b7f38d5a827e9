package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.server.CommandLineRig.Run;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code import nsqd} through the program's own entry, with files as nsqd writes them. */
class ImportCommandTest {
    @TempDir Path folder;
    private Path nsqd;
    private Path data;

    @BeforeEach
    void leaveABacklog() throws IOException {
        nsqd = Files.createDirectories(folder.resolve("nsqd"));
        data = folder.resolve("data");
        Files.writeString(nsqd.resolve("nsqd.dat"), "{\"topics\":[{\"name\":\"orders\",\"paused\":false,\"channels\":["
                + "{\"name\":\"mail\",\"paused\":true},{\"name\":\"billing\",\"paused\":false}]}],\"version\":\"1.3.0\"}");
        Files.write(nsqd.resolve("orders:mail.diskqueue.000000.dat"), records("one", "two"));
        Files.write(nsqd.resolve("orders:billing.diskqueue.000000.dat"), records("one", "two", "three"));
    }

    private static byte[] records(String... bodies) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String body : bodies) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            out.writeBytes(ByteBuffer.allocate(30 + bytes.length)
                    .putInt(26 + bytes.length)
                    .putLong(1_700_000_000_000_000_000L)
                    .putShort((short) 1)
                    .put("0123456789abcdef".getBytes(StandardCharsets.US_ASCII))
                    .put(bytes)
                    .array());
        }
        return out.toByteArray();
    }

    private Run run(String... more) {
        String[] all = Arrays.copyOf(new String[]{"import", "nsqd", nsqd.toString(), "--data", data.toString()},
                5 + more.length);
        System.arraycopy(more, 0, all, 5, more.length);
        return CommandLineRig.run(all);
    }

    @Test
    void everyQueueComesOver_aServerServesIt_asecondRunChangesNothing() throws Exception {
        Run dry = run("--dry-run");
        assertThat(dry.exit()).as(dry.err()).isZero();
        assertThat(dry.out()).contains("would import 5 messages into " + data);
        assertThat(data).doesNotExist();

        Run first = run();
        assertThat(first.exit()).as(first.err()).isZero();
        assertThat(first.out()).containsPattern("orders +billing +3 +3 +11 +false")
                .containsPattern("orders +mail +2 +2 +6 +true")
                .endsWith("imported 5 messages into " + data + "\n");
        assertThat(run("--json").out()).contains("\"channel\":\"billing\"", "\"imported\":3", "\"messages\":5");

        try (ServerProcess server = ServerProcess.start(data)) {
            assertThat(run().err()).contains("in use by process " + server.pid());
            assertThat(
                    CommandLineRig.run("sub", "orders", "--group", "billing", "--wait", "10ms", "--url", server.url())
                            .out())
                    .isEqualTo("one\ntwo\nthree\n");
            assertThat(server.get("/api/v1/topics/orders/groups/mail")).contains("\"paused\":true", "\"ready\":2");
        }
    }

    @Test
    void damage_isNamed_theRestComesOver_exits1() throws Exception {
        Path file = nsqd.resolve("orders:billing.diskqueue.000000.dat");
        byte[] bytes = Files.readAllBytes(file);
        bytes[33] = 0x7f;
        Files.write(file, bytes);

        Run run = run();

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).contains("left: " + file + ", 68 bytes from 33 on: no message starts here",
                "imported 3 messages");
        assertThat(run("--json").out()).contains("\"offset\":33,\"bytes\":68");
    }

    @Test
    void aFolderOfSomethingElse_isRefused() throws Exception {
        Files.delete(nsqd.resolve("nsqd.dat"));
        assertThat(run().err()).startsWith("millrace: ").contains("nsqd.dat", "--data-path");
        assertThat(data).doesNotExist();
    }

    @Test
    void nsqdsPlace_isWarnedAboutUntilItWasImported() throws Exception {
        data = nsqd.resolve("millrace");
        String warning = "millrace import nsqd " + nsqd + " --data " + data;
        assertThat(startedNsqd()).contains(warning);
        assertThat(run().exit()).isZero();
        assertThat(startedNsqd()).doesNotContain(warning);
    }

    private String startedNsqd() throws IOException, InterruptedException {
        try (ServerProcess server = ServerProcess.launch(java.util.List.of("nsqd", "-tcp-address=127.0.0.1:0",
                "-http-address=127.0.0.1:0", "-data-path=" + nsqd), java.util.Map.of())) {
            server.awaitReady();
            server.terminate();
            server.awaitExit();
            return server.output();
        }
    }
}
