package dev.millrace.server.cli;

import dev.millrace.server.config.Kind;
import java.io.Console;
import java.io.PrintWriter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;
import tools.jackson.databind.JsonNode;

/** What every command that talks to a server has. */
final class Common {
    @Option(names = "--url", paramLabel = "URL", defaultValue = "${env:MILLRACE_URL:-http://127.0.0.1:7070}",
            description = "the server's HTTP address (MILLRACE_URL) [${DEFAULT-VALUE}]") private String url;

    @Option(names = "--token", paramLabel = "TOKEN", defaultValue = "${env:MILLRACE_TOKEN}",
            description = "for what deletes; found by itself on the server's machine (MILLRACE_TOKEN)") private @Nullable String token;

    @Option(names = "--json", description = "print JSON, for programs") private boolean json;

    @Spec(Target.MIXEE) private CommandSpec spec;

    /** Refusals are in the words of this command's options. */
    Api api() {
        return plainApi().saying(new OptionWords(spec)::of);
    }

    /** For what a user wrote in the API's own words, such as a file. */
    Api plainApi() {
        return new Api(url, token == null || token.isEmpty() ? null : token);
    }

    boolean isJson() {
        return json;
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** The JSON if that was asked for, else the text. */
    void print(JsonNode answer, String text) {
        out().println(json ? answer.toString() : text);
        out().flush();
    }

    /** Whether a person looks on. */
    static boolean isTerminal() {
        return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }

    static long bytes(String flag, String size) {
        try {
            return Kind.size(size);
        } catch (IllegalArgumentException e) {
            throw new CliException(flag + " is '" + size + "'; " + e.getMessage());
        }
    }

    static long millis(String flag, String duration) {
        try {
            return Kind.duration(duration).toMillis();
        } catch (IllegalArgumentException e) {
            throw new CliException(flag + " is '" + duration + "'; " + e.getMessage());
        }
    }
}
