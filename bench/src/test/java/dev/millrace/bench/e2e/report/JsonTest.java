package dev.millrace.bench.e2e.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void write_nested_keepsTheOrder() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("b", 1);
        map.put("a", Arrays.asList("x", null, true, 1.5));
        assertThat(Json.write(map)).isEqualTo("{\"b\":1,\"a\":[\"x\",null,true,1.5]}");
    }

    @Test
    void write_quotesBackslashesAndControls_escaped() {
        assertThat(Json.write("a\"b\\c\n")).isEqualTo("\"a\\\"b\\\\c\\u000a\"");
    }

    @Test
    void write_notANumber_null() {
        assertThat(Json.write(Double.NaN)).isEqualTo("null");
    }
}
