package dev.millrace.bench.e2e.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The machine that a run was made on. */
public final class Machine {
    private Machine() {}

    /** Processor, memory, kernel, Java, and the file system of the data folder. */
    public static Map<String, String> describe(Path dataDir) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("processor", field(Path.of("/proc/cpuinfo"), "model name"));
        facts.put("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
        facts.put("memory", field(Path.of("/proc/meminfo"), "MemTotal"));
        facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch"));
        facts.put("client JVM", System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
        facts.put("data volume", volume(dataDir));
        return facts;
    }

    private static String volume(Path dataDir) {
        try {
            FileStore store = Files.getFileStore(dataDir);
            return store.type() + " on " + store.name() + ", " + store.getUsableSpace() / (1 << 30) + " GiB free";
        } catch (IOException e) {
            return "unknown (" + e.getMessage() + ")";
        }
    }

    private static String field(Path file, String name) {
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(name)) {
                    return line.substring(line.indexOf(':') + 1).trim();
                }
            }
        } catch (IOException e) {
            return "unknown (no " + file + ")";
        }
        return "unknown";
    }

    /** One-minute load average, negative where the system has none. */
    public static double loadAverage() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }
}
