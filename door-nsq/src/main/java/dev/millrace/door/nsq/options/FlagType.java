package dev.millrace.door.nsq.options;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How a flag's text becomes a value and how {@code GET /config} shows that value (Go's JSON form of it).
 *
 * @param <T>
 *            the value's Java type
 */
abstract class FlagType<T> {
    /** nsqd's spelling of how much TLS is demanded; the position is the number that {@code /config} shows. */
    static final List<String> TLS_REQUIRED_VALUES = List.of("false", "tcp-https", "true");
    private static final Map<String, Integer> TLS_VERSIONS = Map.of("tls1.0", 0x301, "tls1.1", 0x302, "tls1.2", 0x303,
            "tls1.3", 0x304);
    private static final List<String> LOG_LEVELS = List.of("debug", "info", "warn", "error", "fatal");

    static final FlagType<String> STRING = new FlagType<>() {
        @Override
        String parse(String text, String before) {
            return text;
        }

        @Override
        String show(String value) {
            return value;
        }

        @Override
        boolean isText() {
            return true;
        }
    };

    static final FlagType<Boolean> BOOL = new FlagType<>() {
        @Override
        Boolean parse(String text, Boolean before) {
            return switch (text) {
                case "1", "t", "T", "TRUE", "true", "True" -> true;
                case "0", "f", "F", "FALSE", "false", "False" -> false;
                default -> throw new OptionException("\"" + text + "\" is neither true nor false");
            };
        }

        @Override
        boolean standsAlone() {
            return true;
        }
    };

    static final FlagType<Long> INT = new FlagType<>() {
        @Override
        Long parse(String text, Long before) {
            try {
                return Long.decode(text);
            } catch (NumberFormatException e) {
                throw new OptionException("\"" + text + "\" is no whole number");
            }
        }
    };

    static final FlagType<Duration> DURATION = new FlagType<>() {
        @Override
        Duration parse(String text, Duration before) {
            return GoDuration.parse(text);
        }

        @Override
        Duration parseConfig(String text, Duration before) {
            return text.chars().allMatch(c -> c >= '0' && c <= '9') && !text.isEmpty()
                    ? Duration.ofMillis(Long.parseLong(text))
                    : parse(text, before);
        }

        @Override
        String show(Duration value) {
            return Long.toString(value.toNanos());
        }
    };

    /** Repeatable; every use appends. */
    static final FlagType<List<String>> STRINGS = new FlagType<>() {
        @Override
        List<String> parse(String text, List<String> before) {
            List<String> all = new ArrayList<>(before);
            all.add(text);
            return List.copyOf(all);
        }

        @Override
        String show(List<String> value) {
            return value.stream().map(FlagType::quote).collect(Collectors.joining(",", "[", "]"));
        }
    };

    /** Repeatable or with commas; highest first. */
    static final FlagType<List<Double>> FLOATS = new FlagType<>() {
        @Override
        List<Double> parse(String text, List<Double> before) {
            List<Double> all = new ArrayList<>(before);
            for (String one : text.split(",", -1)) {
                try {
                    all.add(Double.valueOf(one.trim()));
                } catch (NumberFormatException e) {
                    throw new OptionException("\"" + one + "\" is no number");
                }
            }
            all.sort(Comparator.reverseOrder());
            return List.copyOf(all);
        }

        @Override
        String show(List<Double> value) {
            return value.toString().replace(" ", "").replace(".0,", ",").replace(".0]", "]");
        }
    };

    static final FlagType<String> LOG_LEVEL = new FlagType<>() {
        @Override
        String parse(String text, String before) {
            String level = text.toLowerCase(Locale.ROOT);
            if (!LOG_LEVELS.contains(level)) {
                throw new OptionException("\"" + text + "\" is no log level: debug, info, warn, error or fatal");
            }
            return level;
        }

        @Override
        String show(String value) {
            return Integer.toString(LOG_LEVELS.indexOf(value) + 1);
        }
    };

    static final FlagType<String> TLS_REQUIRED = new FlagType<>() {
        @Override
        String parse(String text, String before) {
            String lower = text.toLowerCase(Locale.ROOT);
            return "tcp-https".equals(lower) ? lower : BOOL.parse(lower, false).toString();
        }

        @Override
        String show(String value) {
            return Integer.toString(TLS_REQUIRED_VALUES.indexOf(value));
        }

        @Override
        boolean standsAlone() {
            return true;
        }
    };

    static final FlagType<String> TLS_MIN_VERSION = new FlagType<>() {
        @Override
        String parse(String text, String before) {
            String lower = text.toLowerCase(Locale.ROOT);
            if (lower.isEmpty()) {
                return before;
            }
            if (!TLS_VERSIONS.containsKey(lower)) {
                throw new OptionException("\"" + text + "\" is no TLS version: tls1.0, tls1.1, tls1.2 or tls1.3");
            }
            return lower;
        }

        @Override
        String show(String value) {
            return String.valueOf(TLS_VERSIONS.get(value));
        }
    };

    /** @param before the value so far, for types that append */
    abstract T parse(String text, T before);

    /** The same for a value from the configuration file, where a bare number of a duration means milliseconds. */
    T parseConfig(String text, T before) {
        return parse(text, before);
    }

    String show(T value) {
        return String.valueOf(value);
    }

    /** Whether {@link #show} gives plain text and not JSON. */
    boolean isText() {
        return false;
    }

    /** Whether {@code -x} alone means {@code -x=true}. */
    boolean standsAlone() {
        return false;
    }

    private static String quote(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
