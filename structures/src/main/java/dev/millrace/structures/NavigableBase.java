package dev.millrace.structures;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Comparator;
import java.util.Iterator;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** All of {@link NavigableMap} in terms of a few methods; the skip list and its views differ only in those. */
abstract class NavigableBase<K, V> extends AbstractMap<K, V> implements NavigableMap<K, V> {
    enum Side {
        LOWER, FLOOR, CEILING, HIGHER;

        Side mirrored() {
            return switch (this) {
                case LOWER -> HIGHER;
                case FLOOR -> CEILING;
                case CEILING -> FLOOR;
                case HIGHER -> LOWER;
            };
        }
    }

    record Bound<K>(K key, boolean inclusive) {}

    /** The nearest entry on one side of a key, in this map's own order. */
    abstract @Nullable Entry<K, V> near(K key, Side side);

    /** All entries in this map's own order. */
    abstract Iterator<Entry<K, V>> entries();

    /** A view of the entries between two bounds of this map's own order; null for none. */
    abstract NavigableMap<K, V> range(@Nullable Bound<K> from, @Nullable Bound<K> to, boolean reversed);

    private static <K, V> @Nullable K keyOf(@Nullable Entry<K, V> entry) {
        return entry == null ? null : entry.getKey();
    }

    private static <K, V> K presentKey(@Nullable Entry<K, V> entry) {
        if (entry == null) {
            throw new NoSuchElementException("The map is empty");
        }
        return entry.getKey();
    }

    @Override
    public @Nullable Entry<K, V> lowerEntry(K key) {
        return near(key, Side.LOWER);
    }

    @Override
    public @Nullable Entry<K, V> floorEntry(K key) {
        return near(key, Side.FLOOR);
    }

    @Override
    public @Nullable Entry<K, V> ceilingEntry(K key) {
        return near(key, Side.CEILING);
    }

    @Override
    public @Nullable Entry<K, V> higherEntry(K key) {
        return near(key, Side.HIGHER);
    }

    @Override
    public @Nullable K lowerKey(K key) {
        return keyOf(near(key, Side.LOWER));
    }

    @Override
    public @Nullable K floorKey(K key) {
        return keyOf(near(key, Side.FLOOR));
    }

    @Override
    public @Nullable K ceilingKey(K key) {
        return keyOf(near(key, Side.CEILING));
    }

    @Override
    public @Nullable K higherKey(K key) {
        return keyOf(near(key, Side.HIGHER));
    }

    @Override
    public K firstKey() {
        return presentKey(firstEntry());
    }

    @Override
    public K lastKey() {
        return presentKey(lastEntry());
    }

    @Override
    public @Nullable Entry<K, V> pollFirstEntry() {
        return poll(firstEntry());
    }

    @Override
    public @Nullable Entry<K, V> pollLastEntry() {
        return poll(lastEntry());
    }

    private @Nullable Entry<K, V> poll(@Nullable Entry<K, V> entry) {
        if (entry != null) {
            remove(entry.getKey());
        }
        return entry;
    }

    @Override
    public NavigableMap<K, V> subMap(K from, boolean fromInclusive, K to, boolean toInclusive) {
        return range(new Bound<>(from, fromInclusive), new Bound<>(to, toInclusive), false);
    }

    @Override
    public NavigableMap<K, V> headMap(K to, boolean inclusive) {
        return range(null, new Bound<>(to, inclusive), false);
    }

    @Override
    public NavigableMap<K, V> tailMap(K from, boolean inclusive) {
        return range(new Bound<>(from, inclusive), null, false);
    }

    @Override
    public NavigableMap<K, V> subMap(K from, K to) {
        return subMap(from, true, to, false);
    }

    @Override
    public NavigableMap<K, V> headMap(K to) {
        return headMap(to, false);
    }

    @Override
    public NavigableMap<K, V> tailMap(K from) {
        return tailMap(from, true);
    }

    @Override
    public NavigableMap<K, V> descendingMap() {
        return range(null, null, true);
    }

    @Override
    public NavigableSet<K> navigableKeySet() {
        return new Keys<>(this);
    }

    @Override
    public NavigableSet<K> keySet() {
        return navigableKeySet();
    }

    @Override
    public NavigableSet<K> descendingKeySet() {
        return descendingMap().navigableKeySet();
    }

    @Override
    public boolean containsKey(Object key) {
        return get(key) != null;
    }

    @Override
    public Set<Entry<K, V>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Entry<K, V>> iterator() {
                return entries();
            }

            @Override
            public int size() {
                return NavigableBase.this.size();
            }
        };
    }

    /** The keys of a map, as a view. */
    private static final class Keys<K, V> extends AbstractSet<K> implements NavigableSet<K> {
        private final NavigableBase<K, V> map;

        Keys(NavigableBase<K, V> map) {
            this.map = map;
        }

        @Override
        public Iterator<K> iterator() {
            Iterator<Entry<K, V>> entries = map.entries();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return entries.hasNext();
                }

                @Override
                public K next() {
                    return entries.next().getKey();
                }

                @Override
                public void remove() {
                    entries.remove();
                }
            };
        }

        @Override
        public int size() {
            return map.size();
        }

        @Override
        public boolean contains(@Nullable Object key) {
            return key != null && map.containsKey(key);
        }

        @Override
        public boolean remove(@Nullable Object key) {
            return key != null && map.remove(key) != null;
        }

        @Override
        public void clear() {
            map.clear();
        }

        @Override
        public @Nullable Comparator<? super K> comparator() {
            return map.comparator();
        }

        @Override
        public K first() {
            return map.firstKey();
        }

        @Override
        public K last() {
            return map.lastKey();
        }

        @Override
        public @Nullable K lower(K key) {
            return map.lowerKey(key);
        }

        @Override
        public @Nullable K floor(K key) {
            return map.floorKey(key);
        }

        @Override
        public @Nullable K ceiling(K key) {
            return map.ceilingKey(key);
        }

        @Override
        public @Nullable K higher(K key) {
            return map.higherKey(key);
        }

        @Override
        public @Nullable K pollFirst() {
            return keyOf(map.pollFirstEntry());
        }

        @Override
        public @Nullable K pollLast() {
            return keyOf(map.pollLastEntry());
        }

        @Override
        public NavigableSet<K> descendingSet() {
            return map.descendingKeySet();
        }

        @Override
        public Iterator<K> descendingIterator() {
            return descendingSet().iterator();
        }

        @Override
        public NavigableSet<K> subSet(K from, boolean fromInclusive, K to, boolean toInclusive) {
            return map.subMap(from, fromInclusive, to, toInclusive).navigableKeySet();
        }

        @Override
        public NavigableSet<K> headSet(K to, boolean inclusive) {
            return map.headMap(to, inclusive).navigableKeySet();
        }

        @Override
        public NavigableSet<K> tailSet(K from, boolean inclusive) {
            return map.tailMap(from, inclusive).navigableKeySet();
        }

        @Override
        public SortedSet<K> subSet(K from, K to) {
            return subSet(from, true, to, false);
        }

        @Override
        public SortedSet<K> headSet(K to) {
            return headSet(to, false);
        }

        @Override
        public SortedSet<K> tailSet(K from) {
            return tailSet(from, true);
        }
    }
}
