package dev.millrace.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The effective settings: flags over environment over file over defaults. Immutable; every value was checked.
 */
public final class Configuration {
    private static final String CONFIG_VARIABLE = "MILLRACE_CONFIG";
    /** Variables of the prefix that are not settings: the launcher's and the command line's. */
    private static final List<String> OTHER_VARIABLES = List.of(CONFIG_VARIABLE, "MILLRACE_URL", "MILLRACE_TOKEN",
            "MILLRACE_JAVA_HOME", "MILLRACE_JAVA_OPTIONS", "MILLRACE_NO_AOT");

    /**
     * A value with where it was set.
     *
     * @param texts
     *            as it was given; several for a list
     * @param value
     *            what it means
     * @param origin
     *            {@code default}, {@code file PATH:LINE}, {@code environment NAME} or {@code flag --NAME}
     */
    private record Value(List<String> texts, Object value, String origin) {}

    private final Map<Setting<?>, Value> values = new LinkedHashMap<>();
    private final Map<String, Value> tables = new TreeMap<>();
    private final List<String> warnings = new ArrayList<>();

    private Configuration() {
        for (Setting<?> setting : Settings.ALL) {
            set(setting, List.of(setting.fallback()), "default");
        }
    }

    /** Nothing but defaults. */
    public static Configuration defaults() {
        return new Configuration();
    }

    /**
     * Reads all sources.
     *
     * @param flags
     *            keys and values of the command line in order; {@code config} names the file; a key given again adds to a
     *            list, else replaces
     * @param environment
     *            all variables
     * @throws ConfigException
     *             naming the key, where it was set and the cure
     */
    public static Configuration load(List<Map.Entry<String, String>> flags, Map<String, String> environment) {
        Configuration configuration = new Configuration();
        String file = environment.get(CONFIG_VARIABLE);
        for (Map.Entry<String, String> flag : flags) {
            file = flag.getKey().equals("config") ? flag.getValue() : file;
        }
        if (file != null) {
            configuration.readFile(file);
        }
        configuration.readEnvironment(environment);
        Map<String, List<String>> byKey = new LinkedHashMap<>();
        for (Map.Entry<String, String> flag : flags) {
            byKey.computeIfAbsent(flag.getKey(), _ -> new ArrayList<>()).add(flag.getValue());
        }
        byKey.remove("config");
        byKey.forEach((key, texts) -> {
            boolean list = key.indexOf('.') >= 0 || key.equals(Settings.HTTP_HOSTS.key());
            configuration.put(key, list ? texts : List.of(texts.getLast()), "flag --" + key);
        });
        return configuration;
    }

    private void readFile(String file) {
        String text;
        try {
            text = Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new ConfigException("the configuration file " + file + " cannot be read: " + e
                    + ". Check the path given by --config or " + CONFIG_VARIABLE);
        }
        if (file.endsWith(".yaml") || file.endsWith(".yml")) {
            throw new ConfigException(
                    "the configuration file " + file + " is YAML by its name; settings are read as TOML."
                            + " Write key = \"value\" for key: value, and name it .toml");
        }
        Map<String, Integer> lines = new LinkedHashMap<>();
        for (Toml.Entry entry : Toml.parse(file, text)) {
            Integer before = lines.put(entry.key(), entry.line());
            if (before != null) {
                throw new ConfigException(file + ":" + entry.line() + ": " + entry.key() + " was set on line " + before
                        + " already. Keep one of the two");
            }
            put(entry.key(), entry.texts(), "file " + file + ":" + entry.line());
        }
    }

    private void readEnvironment(Map<String, String> environment) {
        Map<String, String> left = new TreeMap<>(environment);
        left.keySet().removeIf(name -> !name.startsWith(Setting.ENVIRONMENT_PREFIX) || OTHER_VARIABLES.contains(name));
        for (Setting<?> setting : Settings.ALL) {
            String text = left.remove(setting.variable());
            if (text != null) {
                set(setting, List.of(text), "environment " + setting.variable());
            }
        }
        for (Map.Entry<String, String> variable : left.entrySet()) {
            String table = tableOf(variable.getKey());
            if (table == null) {
                warnings.add("the environment variable " + variable.getKey()
                        + " is no setting and has no effect; millrace config --help lists them");
            } else {
                String name = variable.getKey().substring(Setting.variable(table).length() + 1);
                put(table + "." + name.toLowerCase(Locale.ROOT).replace('_', '-'),
                        List.of(variable.getValue()), "environment " + variable.getKey());
            }
        }
    }

    private static @Nullable String tableOf(String variable) {
        for (String table : Settings.TABLES) {
            if (variable.startsWith(Setting.variable(table) + "_")) {
                return table;
            }
        }
        return null;
    }

    private void put(String key, List<String> texts, String origin) {
        for (String table : Settings.TABLES) {
            if (key.startsWith(table + ".")) {
                tables.put(key, new Value(texts, texts, origin));
                return;
            }
        }
        for (Setting<?> setting : Settings.ALL) {
            if (setting.key().equals(key)) {
                set(setting, texts, origin);
                return;
            }
        }
        throw new ConfigException(origin + ": there is no setting '" + key + "'. Did you mean '" + nearest(key)
                + "'? millrace config --help lists all");
    }

    private <T> void set(Setting<T> setting, List<String> texts, String origin) {
        boolean list = setting.kind().equals(Kind.TEXTS);
        if (texts.size() != 1 && !list) {
            throw new ConfigException(origin + ": " + setting.key() + " takes one value, not a list");
        }
        String text = String.join(",", texts);
        try {
            values.put(setting, new Value(List.of(text), setting.kind().parser().apply(text), origin));
        } catch (RuntimeException e) {
            throw new ConfigException(origin + ": " + setting.key() + " is '" + text + "'; " + e.getMessage());
        }
    }

    /**
     * The key with the fewest changed letters, where a word in common outweighs four of them: tcp-port means nsq-tcp.
     * Source of the distance: V. I. Levenshtein, Soviet Physics Doklady 10 (1966).
     */
    private static String nearest(String key) {
        List<String> words = List.of(key.split("[-.]"));
        return Settings.ALL.stream()
                .map(Setting::key)
                .min(Comparator.comparingLong(other -> distance(key, other)
                        - 4 * Stream.of(other.split("[-.]")).filter(words::contains).count()))
                .orElseThrow();
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }

    @SuppressWarnings("unchecked") // the value was made by the setting's own kind
    public <T> T get(Setting<T> setting) {
        return (T) value(setting).value;
    }

    private Value value(Setting<?> setting) {
        Value value = values.get(setting);
        if (value == null) {
            throw new IllegalArgumentException("no setting " + setting.key());
        }
        return value;
    }

    /** The texts of a table's keys, without the table's name: {@code max-rdy-count} of {@code nsqd}. */
    public Map<String, List<String>> table(String table) {
        Map<String, List<String>> found = new LinkedHashMap<>();
        tables.forEach((key, value) -> {
            if (key.startsWith(table + ".")) {
                found.put(key.substring(table.length() + 1), value.texts);
            }
        });
        return found;
    }

    /** Where a setting's value comes from; {@code key} may be one of a table. */
    public String origin(String key) {
        Value inTable = tables.get(key);
        if (inTable != null) {
            return inTable.origin;
        }
        return Settings.ALL.stream()
                .filter(setting -> setting.key().equals(key))
                .findFirst()
                .map(setting -> value(setting).origin)
                .orElse("default");
    }

    /** What the operator should know, though it stops nothing. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** A file that says the same, each line with where its value comes from. */
    public String print() {
        StringBuilder out = new StringBuilder();
        values.forEach((setting, value) -> line(out, setting.key(), setting.kind().equals(Kind.TEXTS), value));
        for (String table : Settings.TABLES) {
            StringBuilder lines = new StringBuilder();
            tables.forEach((key, value) -> {
                if (key.startsWith(table + ".")) {
                    line(lines, key.substring(table.length() + 1), value.texts.size() != 1, value);
                }
            });
            if (!lines.isEmpty()) {
                out.append("\n[").append(table).append("]\n").append(lines);
            }
        }
        return out.toString();
    }

    private static void line(StringBuilder out, String key, boolean list, Value value) {
        List<String> texts = list && value.value instanceof List<?> elements
                ? elements.stream().map(String::valueOf).toList()
                : value.texts;
        String joined = String.join(", ",
                texts.stream().map(text -> "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"").toList());
        String text = list ? "[" + joined + "]" : joined;
        out.append(String.format("%-48s # %s%n", key + " = " + text, value.origin));
    }
}
