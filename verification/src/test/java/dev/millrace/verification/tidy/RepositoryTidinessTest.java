package dev.millrace.verification.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules, on the repository as it stands. */
class RepositoryTidinessTest {
    private static final Repository REPOSITORY = Repository.find();
    private static final List<SourceFile> FILES = REPOSITORY.textFiles();
    private static final List<String> SIZES = JavaRules.check(FILES);
    /** Rows of figures about one thing, made in one place and only read elsewhere: parts would only add names. */
    private static final List<String> WIDE_ROWS = List.of("DeadLetter", "GroupStats", "TopicStats", "ClientSnapshot",
            "QueueStats");

    @Test
    void theRepositoryIsReallyRead() {
        assertThat(FILES).extracting(SourceFile::path)
                .contains("pom.xml", "millrace", ".ci/run",
                        "core/src/main/java/dev/millrace/core/package-info.java");
        assertThat(REPOSITORY.rooms()).contains("structures", "core", "verification");
    }

    @Test
    void textIsTidy() {
        assertThat(FILES.stream().flatMap(file -> TextRules.check(file).stream())).isEmpty();
    }

    @Test
    void methodsAndHeadersAreSmall() {
        assertThat(SIZES.stream().filter(violation -> !isWideRow(violation))).isEmpty();
    }

    @Test
    void everyExceptionIsStillNeeded() {
        assertThat(WIDE_ROWS).as("take a record that has become small out of WIDE_ROWS")
                .allMatch(row -> SIZES.stream().anyMatch(violation -> isRecord(row, violation)));
    }

    private static boolean isWideRow(String violation) {
        return WIDE_ROWS.stream().anyMatch(row -> isRecord(row, violation));
    }

    private static boolean isRecord(String name, String violation) {
        return violation.contains(": record " + name + " has ");
    }

    @Test
    void everyRoomHasItsReadme() {
        assertThat(DocumentRules.checkRooms(REPOSITORY.rooms(), FILES)).isEmpty();
    }

    @Test
    void everyPackageIsNullMarked() {
        assertThat(DocumentRules.checkPackages(FILES)).isEmpty();
    }

    @Test
    void everyLinkLeadsSomewhere() {
        assertThat(FILES.stream().flatMap(file -> DocumentRules.checkLinks(file, REPOSITORY::exists).stream()))
                .isEmpty();
    }
}
