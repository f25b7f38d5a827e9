package dev.millrace.verification.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The same conversations with a real nsqd and with the target, whose answers must be the same to the letter. */
final class LetterSuite {
    /** Flags of a run, by the file with its conversations. */
    private static final Map<String, List<String>> RUNS = Map.of(
            "letter.txt", List.of("--max-msg-size=100", "--max-body-size=1000", "--max-channel-consumers=2"),
            "letter-percentiles.txt", List.of("--e2e-processing-latency-percentile=1.0,0.99,0.5"));

    private final Programs programs;
    private final Path scripts;
    private final Results results;

    LetterSuite(Programs programs, Path scripts, Results results) {
        this.programs = programs;
        this.scripts = scripts;
        this.results = results;
    }

    void run(Target real, Target target) {
        for (Map.Entry<String, List<String>> run : RUNS.entrySet()) {
            try {
                List<Script> all = Script.read(scripts.resolve(run.getKey()));
                List<String> expected = transcripts(real, run.getValue(), all);
                List<String> actual = transcripts(target, run.getValue(), all);
                for (int i = 0; i < all.size(); i++) {
                    compare(target.name() + ": letter: " + all.get(i).name(), all.get(i), expected.get(i),
                            actual.get(i));
                }
            } catch (Exception | AssertionError e) {
                results.fail(target.name() + ": letter: " + run.getKey(), String.valueOf(e.getMessage()));
            }
        }
    }

    private void compare(String name, Script script, String expected, String actual) {
        results.check(name, () -> {
            boolean same = expected.equals(actual);
            if (same != script.difference().isEmpty()) {
                throw new IOException(same
                        ? "no difference any more, though one is expected: " + script.difference()
                        : "nsqd said\n" + expected + "and the target\n" + actual);
            }
        });
    }

    private List<String> transcripts(Target target, List<String> flags, List<Script> scripts) throws Exception {
        List<String> all = new ArrayList<>();
        try (Stack _ = target.start(programs, flags)) {
            for (int i = 0; i < scripts.size(); i++) {
                all.add(transcript(scripts.get(i), i));
            }
        }
        return all;
    }

    private static String transcript(Script script, int number) {
        try {
            return Transcript.of(script, number, Addresses.WELL_KNOWN);
        } catch (IOException e) {
            return "failed: " + e.getMessage() + "\n";
        }
    }
}
