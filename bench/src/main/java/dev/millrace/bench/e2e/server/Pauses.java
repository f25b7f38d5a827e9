package dev.millrace.bench.e2e.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How long all threads of a server's JVM stood still at once, from its own log: collections of the heap, and whatever else
 * stops them. Collections that {@link JavaHeap} asked for are left out.
 *
 * @param millis in ascending order
 * @param left collections that were left out
 */
public record Pauses(List<Double> millis, int left) {
    private static final Pattern SAFEPOINT = Pattern.compile("Safepoint \"(\\w+)\".* Total: +(\\d+) ns");
    private static final String ASKED_FOR = "G1CollectFull";

    /** The option that makes a JVM write the log. */
    public static String jvmOption(Path log) {
        return "-Xlog:safepoint:file=" + log + ":uptime:filecount=0";
    }

    /**
     * What the log says from a byte on.
     *
     * @param fromByte its length when the measurement began
     */
    public static Pauses read(Path log, long fromByte) throws IOException {
        String text = Files.readString(log);
        return parse(text.substring((int) Math.min(fromByte, text.length())).lines());
    }

    static Pauses parse(Stream<String> lines) {
        List<Double> millis = new ArrayList<>();
        int left = 0;
        for (Matcher line : lines.map(SAFEPOINT::matcher).filter(Matcher::find).toList()) {
            if (line.group(1).equals(ASKED_FOR)) {
                left++;
            } else {
                millis.add(Long.parseLong(line.group(2)) / 1e6);
            }
        }
        millis.sort(null);
        return new Pauses(millis, left);
    }

    /** The least that so many of a hundred do not exceed; 0 where there was none. */
    public double percentile(double percent) {
        return millis.isEmpty() ? 0 : millis.get(Math.max(0, (int) Math.ceil(millis.size() * percent / 100) - 1));
    }

    public int count() {
        return millis.size();
    }
}
