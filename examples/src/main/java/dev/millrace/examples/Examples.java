package dev.millrace.examples;

import dev.millrace.api.Millrace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Runs the examples that are named, or all, each on an empty engine. */
public final class Examples {
    private Examples() {}

    /** By their names, in the order of telling. */
    static Map<String, Supplier<Example>> all() {
        Map<String, Supplier<Example>> all = new LinkedHashMap<>();
        all.put("async-work", AsyncWork::new);
        all.put("decoupling", Decoupling::new);
        all.put("peak-shaving", PeakShaving::new);
        all.put("broadcast", Broadcast::new);
        all.put("delayed-delivery", DelayedDelivery::new);
        all.put("log-collection", LogCollection::new);
        all.put("request-reply", RequestReply::new);
        all.put("eventual-consistency", EventualConsistency::new);
        return all;
    }

    /** {@code args}: names of examples; none: all. */
    public static void main(String[] args) throws Exception {
        Map<String, Supplier<Example>> all = all();
        if (args.length == 1 && (args[0].equals("--help") || args[0].equals("-h"))) {
            System.out.println("usage: examples [NAME...]");
            System.out.println("Runs the examples that are named, or all, each on an empty engine:");
            all.keySet().forEach(name -> System.out.println("  " + name));
            return;
        }
        for (String name : args.length == 0 ? List.copyOf(all.keySet()) : List.of(args)) {
            Supplier<Example> example = all.get(name);
            if (example == null) {
                System.err.println("there is no example " + name + "; there are " + String.join(", ", all.keySet()));
                System.exit(2);
            } else {
                System.out.println(name);
                runInAFolder(example.get());
            }
        }
    }

    private static void runInAFolder(Example example) throws Exception {
        Path folder = Files.createTempDirectory("millrace-example");
        try (Millrace m = Millrace.open(folder)) {
            example.run(m, line -> System.out.println("  " + line));
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
