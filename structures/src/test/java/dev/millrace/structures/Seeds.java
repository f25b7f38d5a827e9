package dev.millrace.structures;

import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;

/**
 * Seeds of random runs: some that are always the same and some that are new each time. A failing run names its seed;
 * {@code -Dmillrace.structures.seed=S} runs that one alone, {@code -Dmillrace.structures.seeds=N} runs N new ones.
 */
final class Seeds {
    private static final int FIXED = 8;
    private static final int NEW = Integer.getInteger("millrace.structures.seeds", 2);

    private Seeds() {}

    static LongStream seeds() {
        Long only = Long.getLong("millrace.structures.seed");
        return only != null
                ? LongStream.of(only)
                : LongStream.concat(LongStream.rangeClosed(1, FIXED),
                        ThreadLocalRandom.current().longs(NEW, 1, Long.MAX_VALUE));
    }
}
