package dev.millrace.verification.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Each rule is shown a bad sample, and the largest that is still good. */
class JavaRulesTest {
    private static List<String> check(String text) {
        return JavaRules.check(List.of(new SourceFile("core/A.java", text)));
    }

    private static String method(int lines) {
        return "    @Override\n    void run() {\n" + "        count++;\n".repeat(lines - 3) + "    }\n";
    }

    @Test
    void check_methodOver60Lines_namesCure() {
        assertThat(check("class A {\n" + method(60) + "}\n")).isEmpty();
        assertThat(check("class A {\n" + method(61) + "}\n")).singleElement()
                .asString()
                .startsWith("core/A.java:2: method run has 61 lines, 60 at most")
                .contains("steps");
    }

    @Test
    void check_longMethodInNestedAndAnonymousClass_isFound() {
        String nested = "class B {\n" + method(61) + "}\n";
        String anonymous = "Object o = new Object() {\n" + method(61) + "};\n";
        assertThat(check("class A {\n" + nested + anonymous + "}\n")).hasSize(2);
    }

    @Test
    void check_longInitializer_isFound() {
        assertThat(check("class A {\n    static {\n" + "        count++;\n".repeat(59) + "    }\n}\n")).hasSize(1);
        assertThat(check("class A {\n    {\n" + "        count++;\n".repeat(58) + "    }\n}\n")).isEmpty();
    }

    @Test
    void check_commentBeforeMethod_doesNotCount() {
        assertThat(check("class A {\n    /**\n" + "     * text\n".repeat(30) + "     */\n" + method(60) + "}\n"))
                .isEmpty();
    }

    @Test
    void check_parametersOver6_isFound() {
        assertThat(check("class A { void f(int a, int b, int c, int d, int e, int f) {} }")).isEmpty();
        assertThat(check("class A { void f(int a, int b, int c, int d, int e, int f, int g) {} }")).singleElement()
                .asString()
                .contains("method f has 7 parameters, 6 at most");
        assertThat(check("class A { A(int a, int b, int c, int d, int e, int f, int g) {} }")).hasSize(1);
        assertThat(check("interface A { void f(int a, int b, int c, int d, int e, int f, int g); }")).hasSize(1);
    }

    @Test
    void check_recordHeader_mayHave8_withItsConstructors() {
        String eight = "int a, int b, int c, int d, int e, int f, int g, int h";
        assertThat(check("record A(" + eight + ") {}")).isEmpty();
        assertThat(check("record A(" + eight + ") { static int x; A { a = 1; } }")).isEmpty();
        assertThat(check("record A(" + eight + ") { void f(" + eight + ") {} }")).hasSize(1);
        assertThat(check("record A(" + eight + ", int i) {}")).singleElement()
                .asString()
                .contains("record A has 9 components, 8 at most");
    }

    @Test
    void check_brokenSource_isFound() {
        assertThat(check("class A { void f( }")).isNotEmpty().allMatch(line -> line.contains("does not parse"));
    }

    @Test
    void check_newestSyntax_parses() {
        assertThat(check("void main() { if (new Object() instanceof String _) {} }")).isEmpty();
    }
}
