package dev.millrace.verification.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each rule is shown a bad sample: a rule that cannot fail would be worth nothing. */
class TextRulesTest {
    private static List<String> check(String path, String text) {
        return TextRules.check(new SourceFile(path, text));
    }

    @Test
    void check_tidyFile_findsNothing() {
        assertThat(check("core/src/main/java/A.java", "class A {\n    int todoCount;\n}\n")).isEmpty();
        String others = "class ATest {\n    // see docs/wo" + "rk/x and ~/wo" + "rk/\n}\n";
        assertThat(check("core/src/test/java/ATest.java", others)).isEmpty();
    }

    @Test
    void check_codeOver600Lines_namesCure() {
        assertThat(check("core/src/main/java/A.java", "//\n".repeat(600))).isEmpty();
        assertThat(check("core/src/main/java/A.java", "//\n".repeat(601))).singleElement()
                .asString()
                .startsWith("core/src/main/java/A.java:601: the file has 601 lines")
                .contains("of its own");
        assertThat(check("bin/tool", "#!/bin/sh\n".repeat(601))).hasSize(1);
    }

    @Test
    void check_testOver1000Lines_isFound() {
        assertThat(check("core/src/test/java/ATest.java", "//\n".repeat(1000))).isEmpty();
        assertThat(check("core/src/test/java/ATest.java", "//\n".repeat(1001))).hasSize(1);
        assertThat(check("log-contract/src/main/java/A.java", "//\n".repeat(1001))).hasSize(1);
    }

    @Test
    void check_longDocument_isAllowed() {
        assertThat(check("docs/a.md", "text\n".repeat(2000))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"// TO" + "DO later", "// FIX" + "ME", "/* X" + "XX */"})
    void check_unfinishedWork_isFound(String line) {
        assertThat(check("core/src/main/java/A.java", line + "\n")).singleElement().asString().contains("finish it");
        assertThat(check("millrace", "#!/bin/sh\n" + line + "\n")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"@Dis" + "abled", "@Dis" + "abled(\"flaky\")", "assume" + "True(x);", "@Ig" + "nore",
        "assume" + "That(x)"})
    void check_skippedTest_isFound(String line) {
        assertThat(check("core/src/test/java/ATest.java", line + "\n")).singleElement()
                .asString()
                .contains("let it run");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Thread.sl" + "eep(10);", "TimeUnit.SECONDS.sl" + "eep(1);", "MILLISECONDS.sl" + "eep(1);"})
    void check_sleepInTest_isFound(String line) {
        assertThat(check("core/src/test/java/ATest.java", line + "\n")).singleElement().asString().contains("signal");
        assertThat(check("core/src/main/java/A.java", line + "\n")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\tb", "end ", "\t"})
    void check_whiteSpace_isFound(String line) {
        assertThat(check("docs/a.md", line + "\n")).isNotEmpty();
    }

    @Test
    void check_carriageReturn_isFound() {
        assertThat(check("docs/a.md", "one\r\ntwo\n")).singleElement().asString().contains("line feed");
    }

    @Test
    void check_noLineEndAtEnd_isFound() {
        assertThat(check("docs/a.md", "one\ntwo")).singleElement().asString().startsWith("docs/a.md:2: no line end");
    }

    @ParameterizedTest
    @ValueSource(strings = {"see /ro" + "ot/x", "\"/ho" + "me/anna/x\"", "/Us" + "ers/anna/x", "(/wo" + "rk/x)"})
    void check_machinePath_isFound(String line) {
        assertThat(check("docs/a.md", line + "\n")).singleElement().asString().contains("somebody's machine");
    }
}
