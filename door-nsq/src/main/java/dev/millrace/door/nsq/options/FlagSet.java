package dev.millrace.door.nsq.options;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Flags by Go's rules: {@code -x v}, {@code --x v}, {@code -x=v}, {@code --x=v}; a boolean is set by its name alone and
 * unset only by {@code =false}; the first argument that is no flag, or {@code --}, ends them. A flag on the command line
 * wins over the configuration file.
 */
final class FlagSet {
    /**
     * One declared flag.
     *
     * @param configName
     *            its name in the configuration file and under {@code /config}
     * @param served
     *            whether {@code /config} shows it
     */
    private record Flag<T>(String name, String configName, FlagType<T> type, T value, String usage, boolean served) {
        Object parse(String text, Object before) {
            return type.parse(text, cast(before));
        }

        Object parseConfig(List<String> texts) {
            T parsed = value;
            for (String text : texts) {
                parsed = type.parseConfig(text, parsed);
            }
            return parsed;
        }

        String show(Object shown) {
            return type.show(cast(shown));
        }

        @SuppressWarnings("unchecked") // values are only made by this flag's own type
        private T cast(Object object) {
            return (T) object;
        }
    }

    private final String program;
    private final Map<String, Flag<?>> flags = new LinkedHashMap<>();

    FlagSet(String program) {
        this.program = program;
        internal("version", FlagType.BOOL, false, "print version string");
        internal("config", FlagType.STRING, "", "path to config file");
        internal("verbose", FlagType.BOOL, false, "[deprecated] has no effect, use --log-level");
    }

    <T> FlagSet add(String name, FlagType<T> type, T value, String usage) {
        return add(name, name.replace('-', '_'), type, value, usage);
    }

    <T> FlagSet add(String name, String configName, FlagType<T> type, T value, String usage) {
        flags.put(name, new Flag<>(name, configName, type, value, usage, true));
        return this;
    }

    /** A flag that is understood but is no option of the server. */
    final <T> FlagSet internal(String name, FlagType<T> type, T value, String usage) {
        flags.put(name, new Flag<>(name, name.replace('-', '_'), type, value, usage, false));
        return this;
    }

    Map<String, Object> defaults() {
        Map<String, Object> values = new LinkedHashMap<>();
        flags.values().forEach(flag -> values.put(flag.name(), flag.value()));
        return values;
    }

    /** Values of the flags that {@code args} set. */
    Map<String, Object> parse(List<String> args) {
        Map<String, Object> set = new LinkedHashMap<>();
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            if (arg.length() < 2 || arg.charAt(0) != '-' || "--".equals(arg)) {
                return set;
            }
            String body = arg.substring(arg.startsWith("--") ? 2 : 1);
            int equals = body.indexOf('=');
            Flag<?> flag = flag(equals < 0 ? body : body.substring(0, equals));
            String text;
            if (equals >= 0) {
                text = body.substring(equals + 1);
            } else if (flag.type().standsAlone()) {
                text = "true";
            } else if (i + 1 < args.size()) {
                text = args.get(++i);
            } else {
                throw new OptionException("flag needs an argument: -" + flag.name());
            }
            set.put(flag.name(), parse(flag, text, set.getOrDefault(flag.name(), flag.value())));
        }
        return set;
    }

    /** {@code values} with one flag set as on the command line; a repeatable flag is replaced. */
    Map<String, Object> with(Map<String, Object> values, String name, List<String> texts) {
        Flag<?> flag = flag(name);
        Object value = flag.value();
        for (String text : texts) {
            value = parse(flag, text, value);
        }
        Map<String, Object> changed = new LinkedHashMap<>(values);
        changed.put(name, value);
        return changed;
    }

    /** Defaults, overlaid by the configuration file, overlaid by what the command line set. */
    Map<String, Object> resolve(Map<String, List<String>> config, Map<String, Object> set) {
        Map<String, Object> values = defaults();
        for (Flag<?> flag : flags.values()) {
            List<String> texts = config.get(flag.configName());
            if (texts != null && flag.served()) {
                try {
                    values.put(flag.name(), flag.parseConfig(texts));
                } catch (OptionException e) {
                    throw new OptionException(
                            "invalid value for " + flag.configName() + " in the config file: " + e.getMessage());
                }
            }
        }
        values.putAll(set);
        return values;
    }

    /** Whether the option of this name is a plain string. */
    boolean isText(String configName) {
        return flags.values()
                .stream()
                .anyMatch(flag -> flag.served() && flag.configName().equals(configName) && flag.type().isText());
    }

    /** What {@code GET /config} answers for this option, or null if there is none of this name. */
    @Nullable
    String show(Map<String, Object> values, String configName) {
        for (Flag<?> flag : flags.values()) {
            if (flag.served() && flag.configName().equals(configName)) {
                return flag.show(get(values, flag.name()));
            }
        }
        return null;
    }

    /** The configuration as a TOML file with every option. */
    String usage() {
        StringBuilder out = new StringBuilder("Usage of ").append(program).append(":\n");
        List<String> names = new ArrayList<>(flags.keySet());
        names.sort(null);
        for (String name : names) {
            Flag<?> flag = flag(name);
            out.append("  -")
                    .append(name)
                    .append("\n    \t")
                    .append(flag.usage())
                    .append(" (default ")
                    .append(flag.value())
                    .append(")\n");
        }
        return out.toString();
    }

    static Object get(Map<String, Object> values, String name) {
        Object value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no flag " + name);
        }
        return value;
    }

    private Flag<?> flag(String name) {
        Flag<?> flag = flags.get(name);
        if (flag == null) {
            throw new OptionException("flag provided but not defined: -" + name);
        }
        return flag;
    }

    private static Object parse(Flag<?> flag, String text, Object before) {
        try {
            return flag.parse(text, before);
        } catch (OptionException e) {
            throw new OptionException(
                    "invalid value \"" + text + "\" for flag -" + flag.name() + ": " + e.getMessage());
        }
    }
}
