package dev.millrace.door.nsq.http;

import dev.millrace.door.nsq.json.JsonText;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * nsqd's memory figures as far as a Java heap has them: the number of objects and pause percentiles are not known and are
 * 0; idle is what is committed and not used, the next collection comes at the latest when all that is committed is used.
 */
final class MemoryFigures {
    private MemoryFigures() {}

    static Map<String, Long> read() {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        long runs = 0;
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            runs += Math.max(0, collector.getCollectionCount());
        }
        Map<String, Long> figures = new LinkedHashMap<>();
        figures.put("heap_objects", 0L);
        figures.put("heap_idle_bytes", heap.getCommitted() - heap.getUsed());
        figures.put("heap_in_use_bytes", heap.getUsed());
        figures.put("heap_released_bytes", Math.max(0, heap.getMax() - heap.getCommitted()));
        figures.put("gc_pause_usec_100", 0L);
        figures.put("gc_pause_usec_99", 0L);
        figures.put("gc_pause_usec_95", 0L);
        figures.put("next_gc_bytes", heap.getCommitted());
        figures.put("gc_total_runs", runs);
        return figures;
    }

    static void write(JsonText out) {
        out.object("memory");
        read().forEach(out::put);
        out.end();
    }
}
