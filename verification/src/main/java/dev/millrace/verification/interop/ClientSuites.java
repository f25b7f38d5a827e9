package dev.millrace.verification.interop;

import dev.millrace.verification.process.ManagedProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The test suites that foreign clients bring along, and scripts of our own that use pynsq. Each test is one check. */
final class ClientSuites {
    private static final long SUITE_MILLIS = 300_000;
    private static final Pattern GO = Pattern.compile("^--- (PASS|FAIL): (\\S+)");
    private static final Pattern TAP = Pattern.compile("^(ok|not ok) \\d+ (.*)$");
    private static final Pattern PYTEST = Pattern.compile("(?:^|/)tests/(\\S+::.+) (PASSED|FAILED|ERROR)\\b");
    private static final Pattern OWN = Pattern.compile("^(PASS|FAIL) (.*)$");

    /**
     * Tests of pynsq that fail against a real nsqd as well: they read through TLS and snappy at once, which pynsq's socket
     * wrapper does not manage with the python-snappy of today.
     */
    private static final List<String> PYNSQ_BROKEN = List.of("test_conn_messages", "test_conn_subscribe",
            "test_reader_coro", "test_reader_messages");

    private final Programs programs;
    private final Target target;
    private final Results results;

    ClientSuites(Programs programs, Target target, Results results) {
        this.programs = programs;
        this.target = target;
        this.results = results;
    }

    /** go-nsq's tests, against a nsqd with the certificates that they expect. */
    void goNsq() {
        Path source = programs.peers().resolve("src").resolve("go-nsq");
        Path binary = programs.binary("go-nsq.test");
        if (!Files.isExecutable(binary)) {
            results.notRun("go-nsq", "run verification/interop/peers.sh go-nsq first");
            return;
        }
        suite("go-nsq", () -> {
            try (Stack _ = target.start(programs, programs.tlsFlags())) {
                return run(List.of(binary.toString(), "-test.v", "-test.timeout=120s"), source, Map.of());
            }
        }, GO, 2, 1);
    }

    /** nsqjs' tests: those that need a server start a nsqd from PATH for each test. */
    void nsqjs() {
        Path home = programs.peers().resolve("nsqjs");
        if (!Files.exists(home.resolve("ready"))) {
            results.notRun("nsqjs", "run verification/interop/peers.sh nsqjs first");
            return;
        }
        Path modules = home.resolve("node_modules");
        suite("nsqjs",
                () -> run(List.of(modules.resolve(".bin").resolve("mocha").toString(), "--exit", "-R", "tap", "test"),
                        modules.resolve("nsqjs"), Map.of("PATH", target.path())),
                TAP, 2, 1);
    }

    /** pynsq's tests, where their source could be obtained: they start nsqd and nsqlookupd from PATH. */
    void pynsq() {
        Path source = programs.peers().resolve("src").resolve("pynsq");
        if (!Files.exists(source.resolve("tests").resolve("test_reader.py"))) {
            results.notRun("pynsq's own tests", "their source is not in the package; verification/interop/peers.sh "
                    + "pynsq-tests fetches it with git");
            return;
        }
        StringBuilder without = new StringBuilder("not (ReaderIntegrationTest and (");
        without.append(String.join(" or ", PYNSQ_BROKEN)).append(")) or Deflate or Lookupd or Auth");
        suite("pynsq", () -> {
            // pynsq's tests share one data folder, the current one: it has to be new, or old topics return.
            Path work = programs.folder("pynsq");
            return run(List.of(python(), "-m", "pytest", "-v", "-p", "no:cacheprovider", "-k", without.toString(),
                    "--rootdir", source.toString(), source.resolve("tests").toString()), work,
                    Map.of("PATH", target.path(), "PYTHONDONTWRITEBYTECODE", "1"));
        }, PYTEST, 1, 2);
    }

    /** Our own script that publishes and consumes with pynsq. */
    void pynsqScript(Path script) {
        if (!Files.exists(Path.of(python()))) {
            results.notRun("pynsq", "run verification/interop/peers.sh pynsq first");
            return;
        }
        Addresses at = Addresses.WELL_KNOWN;
        suite("pynsq script", () -> {
            try (Stack _ = target.start(programs, programs.tlsFlags())) {
                return run(List.of(python(), "-W", "ignore", script.toString(), at.tcp(), at.lookupdHttp()),
                        programs.folder("pynsq"), Map.of());
            }
        }, OWN, 2, 1);
    }

    private String python() {
        return programs.peers().resolve("pynsq").resolve("bin").resolve("python").toString();
    }

    /** A run of a suite: its exit code and its output. */
    private record Run(int exit, List<String> output) {
        String tail() {
            return String.join("\n", output.subList(Math.max(0, output.size() - 60), output.size()));
        }
    }

    private interface Suite {
        Run run() throws Exception;
    }

    private static Run run(List<String> command, Path work, Map<String, String> environment) throws IOException {
        try (ManagedProcess process = ManagedProcess.start(command, work, environment)) {
            process.input("");
            int exit = process.awaitExit(SUITE_MILLIS);
            return new Run(exit, process.output());
        }
    }

    /** Runs a suite and counts its lines that match; nameGroup and verdictGroup are the pattern's groups. */
    private void suite(String name, Suite suite, Pattern line, int nameGroup, int verdictGroup) {
        String prefix = target.name() + ": " + name + ": ";
        Run run;
        try {
            run = suite.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            results.fail(prefix + "run", "interrupted");
            return;
        } catch (Exception | AssertionError e) {
            results.fail(prefix + "run", String.valueOf(e.getMessage()));
            return;
        }
        int failures = 0;
        int tests = 0;
        for (String each : run.output()) {
            Matcher matcher = line.matcher(each);
            if (matcher.find()) {
                tests++;
                String verdict = matcher.group(verdictGroup);
                if (verdict.equals("ok") || verdict.startsWith("PASS")) {
                    results.pass(prefix + matcher.group(nameGroup));
                } else {
                    failures++;
                    results.fail(prefix + matcher.group(nameGroup), each);
                }
            }
        }
        if (failures > 0) {
            results.fail(prefix + "end", "its last lines:\n" + run.tail());
        } else if (tests == 0 || run.exit() != 0) {
            results.fail(prefix + "end", tests + " tests seen, exit code " + run.exit() + ":\n" + run.tail());
        }
    }
}
