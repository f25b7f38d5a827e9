package dev.millrace.verification.interop;

import dev.millrace.verification.process.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Runs the checks with foreign programs. {@code verification/interop/run.sh} starts it. */
public final class Main {
    private static final Set<String> SUITES = Set.of("go-nsq", "pynsq", "nsqjs", "tools", "admin", "registration",
            "import", "letter");
    private static final Set<String> WITH_VALUE = Set.of("--root", "--peers", "--only", "--server-tcp", "--server-http",
            "--lookupd-tcp", "--lookupd-http");

    private final Path root;
    private final Programs programs;
    private final Set<String> suites;
    private final Results results = new Results(System.out);

    private Main(Map<String, String> options, Path scratch) {
        this.root = Path.of(options.getOrDefault("--root", ".")).toAbsolutePath();
        this.programs = new Programs(Path.of(options.getOrDefault("--peers", "peers")).toAbsolutePath(), scratch);
        this.suites = options.containsKey("--only")
                ? Set.copyOf(Arrays.asList(options.getOrDefault("--only", "").split(",", -1)))
                : SUITES;
    }

    /** Exits with 0 if all passed, 1 if something failed and 2 for a wrong command line. */
    public static void main(String[] arguments) throws IOException {
        Map<String, String> options;
        try {
            options = read(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("interop: " + e.getMessage());
            System.exit(2);
            return;
        }
        Path scratch = Files.createTempDirectory("millrace-interop-");
        Main main = new Main(options, scratch);
        boolean passed = options.containsKey("--server-tcp") ? main.againstAddresses(options)
                : main.againstPrograms(options.containsKey("--self-check"));
        if (passed) {
            Folders.delete(scratch);
        } else {
            System.out.println("what the programs wrote is in " + scratch);
        }
        System.exit(passed ? 0 : 1);
    }

    private static Map<String, String> read(String... arguments) {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].equals("--self-check")) {
                options.put(arguments[i], "");
            } else if (WITH_VALUE.contains(arguments[i]) && i + 1 < arguments.length) {
                options.put(arguments[i], arguments[++i]);
            } else {
                throw new IllegalArgumentException("\"" + arguments[i] + "\": use --self-check, or with a value: "
                        + String.join(", ", WITH_VALUE.stream().sorted().toList()));
            }
        }
        for (String suite : options.getOrDefault("--only", "tools").split(",", -1)) {
            if (!SUITES.contains(suite)) {
                throw new IllegalArgumentException("there is no suite \"" + suite + "\"; there are: "
                        + String.join(", ", SUITES.stream().sorted().toList()));
            }
        }
        List<String> addresses = List.of("--server-tcp", "--server-http", "--lookupd-tcp", "--lookupd-http");
        long given = addresses.stream().filter(options::containsKey).count();
        if (given != 0 && given != addresses.size()) {
            throw new IllegalArgumentException("give all of " + String.join(", ", addresses) + ", or none");
        }
        return options;
    }

    /** The tools and nsqadmin against servers that run already. */
    private boolean againstAddresses(Map<String, String> options) {
        Addresses at = new Addresses(options.getOrDefault("--server-tcp", ""),
                options.getOrDefault("--server-http", ""), options.getOrDefault("--lookupd-tcp", ""),
                options.getOrDefault("--lookupd-http", ""));
        toolsAndAdmin("given", at);
        return results.summary();
    }

    private void toolsAndAdmin(String name, Addresses at) {
        if (suites.contains("tools")) {
            new ToolSuite(programs, name, at, results).run();
        }
        if (suites.contains("admin")) {
            new AdminSuite(programs, name, at, results).run();
        }
    }

    private boolean againstPrograms(boolean selfCheck) {
        try {
            Stack.requireFreePorts();
        } catch (IOException e) {
            System.err.println("interop: " + e.getMessage());
            return false;
        }
        Target real = new Target("real", programs.peers().resolve("bin"));
        Target target = selfCheck ? real : new Target("millrace", root.resolve("bin"));
        clients(new ClientSuites(programs, target, results));
        List<Starter> stacks = new ArrayList<>();
        stacks.add(new Starter(target.name(), () -> target.start(programs, programs.tlsFlags())));
        if (!selfCheck) {
            stacks.add(new Starter("millrace server", this::server));
        }
        if (suites.contains("tools") || suites.contains("admin")) {
            stacks.forEach(this::toolsAndAdmin);
        }
        if (suites.contains("registration")) {
            new RegistrationSuite(programs, target, real, results).run();
            if (!selfCheck) {
                new RegistrationSuite(programs, real, target, results).run();
                new RegistrationSuite(programs, target, target, results).run();
            }
        }
        if (suites.contains("import") && !selfCheck) {
            new ImportSuite(programs, root.resolve("millrace"), results).run();
        }
        if (suites.contains("letter") && !selfCheck) {
            new LetterSuite(programs, root.resolve("verification/interop"), results).run(real, target);
        }
        return results.summary();
    }

    private void clients(ClientSuites clients) {
        if (suites.contains("go-nsq")) {
            clients.goNsq();
            Leftovers.end();
        }
        if (suites.contains("pynsq")) {
            clients.pynsqScript(root.resolve("verification/interop/pynsq_checks.py"));
            clients.pynsq();
            Leftovers.end();
        }
        if (suites.contains("nsqjs")) {
            clients.nsqjs();
            Leftovers.end();
        }
    }

    private interface Start {
        Stack start() throws Exception;
    }

    private record Starter(String name, Start start) {}

    private Stack server() throws Exception {
        Stack stack = new Stack();
        try {
            stack.server(programs, root.resolve("millrace"), programs.tlsFlags());
            return stack;
        } catch (Exception | AssertionError e) {
            stack.close();
            throw e;
        }
    }

    private void toolsAndAdmin(Starter starter) {
        try (Stack _ = starter.start().start()) {
            toolsAndAdmin(starter.name(), Addresses.WELL_KNOWN);
        } catch (Exception | AssertionError e) {
            results.fail(starter.name() + ": start", String.valueOf(e.getMessage()));
        }
    }
}
