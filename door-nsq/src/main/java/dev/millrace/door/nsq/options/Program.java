package dev.millrace.door.nsq.options;

import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a command line of nsqd or nsqlookupd asks for: to run with options, or to print something and end.
 *
 * @param options
 *            null when there is nothing to run
 * @param exitCode
 *            0, or 2 for a wrong command line, as Go's flag package has it
 * @param text
 *            what to print: to standard output for exit code 0, else to standard error
 */
public record Program<T>(@Nullable T options, int exitCode, String text) {
    /** Reads nsqd's arguments; {@code version} is what {@code --version} prints. */
    public static Program<NsqdOptions> nsqd(List<String> args, String version) {
        return read(args, NsqdOptions::parse, NsqdOptions::version, "nsqd v" + version, NsqdOptions::usage);
    }

    /** Reads nsqlookupd's arguments. */
    public static Program<NsqlookupdOptions> nsqlookupd(List<String> args, String version) {
        return read(args, NsqlookupdOptions::parse, NsqlookupdOptions::version, "nsqlookupd v" + version,
                NsqlookupdOptions::usage);
    }

    private static <T> Program<T> read(List<String> args, Function<List<String>, T> parse, Predicate<T> asksForVersion,
            String version, java.util.function.Supplier<String> usage) {
        if (args.contains("-h") || args.contains("-help") || args.contains("--help")) {
            return new Program<>(null, 0, usage.get());
        }
        try {
            T options = parse.apply(args);
            return asksForVersion.test(options)
                    ? new Program<>(null, 0, version + " (built w/java" + Runtime.version().feature() + ")\n")
                    : new Program<>(options, 0, "");
        } catch (OptionException e) {
            return new Program<>(null, 2, e.getMessage() + "\n");
        }
    }
}
