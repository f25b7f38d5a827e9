package dev.millrace.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.net.ListenAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {
    @TempDir Path folder;

    private static Configuration flags(String... keysAndValues) {
        List<Map.Entry<String, String>> flags = new ArrayList<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            flags.add(Map.entry(keysAndValues[i], keysAndValues[i + 1]));
        }
        return Configuration.load(flags, Map.of());
    }

    @Test
    void defaults_areAllValid_listenOnLoopbackOnly() {
        Configuration settings = Configuration.defaults();
        for (Setting<?> setting : Settings.ALL) {
            assertThat(settings.origin(setting.key())).isEqualTo("default");
        }
        for (Setting<ListenAddress> address : List.of(Settings.NSQ_TCP, Settings.NSQ_HTTP, Settings.HTTP,
                Settings.LOOKUPD_TCP, Settings.LOOKUPD_HTTP)) {
            assertThat(settings.get(address).isLoopback()).isTrue();
        }
    }

    @Test
    void load_flagsOverEnvironmentOverFile_originsAreTold() throws IOException {
        Path file = Files.writeString(folder.resolve("m.toml"), "shards = 2\ndata = \"from-file\"\nsync = \"os\"\n");
        Configuration settings = Configuration.load(
                List.of(Map.entry("config", file.toString()), Map.entry("shards", "4")),
                Map.of("MILLRACE_SHARDS", "3", "MILLRACE_DATA", "from-environment"));
        assertThat(settings.get(Settings.SHARDS)).isEqualTo(4);
        assertThat(settings.origin("shards")).isEqualTo("flag --shards");
        assertThat(settings.get(Settings.DATA)).isEqualTo(Path.of("from-environment"));
        assertThat(settings.origin("data")).isEqualTo("environment MILLRACE_DATA");
        assertThat(settings.get(Settings.SYNC)).isEqualTo(Settings.Sync.OS);
        assertThat(settings.origin("sync")).isEqualTo("file " + file + ":3");
        assertThat(settings.origin("http")).isEqualTo("default");
    }

    @Test
    void load_fileNamedByTheEnvironment() throws IOException {
        Path file = Files.writeString(folder.resolve("m.toml"), "shards = 2\n");
        Configuration settings = Configuration.load(List.of(), Map.of("MILLRACE_CONFIG", file.toString()));
        assertThat(settings.get(Settings.SHARDS)).isEqualTo(2);
    }

    @Test
    void print_isAFileThatSaysTheSame() throws IOException {
        Configuration settings = Configuration.load(
                List.of(Map.entry("http-hosts", "a.example, b.example"), Map.entry("nsqd.max-rdy-count", "7"),
                        Map.entry("nsqd.lookupd-tcp-address", "a:1"), Map.entry("nsqd.lookupd-tcp-address", "b:2")),
                Map.of("MILLRACE_NSQD_MSG_TIMEOUT", "5s"));
        String printed = settings.print();
        assertThat(printed).contains("# default", "# flag --http-hosts", "# environment MILLRACE_NSQD_MSG_TIMEOUT");
        Path file = Files.writeString(folder.resolve("again.toml"), printed);
        Configuration again = flags("config", file.toString());
        assertThat(again.get(Settings.HTTP_HOSTS)).containsExactly("a.example", "b.example");
        assertThat(again.table("nsqd")).isEqualTo(settings.table("nsqd"))
                .isEqualTo(Map.of("max-rdy-count", List.of("7"),
                        "lookupd-tcp-address", List.of("a:1", "b:2"), "msg-timeout", List.of("5s")));
        for (Setting<?> setting : Settings.ALL) {
            assertThat(again.get(setting)).as(setting.key()).isEqualTo(settings.get(setting));
        }
    }

    @ParameterizedTest
    @CsvSource({"shards, 0", "shards, many", "sync, sometimes", "nsq-tcp, 4150", "http, localhost:x",
        "stop-timeout, 10",
        "stop-timeout, 10 s", "max-message-size, 1MB", "data, ''", "log-level, loud"})
    void load_wrongValue_namesKeyValueAndOrigin(String key, String value) {
        assertThatThrownBy(() -> flags(key, value)).isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("flag --" + key + ": " + key + " is '" + value + "'; ");
    }

    @Test
    void load_unknownKey_suggestsTheNearest() throws IOException {
        assertThatThrownBy(() -> flags("nsq-tpc", "off")).hasMessageContaining("Did you mean 'nsq-tcp'");
        assertThatThrownBy(() -> flags("tcp-port", "4150")).hasMessageContaining("Did you mean 'nsq-tcp'");
        assertThatThrownBy(() -> flags("max-msg-size", "1")).hasMessageContaining("Did you mean 'max-message-size'");
        Path file = Files.writeString(folder.resolve("m.toml"), "\nmax-mesage-size = \"1MiB\"\n");
        assertThatThrownBy(() -> flags("config", file.toString()))
                .hasMessageStartingWith("file " + file + ":2: ")
                .hasMessageContaining("'max-message-size'");
    }

    @Test
    void load_sameKeyTwiceInTheFile_isRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("m.toml"), "nsq-tcp = \"off\"\nnsq_tcp = \"off\"\n");
        assertThatThrownBy(() -> flags("config", file.toString())).hasMessageContaining("line 1 already");
    }

    @Test
    void load_missingFile_saysWhereItWasNamed() {
        assertThatThrownBy(() -> flags("config", folder.resolve("no.toml").toString()))
                .hasMessageContaining("--config");
    }

    @Test
    void load_unknownVariable_isAWarning() {
        Configuration settings = Configuration.load(List.of(),
                Map.of("MILLRACE_DTA", "x", "MILLRACE_JAVA_OPTIONS", "-Xmx1g",
                        "OTHER", "y"));
        assertThat(settings.warnings()).singleElement().asString().contains("MILLRACE_DTA");
    }

    @ParameterizedTest
    @CsvSource({"250ms, 250", "10s, 10000", "5m, 300000", "1h30m, 5400000", "7d, 604800000", "0s, 0"})
    void duration_everyUnit(String text, long millis) {
        assertThat(Kind.duration(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "10", "s", "-1s", "1.5s", "1s 2s", "1x", "99999999999999999999s", "999999999999999999d"})
    void duration_anythingElse_isRefused(String text) {
        assertThatThrownBy(() -> Kind.duration(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"4096, 4096", "64KiB, 65536", "8 MiB, 8388608", "2GiB, 2147483648", "1TiB, 1099511627776", "12B, 12"})
    void size_everyUnit(String text, long bytes) {
        assertThat(flags("cache-read", text).get(Settings.CACHE_READ)).isEqualTo(bytes);
    }

    @Test
    void everySetting_standsInTheConfigurationPage_withItsDefault() throws IOException {
        List<String> page = Files.readAllLines(RepositoryFiles.find("docs/configuration.md"));
        for (Setting<?> setting : Settings.ALL) {
            String fallback = setting.fallback().isEmpty() ? "" : "`" + setting.fallback() + "`";
            assertThat(page).as("docs/configuration.md")
                    .anyMatch(line -> line.startsWith("| `" + setting.key() + "` |")
                            && line.contains("| " + fallback + (fallback.isEmpty() ? "" : " ") + "|"));
        }
        long rows = page.stream().filter(line -> line.matches("\\| `[a-z-]+` \\|.*")).count();
        assertThat(rows).as("keys in docs/configuration.md").isEqualTo(Settings.ALL.size());
    }
}
