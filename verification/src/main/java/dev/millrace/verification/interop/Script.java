package dev.millrace.verification.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Conversations with a nsqd, read from a text file.
 *
 * <pre>
 *   = what it shows              starts a conversation on a new connection
 *   ! why                        the answers differ, and are meant to
 *   > PUB $t\n<2>hi              sends; \n \r \\ \xNN, <5> an int32, <id0> the first message id seen, $t a topic of its own
 *   < 2                          waits for so many frames that are no heartbeats
 *   ~ POST /pub?topic=$t|body    asks over HTTP, on a connection of its own; body with the escapes of ">"
 * </pre>
 *
 * A conversation ends with a command that there is not, which shows whether the server has closed before.
 *
 * @param name
 *            what it shows
 * @param difference
 *            why the answers differ, or empty
 * @param steps
 *            the lines, kind and text
 */
record Script(String name, String difference, List<Step> steps) {
    /** Whether the protocol's magic is sent first; a conversation about magic says it itself. */
    boolean magic() {
        return !name.contains("magic");
    }

    /** One line. */
    record Step(char kind, String text) {}

    static List<Script> read(Path file) throws IOException {
        List<Script> all = new ArrayList<>();
        String name = "";
        String difference = "";
        List<Step> steps = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String text = line.substring(Math.min(2, line.length()));
            switch (line.charAt(0)) {
                case '=' -> {
                    if (!steps.isEmpty()) {
                        all.add(new Script(name, difference, List.copyOf(steps)));
                    }
                    name = text;
                    difference = "";
                    steps.clear();
                }
                case '!' -> difference = text;
                case '>', '<', '~' -> steps.add(new Step(line.charAt(0), text));
                default -> throw new IOException(file + ": a line starts with none of = ! > < ~: " + line);
            }
        }
        if (!steps.isEmpty()) {
            all.add(new Script(name, difference, List.copyOf(steps)));
        }
        return all;
    }
}
