package dev.millrace.verification.tidy;

import java.util.List;

/**
 * A text file of the repository.
 *
 * @param path from the root, with forward slashes
 */
record SourceFile(String path, String text) {
    private static final List<String> CODE_ENDINGS = List.of(".java", ".js", ".mjs", ".css", ".html", ".sh");

    boolean isJava() {
        return path.endsWith(".java");
    }

    /** Code of any language; launchers have no ending. */
    boolean isCode() {
        return CODE_ENDINGS.stream().anyMatch(path::endsWith) || text.startsWith("#!");
    }

    /** The contract suite is a test that stands in {@code src/main} so that every log can run it. */
    boolean isTest() {
        return path.contains("/src/test/") || path.startsWith("log-contract/");
    }

    List<String> lines() {
        return text.lines().toList();
    }

    /** One violation at a line (from 1): where, what, and the cure. */
    String at(long line, String what) {
        return path + ":" + line + ": " + what;
    }
}
