package dev.millrace.verification.tidy;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What a line or the length of a file gives away. Forbidden words are put together here, so this file passes too. */
final class TextRules {
    static final int CODE_LINES = 600;
    static final int TEST_LINES = 1000;

    private static final Pattern UNFINISHED = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b");
    private static final Pattern SKIPPED = Pattern
            .compile("@Dis" + "abled|@Ig" + "nore\\b|\\bassume(True|False|That)\\b");
    private static final Pattern SLEEP = Pattern.compile("\\b(Thread|TimeUnit|SECONDS|MILLISECONDS)\\.sl" + "eep\\(");
    private static final Pattern MACHINE_PATH = Pattern.compile("(?<![\\w.~$}/-])/(work|root|home/\\w+|Users/\\w+)/");

    private TextRules() {}

    static List<String> check(SourceFile file) {
        List<String> found = new ArrayList<>();
        List<String> lines = file.lines();
        int limit = file.isTest() ? TEST_LINES : CODE_LINES;
        if (file.isCode() && lines.size() > limit) {
            found.add(file.at(limit + 1, "the file has " + lines.size() + " lines, " + limit
                    + " at most: move a part that does one thing into a file of its own"));
        }
        for (int i = 0; i < lines.size(); i++) {
            checkLine(file, i + 1, lines.get(i), found);
        }
        if (file.text().indexOf('\r') >= 0) {
            found.add(file.at(1, "carriage returns: end lines with a line feed alone"));
        }
        if (!file.text().isEmpty() && !file.text().endsWith("\n")) {
            found.add(file.at(lines.size(), "no line end at the end of the file: add one"));
        }
        return found;
    }

    private static void checkLine(SourceFile file, int number, String line, List<String> found) {
        if (line.indexOf('\t') >= 0) {
            found.add(file.at(number, "a tab: indent with spaces (in a string write \\t)"));
        }
        if (!line.isEmpty() && Character.isWhitespace(line.charAt(line.length() - 1))) {
            found.add(file.at(number, "white space at the end of the line: remove it"));
        }
        if (MACHINE_PATH.matcher(line).find()) {
            found.add(file.at(number, "a path of somebody's machine: write it relative to the repository or to ~"));
        }
        if (file.isCode() && UNFINISHED.matcher(line).find()) {
            found.add(file.at(number, "a note of unfinished work: finish it, or write the limit into the docs"));
        }
        if (file.isTest() && SKIPPED.matcher(line).find()) {
            found.add(file.at(number,
                    "a test that may be skipped: let it run, or delete it with its reason in the commit"));
        }
        if (file.isTest() && SLEEP.matcher(line).find()) {
            found.add(file.at(number, "a sleep in a test: wait for a signal (latch, future, queue) instead"));
        }
    }
}
