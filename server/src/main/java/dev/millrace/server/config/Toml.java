package dev.millrace.server.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the part of TOML 1.0 that settings need: comments, tables, bare and quoted keys, and on one line strings, whole
 * numbers, booleans and arrays of these. Anything else is refused with its line.
 *
 * <p>
 * Source: https://toml.io/en/v1.0.0
 */
final class Toml {
    /**
     * One value.
     *
     * @param key
     *            with its table, joined by a dot; underscores count as dashes
     * @param texts
     *            an array's elements, or the one value
     * @param line
     *            where it stands, from 1
     */
    record Entry(String key, List<String> texts, int line) {}

    private final String file;
    private String line = "";
    private int number;
    private int at;

    private Toml(String file) {
        this.file = file;
    }

    static List<Entry> parse(String file, String text) {
        Toml toml = new Toml(file);
        List<Entry> entries = new ArrayList<>();
        String table = "";
        for (String line : text.split("\r?\n", -1)) {
            toml.start(line);
            if (toml.atEnd()) {
                continue;
            }
            if (toml.peek() == '[') {
                toml.at++;
                table = toml.key() + ".";
                toml.expect(']');
            } else {
                String key = table + toml.key();
                toml.expect('=');
                entries.add(new Entry(key, toml.value(), toml.number));
            }
            if (!toml.atEnd()) {
                throw toml.bad("nothing more on this line");
            }
        }
        return entries;
    }

    private void start(String next) {
        line = number == 0 && next.startsWith("\uFEFF") ? next.substring(1) : next;
        number++;
        at = 0;
    }

    private boolean atEnd() {
        while (at < line.length() && (line.charAt(at) == ' ' || line.charAt(at) == '\t')) {
            at++;
        }
        return at == line.length() || line.charAt(at) == '#';
    }

    private char peek() {
        return atEnd() ? '\0' : line.charAt(at);
    }

    private void expect(char wanted) {
        if (peek() != wanted) {
            throw bad("'" + wanted + "'");
        }
        at++;
    }

    private String key() {
        char first = peek();
        if (first == '"' || first == '\'') {
            return string(first).replace('_', '-');
        }
        int start = at;
        while (at < line.length()
                && (Character.isLetterOrDigit(line.charAt(at)) || "-_.".indexOf(line.charAt(at)) >= 0)) {
            at++;
        }
        if (at == start) {
            throw bad("a key");
        }
        return line.substring(start, at).replace('_', '-');
    }

    private List<String> value() {
        if (peek() != '[') {
            return List.of(scalar());
        }
        at++;
        List<String> texts = new ArrayList<>();
        while (peek() != ']') {
            texts.add(scalar());
            if (peek() == ',') {
                at++;
            } else if (peek() != ']') {
                throw bad("',' or ']' (a list stands on one line)");
            }
        }
        at++;
        return texts;
    }

    private String scalar() {
        char first = peek();
        if (first == '"' || first == '\'') {
            return string(first);
        }
        int start = at;
        while (at < line.length() && " \t,]#".indexOf(line.charAt(at)) < 0) {
            at++;
        }
        String bare = line.substring(start, at);
        if (bare.equals("true") || bare.equals("false")) {
            return bare;
        }
        if (bare.matches("[+-]?\\d+(_\\d+)*(\\.\\d+)?")) {
            return bare.replace("_", "");
        }
        throw bad("a value: a text in quotes, a number, true, false or a list of these");
    }

    private String string(char quote) {
        StringBuilder out = new StringBuilder();
        for (at++; at < line.length(); at++) {
            char c = line.charAt(at);
            if (c == quote) {
                at++;
                return out.toString();
            }
            out.append(c == '\\' && quote == '"' ? escape() : c);
        }
        throw bad("the closing " + quote);
    }

    private char escape() {
        at++;
        return switch (at < line.length() ? line.charAt(at) : '\0') {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case '"' -> '"';
            case '\\' -> '\\';
            default -> throw bad("one of the escapes \\n \\t \\r \\\" \\\\");
        };
    }

    private ConfigException bad(String wanted) {
        return new ConfigException(
                file + ":" + number + ": expected " + wanted + " at column " + (at + 1) + ": " + line);
    }
}
