package dev.millrace.door.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.net.ApiToken;
import dev.millrace.net.Authentication;
import dev.millrace.net.ListenAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessTest {
    private static final String PUBLISH = "POST /api/v1/topics/t/messages HTTP/1.1\r\nContent-Length: 1\r\n";

    @TempDir Path folder;

    @Test
    void deletions_needTheToken_theRestDoesNot() throws Exception {
        try (DoorRig rig = new DoorRig(folder)) {
            rig.raw("/api/v1/topics/t/messages", "x".getBytes(StandardCharsets.UTF_8));
            rig.post("/api/v1/topics/t/groups", "{\"name\":\"g\"}");
            assertThat(rig.delete("/api/v1/topics/t").status()).isEqualTo(401);
            assertThat(rig.delete("/api/v1/topics/t/groups/g").status()).isEqualTo(401);
            for (String path : List.of("/empty", "/groups/g/empty", "/groups/g/dead/purge")) {
                assertThat(rig.post("/api/v1/topics/t" + path, "{}").status()).as(path).isEqualTo(401);
            }
            assertThat(rig.get("/api/v1/topics/t").number("/accepted")).isEqualTo(1);
            assertThat(rig.delete("/api/v1/topics/t").at("/detail")).contains(rig.tokenFile.toString());
            assertThat(rig.withToken("DELETE", "/api/v1/topics/t", "").status()).isEqualTo(204);
        }
    }

    @Test
    void tokenFile_isItsUsersOnly_namesTheAddress_staysTheSameOverRestarts() throws Exception {
        String token;
        try (DoorRig rig = new DoorRig(folder)) {
            token = rig.token();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(rig.tokenFile)))
                    .isEqualTo("rw-------");
            assertThat(rig.tokenFile).content().contains("url = http://127.0.0.1:" + rig.door.address().port() + "\n");
        }
        try (DoorRig rig = new DoorRig(folder)) {
            assertThat(rig.token()).isEqualTo(token);
            assertThat(rig.tokenFile).content().contains("url = http://127.0.0.1:" + rig.door.address().port() + "\n");
        }
    }

    @Test
    void tokenFile_damaged_saysWhatToDo() throws Exception {
        Files.writeString(folder.resolve("http-token"), "token = short\n");
        assertThatThrownBy(() -> ApiToken.in(folder.resolve("http-token"))).hasMessageContaining("Delete it");
    }

    @Test
    void foreignHost_isRefused() throws Exception {
        try (DoorRig rig = new DoorRig(folder)) {
            for (String host : List.of("localhost", "localhost:1", "127.0.0.1:7070", "[::1]:7070", "LOCALHOST")) {
                assertThat(rig.statusOf(PUBLISH + "Host: " + host + "\r\n\r\nx")).as(host).isEqualTo(201);
            }
            for (String host : List.of("evil.example", "localhost.evil.example", "192.0.2.1", "", "[::1")) {
                assertThat(rig.statusOf(PUBLISH + "Host: " + host + "\r\n\r\nx")).as(host).isEqualTo(421);
            }
            assertThat(rig.statusOf(PUBLISH + "\r\nx")).isEqualTo(400);
            assertThat(rig.statusOf(PUBLISH + "Host: localhost\r\nHost: evil.example\r\n\r\nx")).isEqualTo(400);
            assertThat(rig.statusOf("GET /healthz HTTP/1.1\r\nHost: anything\r\n")).isEqualTo(200);
        }
    }

    @Test
    void foreignPages_areRefused() throws Exception {
        try (DoorRig rig = new DoorRig(folder)) {
            String local = PUBLISH + "Host: localhost:7070\r\n";
            assertThat(rig.statusOf(local + "Origin: http://localhost:7070\r\n\r\nx")).isEqualTo(201);
            assertThat(rig.statusOf(local + "Sec-Fetch-Site: same-origin\r\n\r\nx")).isEqualTo(201);
            assertThat(rig.statusOf(local + "Origin: http://evil.example\r\n\r\nx")).isEqualTo(403);
            assertThat(rig.statusOf(local + "Origin: http://localhost:8080\r\n\r\nx")).isEqualTo(403);
            assertThat(rig.statusOf(local + "Origin: null\r\n\r\nx")).isEqualTo(403);
            assertThat(rig.statusOf(local + "Sec-Fetch-Site: cross-site\r\n\r\nx")).isEqualTo(403);
            assertThat(rig.get("/api/v1/topics/t").number("/accepted")).isEqualTo(2);
        }
    }

    @Test
    void changes_areTakenOnlyAsJson() throws Exception {
        try (DoorRig rig = new DoorRig(folder)) {
            byte[] json = "{\"name\":\"t\"}".getBytes(StandardCharsets.UTF_8);
            assertThat(rig.raw("/api/v1/topics", json).status()).isEqualTo(415);
            assertThat(rig.raw("/api/v1/topics/t/groups/g/pull", "{}".getBytes(StandardCharsets.UTF_8)).status())
                    .isEqualTo(415);
        }
    }

    @Test
    void authenticationOfEverything_probesStayOpen() throws Exception {
        HttpDoorOptions base = DoorRig.options(folder);
        HttpDoorOptions strict = new HttpDoorOptions(base.address(), Authentication.EVERYTHING,
                List.of("queue.example"),
                base.tokenFile(), base.maxMessageBytes(), base.maxRequestBytes(), base.maxBufferedBytes(), "test");
        try (DoorRig rig = new DoorRig(folder, strict)) {
            assertThat(rig.get("/api/v1/topics").status()).isEqualTo(401);
            assertThat(rig.get("/metrics").status()).isEqualTo(401);
            assertThat(rig.get("/no/such/path").status()).isEqualTo(401);
            assertThat(rig.get("/readyz").status()).isEqualTo(200);
            assertThat(rig.withToken("GET", "/api/v1/topics", "").status()).isEqualTo(200);
            assertThat(rig.statusOf("GET /api/v1/topics HTTP/1.1\r\nHost: queue.example\r\nAuthorization: Bearer "
                    + rig.token() + "\r\n")).isEqualTo(200);
            assertThat(rig.statusOf("GET /api/v1/topics HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                    + rig.token().replace('_', '-') + "\r\n")).isEqualTo(401);
        }
    }

    @Test
    void open_onEveryInterfaceWithoutCredentials_isRefused() {
        HttpDoorOptions open = HttpDoorOptions.of(ListenAddress.parse("0.0.0.0:0"), folder.resolve("http-token"),
                "test");
        assertThatThrownBy(() -> new DoorRig(folder, open)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("http-auth");
    }
}
