package dev.millrace.door.nsq.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private static JsonObject parse(String text) {
        return JsonObject.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void membersAreFoundInAnyCase_andHaveZeroes() {
        JsonObject object = parse("{\"Client_ID\":\"c\",\"n\":5,\"b\":true,\"null\":null,\"more\":[{\"x\":1.5}]}");

        assertThat(object.text("client_id")).isEqualTo("c");
        assertThat(object.number("n")).isEqualTo(5);
        assertThat(object.flag("b")).isTrue();
        assertThat(object.text("null")).isEmpty();
        assertThat(object.number("absent")).isZero();
        assertThat(object.flag("absent")).isFalse();
        assertThat(object.objects("more")).hasSize(1);
        assertThat(parse("null").text("x")).isEmpty();
    }

    @Test
    void aMemberOfAnotherType_isRefused() {
        JsonObject object = parse(
                "{\"s\":5,\"n\":1.5,\"b\":\"true\",\"big\":123456789012345678901234567890,\"list\":[1]}");

        assertThatThrownBy(() -> object.text("s")).isInstanceOf(JsonException.class).hasMessage("s must be a string");
        assertThatThrownBy(() -> object.number("n")).isInstanceOf(JsonException.class);
        assertThatThrownBy(() -> object.number("big")).isInstanceOf(JsonException.class);
        assertThatThrownBy(() -> object.flag("b")).isInstanceOf(JsonException.class);
        assertThatThrownBy(() -> object.strings("list")).isInstanceOf(JsonException.class);
        assertThatThrownBy(() -> object.objects("list")).isInstanceOf(JsonException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "5", "{}{}", "{\"a\":}", "{a:1}", "\u0000"})
    void whatIsNotOneObject_isRefused(String text) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(JsonException.class);
    }

    @Test
    void textIsWrittenInOrder_andEscaped() {
        String text = new JsonText().object()
                .put("a", "x\"\\\n\u0001<é")
                .put("n", -5)
                .put("d", 0.99)
                .put("one", 1.0)
                .put("list", List.of("p", "q"))
                .array("objects")
                .object()
                .put("b", true)
                .end()
                .object()
                .end()
                .end()
                .object("inner")
                .putNull("z")
                .end()
                .put("last", false)
                .end()
                .toString();

        assertThat(text).isEqualTo(
                "{\"a\":\"x\\\"\\\\\\n\\u0001\\u003cé\",\"n\":-5,\"d\":0.99,\"one\":1,\"list\":[\"p\",\"q\"],"
                        + "\"objects\":[{\"b\":true},{}],\"inner\":{\"z\":null},\"last\":false}");
    }
}
