package dev.millrace.bench.jcstress;

import dev.millrace.structures.ConcurrentLongSkipList;
import dev.millrace.structures.ConcurrentSkipList;
import org.jspecify.annotations.Nullable;

/** The calls that both concurrent lists have, so that a race is written once and run with either. */
interface SortedKeys {
    /** Receives an entry of a scan. */
    interface Visitor {
        void entry(int key, int value);
    }

    void put(int key, int value);

    /** Returns 1 if the key had no value. */
    int putIfAbsent(int key, int value);

    void remove(int key);

    /** The value, or -1. */
    int get(int key);

    /** The value of the least key that is at least {@code key}, or -1. */
    int ceiling(int key);

    /** The value of the greatest key that is at most {@code key}, or -1. */
    int floor(int key);

    /** Shows all entries in ascending order. */
    void scan(Visitor visitor);

    /** Shows all entries in descending order. */
    void scanDescending(Visitor visitor);

    /** Makes a full node of the even keys 2 to 80: the next insertion splits it. */
    default void fillToSplit() {
        for (int key = 2; key <= 80; key += 2) {
            put(key, key);
        }
    }

    /**
     * Makes two nodes: one of the keys 30 to 40, so that the next removal makes it small and it takes over the other one,
     * which has key 41.
     */
    default void fillToMerge() {
        for (int key = 1; key <= 41; key++) {
            put(key, key);
        }
        for (int key = 1; key < 30; key++) {
            remove(key);
        }
    }

    /** Entries seen by a scan, upwards or downwards; more than 1,000 if one came twice or out of order. */
    default int count(boolean upwards) {
        int[] seen = {0, upwards ? Integer.MIN_VALUE : Integer.MAX_VALUE};
        Visitor counting = (key, value) -> {
            seen[0] += (upwards ? key > seen[1] : key < seen[1]) ? 1 : 1_000;
            seen[1] = key;
        };
        if (upwards) {
            scan(counting);
        } else {
            scanDescending(counting);
        }
        return seen[0];
    }

    /** Keys and values as objects. */
    final class Boxed implements SortedKeys {
        private final ConcurrentSkipList<Integer, Integer> list = new ConcurrentSkipList<>();

        @Override
        public void put(int key, int value) {
            list.put(key, value);
        }

        @Override
        public int putIfAbsent(int key, int value) {
            return list.putIfAbsent(key, value) == null ? 1 : 0;
        }

        @Override
        public void remove(int key) {
            list.remove(key);
        }

        @Override
        public int get(int key) {
            return orAbsent(list.get(key));
        }

        @Override
        public int ceiling(int key) {
            var entry = list.ceilingEntry(key);
            return orAbsent(entry == null ? null : entry.getValue());
        }

        @Override
        public int floor(int key) {
            var entry = list.floorEntry(key);
            return orAbsent(entry == null ? null : entry.getValue());
        }

        @Override
        public void scan(Visitor visitor) {
            list.scan(null, (key, value) -> {
                visitor.entry(key, value);
                return true;
            });
        }

        @Override
        public void scanDescending(Visitor visitor) {
            list.scanDescending(null, (key, value) -> {
                visitor.entry(key, value);
                return true;
            });
        }
    }

    /** Keys as {@code long}. */
    final class Primitive implements SortedKeys {
        private final ConcurrentLongSkipList<Integer> list = new ConcurrentLongSkipList<>();

        @Override
        public void put(int key, int value) {
            list.put(key, value);
        }

        @Override
        public int putIfAbsent(int key, int value) {
            return list.putIfAbsent(key, value) == null ? 1 : 0;
        }

        @Override
        public void remove(int key) {
            list.remove(key);
        }

        @Override
        public int get(int key) {
            return orAbsent(list.get(key));
        }

        @Override
        public int ceiling(int key) {
            var entry = list.ceilingEntry(key);
            return orAbsent(entry == null ? null : entry.value());
        }

        @Override
        public int floor(int key) {
            var entry = list.floorEntry(key);
            return orAbsent(entry == null ? null : entry.value());
        }

        @Override
        public void scan(Visitor visitor) {
            list.scan(Long.MIN_VALUE, (key, value) -> {
                visitor.entry((int) key, value);
                return true;
            });
        }

        @Override
        public void scanDescending(Visitor visitor) {
            list.scanDescending(Long.MAX_VALUE, (key, value) -> {
                visitor.entry((int) key, value);
                return true;
            });
        }
    }

    private static int orAbsent(@Nullable Integer value) {
        return value == null ? -1 : value;
    }
}
