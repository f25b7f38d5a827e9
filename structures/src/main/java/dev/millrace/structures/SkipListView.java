package dev.millrace.structures;

import java.util.Comparator;
import java.util.Iterator;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The entries of a skip list between two bounds, in either direction, as a map that writes through. */
final class SkipListView<K, V> extends NavigableBase<K, V> {
    private final SkipList<K, V> list;
    private final @Nullable Bound<K> low;
    private final @Nullable Bound<K> high;
    private final boolean reversed;

    SkipListView(SkipList<K, V> list, @Nullable Bound<K> low, @Nullable Bound<K> high, boolean reversed) {
        if (low != null && high != null && list.compare(low.key(), high.key()) > 0) {
            throw new IllegalArgumentException("The range begins at " + low.key() + ", after its end " + high.key());
        }
        this.list = list;
        this.low = low;
        this.high = high;
        this.reversed = reversed;
    }

    private boolean tooLow(Object key) {
        if (low == null) {
            return false;
        }
        int order = list.compare(key, low.key());
        return order < 0 || (order == 0 && !low.inclusive());
    }

    private boolean tooHigh(Object key) {
        if (high == null) {
            return false;
        }
        int order = list.compare(key, high.key());
        return order > 0 || (order == 0 && !high.inclusive());
    }

    private boolean contains(Object key) {
        return !tooLow(key) && !tooHigh(key);
    }

    private boolean isBeyondEdges(Object key) {
        return (low != null && list.compare(key, low.key()) < 0) || (high != null && list.compare(key, high.key()) > 0);
    }

    private @Nullable Entry<K, V> inside(@Nullable Entry<K, V> entry) {
        return entry != null && contains(entry.getKey()) ? entry : null;
    }

    private @Nullable Entry<K, V> least() {
        return inside(low == null
                ? list.firstEntry()
                : list.near(low.key(), low.inclusive() ? Side.CEILING : Side.HIGHER));
    }

    private @Nullable Entry<K, V> greatest() {
        return inside(high == null
                ? list.lastEntry()
                : list.near(high.key(), high.inclusive() ? Side.FLOOR : Side.LOWER));
    }

    @Override
    public @Nullable Entry<K, V> firstEntry() {
        return reversed ? greatest() : least();
    }

    @Override
    public @Nullable Entry<K, V> lastEntry() {
        return reversed ? least() : greatest();
    }

    @Override
    @Nullable
    Entry<K, V> near(K key, Side side) {
        Side actual = reversed ? side.mirrored() : side;
        boolean down = actual == Side.LOWER || actual == Side.FLOOR;
        if (down && tooHigh(key)) {
            return greatest();
        }
        return !down && tooLow(key) ? least() : inside(list.near(key, actual));
    }

    @Override
    NavigableMap<K, V> range(@Nullable Bound<K> from, @Nullable Bound<K> to, boolean reverse) {
        Bound<K> newLow = reversed ? to : from;
        Bound<K> newHigh = reversed ? from : to;
        return new SkipListView<>(list, narrower(newLow, low), narrower(newHigh, high), reversed ^ reverse);
    }

    private @Nullable Bound<K> narrower(@Nullable Bound<K> wanted, @Nullable Bound<K> present) {
        if (wanted == null) {
            return present;
        }
        // A bound that does not include its key may lie on either edge of the range.
        if (wanted.inclusive() ? !contains(wanted.key()) : isBeyondEdges(wanted.key())) {
            throw new IllegalArgumentException("Key " + wanted.key() + " lies outside the range of this view");
        }
        return wanted;
    }

    @Override
    Iterator<Entry<K, V>> entries() {
        return new Iterator<>() {
            private @Nullable Entry<K, V> next = firstEntry();
            private @Nullable Entry<K, V> last;

            @Override
            public boolean hasNext() {
                return next != null;
            }

            @Override
            public Entry<K, V> next() {
                Entry<K, V> entry = next;
                if (entry == null) {
                    throw new NoSuchElementException("The view has no further entry");
                }
                next = near(entry.getKey(), Side.HIGHER);
                last = entry;
                return entry;
            }

            @Override
            public void remove() {
                if (last == null) {
                    throw new IllegalStateException("next has not been called, or its entry was removed already");
                }
                list.remove(last.getKey());
                last = null;
            }
        };
    }

    @Override
    public @Nullable Comparator<? super K> comparator() {
        return reversed ? (a, b) -> list.compare(b, a) : list.comparator();
    }

    /** O(log n): by ranks. */
    @Override
    public int size() {
        Entry<K, V> first = least();
        Entry<K, V> last = greatest();
        return first == null || last == null ? 0 : list.rank(last.getKey()) - list.rank(first.getKey()) + 1;
    }

    @Override
    public boolean containsKey(Object key) {
        return contains(key) && list.containsKey(key);
    }

    @Override
    public @Nullable V get(Object key) {
        return contains(key) ? list.get(key) : null;
    }

    @Override
    public @Nullable V put(K key, V value) {
        if (!contains(key)) {
            throw new IllegalArgumentException("Key " + key + " lies outside the range of this view");
        }
        return list.put(key, value);
    }

    @Override
    public @Nullable V remove(Object key) {
        return contains(key) ? list.remove(key) : null;
    }

    @Override
    public void clear() {
        Entry<K, V> first = least();
        Entry<K, V> last = greatest();
        if (first != null && last != null) {
            list.removeBetween(list.rank(first.getKey()), list.rank(last.getKey()) + 1);
        }
    }
}
