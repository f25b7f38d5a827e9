package dev.millrace.server.config;

import dev.millrace.net.ListenAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a setting's text means.
 *
 * @param form
 *            the form in a few words, for the help
 * @param parser
 *            reads a text; what it throws says what is allowed
 * @param <T>
 *            the value's type
 */
public record Kind<T>(String form, Function<String, T> parser) {
    private static final Pattern DURATION_PART = Pattern.compile("(\\d+)(ms|s|m|h|d)");
    private static final Pattern SIZE = Pattern.compile("(\\d+) ?(|B|KiB|MiB|GiB|TiB)");

    static final Kind<String> TEXT = new Kind<>("TEXT", text -> text);
    static final Kind<Path> FOLDER = new Kind<>("DIR", Kind::path);
    static final Kind<ListenAddress> ADDRESS = new Kind<>("ADDR", ListenAddress::parse);
    static final Kind<Duration> DURATION = new Kind<>("DURATION", Kind::duration);
    static final Kind<Long> SIZE_IN_BYTES = new Kind<>("SIZE", Kind::size);
    /** Separated by commas. */
    static final Kind<List<String>> TEXTS = new Kind<>("LIST", Kind::list);

    static final Kind<Long> COUNT = new Kind<>("COUNT", text -> {
        try {
            long count = Long.parseLong(text);
            if (count >= 0) {
                return count;
            }
        } catch (NumberFormatException e) {
            throw bad("a whole number from 0 on", e);
        }
        throw bad("a whole number from 0 on", null);
    });

    static Kind<Integer> number(int min, int max) {
        return new Kind<>(min + ".." + max, text -> {
            try {
                int number = Integer.parseInt(text);
                if (number >= min && number <= max) {
                    return number;
                }
            } catch (NumberFormatException e) {
                throw bad("a whole number from " + min + " to " + max, e);
            }
            throw bad("a whole number from " + min + " to " + max, null);
        });
    }

    /** One of an enum's constants, in lower case. */
    static <E extends Enum<E>> Kind<E> choice(Class<E> type) {
        List<String> names = Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .toList();
        return new Kind<>(String.join("|", names), text -> {
            if (!names.contains(text)) {
                throw bad("one of " + String.join(", ", names), null);
            }
            return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
        });
    }

    private static IllegalArgumentException bad(String allowed, @Nullable Throwable cause) {
        return new IllegalArgumentException("it must be " + allowed, cause);
    }

    private static Path path(String text) {
        if (text.isEmpty()) {
            throw bad("the path of a folder", null);
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw bad("the path of a folder", e);
        }
    }

    /** {@code 250ms}, {@code 10s}, {@code 1h30m}, {@code 7d}. */
    public static Duration duration(String text) {
        Matcher part = DURATION_PART.matcher(text);
        Duration total = Duration.ZERO;
        int end = 0;
        try {
            while (part.find() && part.start() == end) {
                long number = Long.parseLong(part.group(1));
                total = total.plus(switch (part.group(2)) {
                    case "ms" -> Duration.ofMillis(number);
                    case "s" -> Duration.ofSeconds(number);
                    case "m" -> Duration.ofMinutes(number);
                    case "h" -> Duration.ofHours(number);
                    default -> Duration.ofDays(number);
                });
                end = part.end();
            }
        } catch (ArithmeticException | NumberFormatException e) {
            throw bad("a duration of at most 292 years", e);
        }
        if (end == 0 || end != text.length()) {
            throw bad("a duration such as 250ms, 10s, 5m, 1h30m or 7d", null);
        }
        return total;
    }

    /** Bytes: a number, perhaps with B, KiB, MiB, GiB or TiB. */
    public static Long size(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches() || matcher.group(1).length() > 15) {
            throw bad("a number of bytes such as 4096, 64KiB, 8MiB or 1GiB", null);
        }
        int shift = switch (matcher.group(2)) {
            case "KiB" -> 10;
            case "MiB" -> 20;
            case "GiB" -> 30;
            case "TiB" -> 40;
            default -> 0;
        };
        long number = Long.parseLong(matcher.group(1));
        if (number > Long.MAX_VALUE >> shift) {
            throw bad("a number of bytes below 2^63", null);
        }
        return number << shift;
    }

    private static List<String> list(String text) {
        return text.isEmpty() ? List.of()
                : Arrays.stream(text.split(",", -1)).map(String::trim).filter(part -> !part.isEmpty()).toList();
    }
}
