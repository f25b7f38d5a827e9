package dev.millrace.door.nsq.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    private static final String LONGEST = "abcdefghijklmnopqrstuvwxyz.ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

    @ParameterizedTest
    @ValueSource(strings = {"a", "a.b-c_D9", "a#ephemeral", ".", LONGEST})
    void validNames(String name) {
        assertThat(Names.isValid(name)).isTrue();
        assertThat(validBytes(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a$", "#ephemeral", "a#ephemera", "a#ephemerals", "a#b#ephemeral", "é",
        LONGEST + "xx",
        LONGEST + "#ephemeral"})
    void otherNames(String name) {
        assertThat(Names.isValid(name)).isFalse();
        assertThat(validBytes(name)).isFalse();
    }

    private static boolean validBytes(String name) {
        byte[] bytes = (">" + name + "<").getBytes(StandardCharsets.UTF_8);
        return Names.isValid(ByteBuffer.wrap(bytes), 1, bytes.length - 2);
    }
}
