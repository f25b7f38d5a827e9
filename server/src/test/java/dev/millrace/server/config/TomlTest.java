package dev.millrace.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TomlTest {
    @Test
    void parse_everyFormThatSettingsNeed() {
        List<Toml.Entry> entries = Toml.parse("f.toml", """
                # a comment
                data = "/var/lib/x"   # behind it
                nsq_tcp = '127.0.0.1:4150'
                shards = 3
                big = 1_000
                flag = true
                "quoted key" = "a \\"b\\" \\\\ \\n"

                [nsqd]
                lookupd-tcp-address = ["a:1", "b:2",]
                empty = []
                """);
        assertThat(entries).containsExactly(new Toml.Entry("data", List.of("/var/lib/x"), 2),
                new Toml.Entry("nsq-tcp", List.of("127.0.0.1:4150"), 3), new Toml.Entry("shards", List.of("3"), 4),
                new Toml.Entry("big", List.of("1000"), 5), new Toml.Entry("flag", List.of("true"), 6),
                new Toml.Entry("quoted key", List.of("a \"b\" \\ \n"), 7),
                new Toml.Entry("nsqd.lookupd-tcp-address", List.of("a:1", "b:2"), 10),
                new Toml.Entry("nsqd.empty", List.of(), 11));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"data", "data =", "data = bare", "data = \"open", "= 1", "[nsqd", "data = [1, 2", "data = 1 2",
                "data = \"\\q\"", "[[twice]]", "x = {a = 1}"})
    void parse_anythingElse_namesFileAndLine(String line) {
        assertThatThrownBy(() -> Toml.parse("f.toml", "# first\n" + line)).isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("f.toml:2: expected ");
    }
}
