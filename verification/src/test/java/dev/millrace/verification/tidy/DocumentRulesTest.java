package dev.millrace.verification.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DocumentRulesTest {
    private static final String INFO = "core/src/main/java/a/package-info.java";

    private static List<String> links(String path, String text) {
        return DocumentRules.checkLinks(new SourceFile(path, text), "docs/there.md"::equals);
    }

    @Test
    void checkRooms_missingReadme_isFound() {
        assertThat(DocumentRules.checkRooms(List.of("core"), List.of())).singleElement()
                .asString()
                .startsWith("core/README.md: missing");
    }

    @Test
    void checkRooms_readmeOver40Lines_isFound() {
        List<String> rooms = List.of("core");
        assertThat(DocumentRules.checkRooms(rooms, List.of(new SourceFile("core/README.md", "x\n".repeat(40)))))
                .isEmpty();
        assertThat(DocumentRules.checkRooms(rooms, List.of(new SourceFile("core/README.md", "x\n".repeat(41)))))
                .hasSize(1);
    }

    @Test
    void checkPackages_withoutNullMarked_isFound() {
        SourceFile type = new SourceFile("core/src/main/java/a/A.java", "package a;\n");
        assertThat(DocumentRules.checkPackages(List.of(type))).singleElement()
                .asString()
                .startsWith(INFO + ": missing");
        assertThat(DocumentRules.checkPackages(List.of(type, new SourceFile(INFO, "package a;\n")))).hasSize(1);
        assertThat(DocumentRules.checkPackages(List.of(type, new SourceFile(INFO, "@NullMarked\npackage a;\n"))))
                .isEmpty();
    }

    @Test
    void checkLinks_deadLink_isFoundWithItsLine() {
        assertThat(links("README.md", "one\n[two](docs/gone.md)\n")).singleElement()
                .asString()
                .startsWith("README.md:2: the link docs/gone.md leads nowhere");
        assertThat(links("core/README.md", "[a](docs/there.md)\n")).hasSize(1);
    }

    @Test
    void checkLinks_goodLinks_pass() {
        assertThat(links("README.md", "[a](docs/there.md#part) [b](#here) [c](https://example.org/x)\n")).isEmpty();
        assertThat(links("core/README.md", "[a](../docs/there.md)\n")).isEmpty();
        assertThat(links("docs/other.md", "[a](there.md)\n")).isEmpty();
    }

    @Test
    void checkLinks_codeSample_isNotALink() {
        assertThat(links("README.md", "`a[0](b)` and\n```\n[x](y)\n```\n")).isEmpty();
    }
}
