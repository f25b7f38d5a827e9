package dev.millrace.bench.e2e.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What Linux tells about a process in /proc. A launcher may stay as the parent of the server proper, so figures are sums
 * over the process and its children.
 */
public final class ProcessFigures {
    /** Clock ticks per second that /proc reports processor time in: 100 on every Linux that Java runs on. */
    private static final long TICKS_PER_SECOND = 100;

    private ProcessFigures() {}

    /** Anonymous resident memory in bytes; empty where there is no /proc or no such process. */
    public static OptionalLong rssAnonBytes(long pid) {
        return sum(pid, "RssAnon");
    }

    /** All resident memory in bytes; empty where there is no /proc or no such process. */
    public static OptionalLong rssBytes(long pid) {
        return sum(pid, "VmRSS");
    }

    private static OptionalLong sum(long pid, String field) {
        long total = 0;
        try {
            for (long each : family(pid)) {
                total += statusField(Files.readString(Path.of("/proc/" + each + "/status")), field);
            }
        } catch (IOException e) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(total);
    }

    /** A field of /proc/PID/status that is given in kB, in bytes; 0 if it is not there. */
    static long statusField(String status, String field) {
        for (String line : status.split("\n", -1)) {
            if (line.startsWith(field + ":")) {
                String number = line.substring(field.length() + 1).trim().toLowerCase(Locale.ROOT);
                return Long.parseLong(number.substring(0, number.indexOf(' '))) * 1024;
            }
        }
        return 0;
    }

    /**
     * Bytes that it has caused to be sent to the block layer, when they were put into the page cache or past it; empty
     * where there is no /proc or it may not be read.
     */
    public static OptionalLong writtenBytes(long pid) {
        long total = 0;
        try {
            for (long each : family(pid)) {
                for (String line : Files.readAllLines(Path.of("/proc/" + each + "/io"))) {
                    total += line.startsWith("write_bytes:") ? Long.parseLong(line.substring(13)) : 0;
                }
            }
        } catch (IOException e) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(total);
    }

    /** Processor time in user and system mode so far, in nanoseconds; empty where there is no /proc. */
    public static OptionalLong cpuNanos(long pid) {
        long ticks = 0;
        try {
            for (long each : family(pid)) {
                ticks += cpuTicks(Files.readString(Path.of("/proc/" + each + "/stat")));
            }
        } catch (IOException e) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(ticks * (1_000_000_000L / TICKS_PER_SECOND));
    }

    /** The same of this JVM alone, without its children. */
    public static OptionalLong ownCpuNanos() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(time -> OptionalLong.of(time.toNanos()))
                .orElseGet(OptionalLong::empty);
    }

    /** utime + stime of a line of /proc/PID/stat: fields 14 and 15, counted after the name, which may hold anything. */
    static long cpuTicks(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    private static List<Long> family(long pid) {
        List<Long> pids = new ArrayList<>();
        pids.add(pid);
        ProcessHandle.of(pid).ifPresent(handle -> handle.descendants().map(ProcessHandle::pid).forEach(pids::add));
        return pids;
    }
}
