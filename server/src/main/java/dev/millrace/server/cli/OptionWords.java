package dev.millrace.server.cli;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What a server says of the members of a request, in the words of the options that a user typed: {@code maxAttempts must be
 * ...} becomes {@code --max-attempts must be ...}. Members of objects that a user wrote ({@code then[0].kind}) stay as they
 * are, and so does what is no option of the command. Immutable.
 */
final class OptionWords {
    /** Members whose option has another name. */
    private static final Map<String, String> OTHERS = Map.of("minBackoffMillis", "--backoff", "delayMillis", "--in",
            "dueAt", "--at", "uniqueKey", "--unique", "uniqueMillis", "--unique-for", "expiresMillis", "--expires-in",
            "concurrencyPerKey", "--concurrency", "ratePerKey", "--rate", "headers", "--header");
    private static final Pattern MEMBER = Pattern
            .compile("(?<![\\w.'\"-])(the query's )?([a-z]+(?:[A-Z_][a-zA-Z_]*)?)(?![\\w.'\"\\[-])");
    private static final Pattern MILLIS = Pattern.compile("(?:_m|M)illis$");

    private final Set<String> options = new TreeSet<>();

    OptionWords(CommandSpec command) {
        command.options().forEach(option -> options.addAll(Set.of(option.names())));
    }

    /** The same with options instead of members. */
    String of(String message) {
        return MEMBER.matcher(message).replaceAll(match -> Matcher.quoteReplacement(word(match)));
    }

    /** Ordinary words are members only where a sentence begins, or of a query. */
    private String word(MatchResult match) {
        String member = match.group(2);
        boolean ordinary = member.chars().allMatch(Character::isLowerCase);
        if (ordinary && match.start() > 0 && match.group(1) == null) {
            return match.group();
        }
        String unit = MILLIS.matcher(member).find() ? " (in milliseconds)" : "";
        String other = OTHERS.get(member);
        if (other != null && options.contains(other)) {
            return other + unit;
        }
        String option = "--" + MILLIS.matcher(member)
                .replaceAll("")
                .replace('_', '-')
                .replaceAll("([A-Z])", "-$1")
                .toLowerCase(Locale.ROOT);
        return options.contains(option) ? option + unit : match.group();
    }
}
