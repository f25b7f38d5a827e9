package dev.millrace.net.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RouterTest {
    private static final HttpHandler LIST = _ -> {};
    private static final HttpHandler SHOW = _ -> {};
    private static final HttpHandler SPECIAL = _ -> {};
    private static final HttpHandler FILES = _ -> {};

    private final Router router = new Router().add("GET", "/topics", LIST)
            .add("POST", "/topics", SPECIAL)
            .add("GET", "/topics/{topic}", SHOW)
            .add("GET", "/topics/all", SPECIAL)
            .add("POST", "/topics/{topic}/pause", SHOW)
            .add("GET", "/files/{rest...}", FILES);

    @Test
    void find_literalWinsOverParameter() {
        assertThat(router.find("GET", "/topics/all").handler()).isSameAs(SPECIAL);
        assertThat(router.find("GET", "/topics/all2").handler()).isSameAs(SHOW);
    }

    @Test
    void find_literalThatLeadsNowhere_fallsBackToParameter() {
        Router.Match match = router.find("POST", "/topics/all/pause");
        assertThat(match.parameters()).isEqualTo(Map.of("topic", "all"));
    }

    @Test
    void find_parameter_isDecodedOnce() {
        assertThat(router.find("GET", "/topics/a%2Fb%20c%2B+").parameters()).isEqualTo(Map.of("topic", "a/b c++"));
    }

    @Test
    void find_rest_takesSlashes() {
        assertThat(router.find("GET", "/files/a/b/c.txt").parameters()).isEqualTo(Map.of("rest", "a/b/c.txt"));
    }

    @Test
    void find_head_isGet() {
        assertThat(router.find("HEAD", "/topics").handler()).isSameAs(LIST);
    }

    @Test
    void find_unknownPath_is404() {
        for (String path : new String[]{"/", "/topic", "/topics/", "/topics/a/b", "*", ""}) {
            assertThatThrownBy(() -> router.find("GET", path))
                    .isInstanceOfSatisfying(HttpFailure.class, f -> assertThat(f.status()).isEqualTo(404));
        }
    }

    @Test
    void find_otherMethod_is405_namesThoseThatExist() {
        assertThatThrownBy(() -> router.find("PUT", "/topics"))
                .isInstanceOfSatisfying(HttpFailure.class, f -> assertThat(f.status()).isEqualTo(405))
                .hasMessageContaining("GET, HEAD, POST");
    }

    @Test
    void find_badEscape_is400() {
        for (String path : new String[]{"/topics/%", "/topics/%2", "/topics/%zz", "/topics/%ff"}) {
            assertThatThrownBy(() -> router.find("GET", path))
                    .isInstanceOfSatisfying(HttpFailure.class, f -> assertThat(f.status()).isEqualTo(400));
        }
    }

    @Test
    void add_sameRouteTwice_isRefused() {
        assertThatThrownBy(() -> router.add("GET", "/topics", LIST)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> router.add("GET", "/topics/{name}", LIST)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("{topic}");
    }
}
