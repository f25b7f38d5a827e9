package dev.millrace.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the token of a server on this machine. A file counts only if it is this user's own and names the very address
 * that is talked to, so no other program that listens there can make the command line read or send anything else.
 */
final class TokenFinder {
    private static final Pattern URL = Pattern.compile("(?m)^url = (\\S+)$");
    private static final Pattern TOKEN = Pattern.compile("(?m)^token = (mr_[A-Za-z0-9_-]{43})$");
    private static final int MAX_BYTES = 1_000;

    private TokenFinder() {}

    /** The first good token among the candidates, or null. */
    static @Nullable String find(String url, List<Path> candidates) {
        for (Path candidate : candidates) {
            String token = read(url, candidate);
            if (token != null) {
                return token;
            }
        }
        return null;
    }

    private static @Nullable String read(String url, Path file) {
        try {
            Path name = file.getFileName();
            boolean fits = name != null && name.toString().equals("http-token") && Files.isRegularFile(file)
                    && Files.size(file) <= MAX_BYTES
                    && Files.getOwner(file).getName().equals(System.getProperty("user.name"));
            if (!fits) {
                return null;
            }
            String text = Files.readString(file);
            Matcher forUrl = URL.matcher(text);
            Matcher token = TOKEN.matcher(text);
            return forUrl.find() && same(forUrl.group(1), url) && token.find() ? token.group(1) : null;
        } catch (IOException e) {
            return null; // not ours to read, so not our token
        }
    }

    private static boolean same(String a, String b) {
        return normal(a).equals(normal(b));
    }

    private static String normal(String url) {
        String bare = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        return bare.replace("//localhost:", "//127.0.0.1:");
    }
}
