package dev.millrace.bench.structures;

import dev.millrace.bench.contest.Contest;
import java.lang.management.ManagementFactory;

/** The figures of one contestant, which has a JVM of its own, for {@link Comparison} to read. */
public final class Figures {
    /** The property that shortens everything. */
    static final String QUICK = "millrace.bench.quick";

    private Figures() {}

    /**
     * Measures and prints.
     *
     * @param arguments
     *            what, of whom, and a size
     */
    public static void main(String[] arguments) throws InterruptedException {
        String name = arguments[1];
        int size = Integer.parseInt(arguments[2]);
        switch (arguments[0]) {
            case "timer" -> TimerFigures.print(name, size);
            case "month" -> TimerFigures.month(size);
            case "lateness" -> Lateness.print(name, size);
            case "map" -> MapFigures.print(name, size);
            case "pool" -> PoolFigures.tasks(name, size);
            case "fairness" -> PoolFigures.fairness(name, size);
            case "waiting" -> WaitingFigures.print(name, size);
            default -> throw new IllegalArgumentException("No figure is called " + arguments[0]);
        }
    }

    static boolean isQuick() {
        return Boolean.getBoolean(QUICK);
    }

    static void line(String contestant, String figure, double value) {
        Contest.tell(contestant, figure, value);
    }

    /**
     * Processor time of this JVM so far, its collector and compiler included; in steps of 10 ms. Per call it is the cost of
     * a call also while other processes want the processors, when the time by the clock says little.
     */
    static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    /** The name of a figure in processor time. */
    static String cpu(String figure) {
        return figure + "; CPU of the process";
    }

    static long usedBytes() {
        var memory = ManagementFactory.getMemoryMXBean();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return memory.getHeapMemoryUsage().getUsed();
    }
}
