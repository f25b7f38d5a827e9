package dev.millrace.verification.tidy;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Each room says what it is, each package is null-marked, and no link leads nowhere. */
final class DocumentRules {
    static final int README_LINES = 40;

    private static final Pattern FENCED_OR_QUOTED = Pattern.compile("(?s)```.*?```|`[^`\n]*`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

    private DocumentRules() {}

    /** Each room has a README of a size that is read. */
    static List<String> checkRooms(List<String> rooms, List<SourceFile> files) {
        List<String> found = new ArrayList<>();
        for (String room : rooms) {
            String path = room + "/README.md";
            files.stream().filter(file -> file.path().equals(path)).findFirst().ifPresentOrElse(file -> {
                int lines = file.lines().size();
                if (lines > README_LINES) {
                    found.add(file.at(README_LINES + 1, "a room's README has " + lines + " lines, " + README_LINES
                            + " at most: move the details to a page in docs/ and link it"));
                }
            }, () -> found.add(path + ": missing: say the room's job, what it may use, and how to test it alone"));
        }
        return found;
    }

    /** Each package of shipped code is null-marked, or NullAway would not look at it. */
    static List<String> checkPackages(List<SourceFile> files) {
        return files.stream()
                .filter(file -> file.isJava() && file.path().contains("/src/main/java/"))
                .map(file -> file.path().substring(0, file.path().lastIndexOf('/')) + "/package-info.java")
                .distinct()
                .filter(path -> files.stream()
                        .noneMatch(file -> file.path().equals(path) && file.text().contains("@NullMarked")))
                .map(path -> path + ": missing, or without @NullMarked: add it with one sentence on the package")
                .toList();
    }

    /** Each relative link of a Markdown file leads to a file or folder of the repository. */
    static List<String> checkLinks(SourceFile file, Predicate<String> exists) {
        if (!file.path().endsWith(".md")) {
            return List.of();
        }
        String prose = FENCED_OR_QUOTED.matcher(file.text())
                .replaceAll(match -> "\n".repeat((int) match.group().chars().filter(c -> c == '\n').count()));
        return LINK.matcher(prose)
                .results()
                .filter(link -> isLocal(link.group(1)))
                .filter(link -> !exists.test(target(file.path(), link.group(1))))
                .map(link -> file.at(line(prose, link), "the link " + link.group(1)
                        + " leads nowhere: correct it, or write the page"))
                .toList();
    }

    private static boolean isLocal(String link) {
        return !link.startsWith("#") && !link.matches("[a-z][a-z0-9+.-]*:.*");
    }

    private static String target(String from, String link) {
        String path = link.replaceFirst("#.*$", "");
        return URI.create("/" + from).resolve(path).normalize().getPath().substring(1);
    }

    private static long line(String text, MatchResult match) {
        return text.substring(0, match.start()).chars().filter(c -> c == '\n').count() + 1;
    }
}
