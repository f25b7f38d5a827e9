package dev.millrace.door.nsq.options;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The part of TOML that nsqd's configuration files use: {@code key = value} with strings, numbers, booleans and arrays of
 * them, comments. Tables are skipped: nsqd has none.
 */
final class Toml {
    private final String text;
    private int at;

    private Toml(String text) {
        this.text = text;
    }

    /** Values as text; an array as its elements. */
    static Map<String, List<String>> parse(String text) {
        return new Toml(text).document();
    }

    private Map<String, List<String>> document() {
        Map<String, List<String>> values = new LinkedHashMap<>();
        boolean top = true;
        for (skipBlank(); at < text.length(); skipBlank()) {
            if (text.charAt(at) == '[') {
                top = false;
                skipLine();
                continue;
            }
            String key = key();
            expect('=');
            List<String> value = value();
            if (top) {
                values.put(key, value);
            }
        }
        return values;
    }

    private String key() {
        char first = text.charAt(at);
        if (first == '"' || first == '\'') {
            return string(first);
        }
        int start = at;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || "_-.".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        if (at == start) {
            throw error("a key");
        }
        return text.substring(start, at);
    }

    private List<String> value() {
        skipSpaces();
        if (at < text.length() && text.charAt(at) == '[') {
            at++;
            List<String> all = new ArrayList<>();
            for (skipBlank(); at < text.length() && text.charAt(at) != ']'; skipBlank()) {
                all.add(scalar());
                skipBlank();
                if (at < text.length() && text.charAt(at) == ',') {
                    at++;
                }
            }
            expect(']');
            return all;
        }
        return List.of(scalar());
    }

    private String scalar() {
        if (at >= text.length()) {
            throw error("a value");
        }
        char first = text.charAt(at);
        if (first == '"' || first == '\'') {
            return string(first);
        }
        int start = at;
        while (at < text.length() && ",]#\r\n".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String bare = text.substring(start, at).trim();
        if (bare.isEmpty()) {
            throw error("a value");
        }
        return Character.isDigit(bare.charAt(bare.length() - 1)) ? bare.replace("_", "") : bare;
    }

    private String string(char quote) {
        StringBuilder out = new StringBuilder();
        for (at++; at < text.length() && text.charAt(at) != '\n'; at++) {
            char c = text.charAt(at);
            if (c == quote) {
                at++;
                return out.toString();
            }
            if (c == '\\' && quote == '"' && at + 1 < text.length()) {
                at++;
                out.append(switch (text.charAt(at)) {
                    case 'n' -> '\n';
                    case 't' -> '\t';
                    default -> text.charAt(at);
                });
            } else {
                out.append(c);
            }
        }
        throw error("the end of a string");
    }

    private void expect(char c) {
        skipSpaces();
        if (at >= text.length() || text.charAt(at) != c) {
            throw error("'" + c + "'");
        }
        at++;
    }

    private void skipSpaces() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
    }

    private void skipBlank() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '#') {
                skipLine();
            } else if (Character.isWhitespace(c) || c == '\uFEFF') {
                at++;
            } else {
                return;
            }
        }
    }

    private void skipLine() {
        while (at < text.length() && text.charAt(at) != '\n') {
            at++;
        }
    }

    private OptionException error(String expected) {
        long line = text.substring(0, Math.min(at, text.length())).chars().filter(c -> c == '\n').count() + 1;
        return new OptionException("config file, line " + line + ": expected " + expected);
    }
}
