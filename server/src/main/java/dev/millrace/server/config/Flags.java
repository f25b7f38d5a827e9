package dev.millrace.server.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The server's command line: {@code --key value} or {@code --key=value}, and what only asks. */
public record Flags(List<Map.Entry<String, String>> settings, boolean help, boolean version, boolean printConfig) {
    /** Throws {@link ConfigException} for what is no flag or lacks its value. */
    public static Flags parse(List<String> args) {
        List<Map.Entry<String, String>> settings = new ArrayList<>();
        boolean help = false;
        boolean version = false;
        boolean print = false;
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            switch (arg) {
                case "--help", "-h" -> help = true;
                case "--version", "-V" -> version = true;
                case "--print-config" -> print = true;
                default -> {
                    if (!arg.startsWith("--") || arg.length() == 2) {
                        throw new ConfigException(
                                "'" + arg + "' is no flag: flags begin with --, millrace server --help lists them");
                    }
                    int equals = arg.indexOf('=');
                    boolean last = i + 1 == args.size();
                    if (equals < 0 && last && isKnown(arg.substring(2))) {
                        throw new ConfigException("the flag " + arg + " needs a value");
                    }
                    // An unknown flag at the end is told as one, not as a flag without its value.
                    settings.add(equals < 0 ? Map.entry(arg.substring(2), last ? "" : args.get(++i))
                            : Map.entry(arg.substring(2, equals), arg.substring(equals + 1)));
                }
            }
        }
        return new Flags(List.copyOf(settings), help, version, print);
    }

    private static boolean isKnown(String key) {
        return key.equals("config") || key.contains(".")
                || Settings.ALL.stream().anyMatch(setting -> setting.key().equals(key));
    }

    /** What {@code millrace server --help} prints. */
    public static String usage() {
        StringBuilder out = new StringBuilder("""
                Usage: millrace server [--KEY VALUE]...
                Runs the server until it gets SIGTERM or SIGINT. Nothing has to be set.

                Each setting is a flag, an environment variable and a key of the file (TOML):
                --nsq-tcp 0.0.0.0:4150, MILLRACE_NSQ_TCP=0.0.0.0:4150, nsq-tcp = "0.0.0.0:4150".
                Flags win over the environment, that over the file.

                """);
        line(out, "--config FILE", "file to read settings from");
        line(out, "--print-config", "print the effective settings with their origin, and end");
        for (Setting<?> setting : Settings.ALL) {
            String fallback = setting.fallback().isEmpty() ? "" : " [" + setting.fallback() + "]";
            line(out, "--" + setting.key() + " " + setting.kind().form(), setting.help() + fallback);
        }
        line(out, "--nsqd.OPTION VALUE", "an option of nsqd, such as --nsqd.max-rdy-count 5000");
        line(out, "--nsqlookupd.OPTION VALUE", "an option of nsqlookupd");
        out.append("""

                ADDR is host:port (port 0: a free one), the path of a unix socket, or off.

                Examples:
                  millrace server
                  millrace server --data /var/lib/millrace --nsq-tcp 0.0.0.0:4150
                  millrace server --config millrace.toml --print-config
                """);
        return out.toString();
    }

    private static void line(StringBuilder out, String flag, String help) {
        if (flag.length() < 28) {
            out.append(String.format("  %-28s %s%n", flag, help));
        } else {
            out.append(String.format("  %s%n  %-28s %s%n", flag, "", help));
        }
    }
}
