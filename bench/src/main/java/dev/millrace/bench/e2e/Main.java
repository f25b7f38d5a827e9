package dev.millrace.bench.e2e;

import dev.millrace.bench.e2e.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/** The command line of the end-to-end benchmark. */
public final class Main {
    private Main() {}

    /** Exits with 2 for a wrong command line and with 1 if a server fails. */
    public static void main(String[] arguments) {
        if (List.of(arguments).contains("--help")) {
            System.out.print(Options.HELP);
            return;
        }
        Options options;
        try {
            options = Options.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("bench: " + e.getMessage());
            System.exit(2);
            return;
        }
        try {
            Report report = new Campaign(options, System.out).run();
            Files.createDirectories(options.places().out());
            Files.writeString(options.places().out().resolve("report.md"), report.markdown());
            Files.writeString(options.places().out().resolve("report.json"), report.json());
            System.out.println("reports: " + options.places().out().resolve("report.md") + ", "
                    + options.places().out().resolve("report.json"));
        } catch (IOException | RuntimeException e) {
            System.err.println("bench: failed: " + e);
            e.printStackTrace();
            System.exit(1);
        }
    }
}
