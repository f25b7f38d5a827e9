package dev.millrace.door.nsq.tcp;

import dev.millrace.core.shard.TopicRef;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The topics that one connection publishes to, found by the bytes of their names without making a string: the last one
 * first, then a small table by hash.
 *
 * <p>
 * Thread safety: the connection's event loop.
 */
final class TopicCache {
    /** A topic that the connection publishes to. */
    static final class Topic {
        private final byte[] name;
        private final TopicRef ref;
        private long published;

        Topic(byte[] name, TopicRef ref) {
            this.name = name;
            this.ref = ref;
        }

        TopicRef ref() {
            return ref;
        }

        void published(int count) {
            published += count;
        }

        /** Messages published by this connection. */
        long published() {
            return published;
        }

        private boolean is(ByteBuffer data, int start, int length) {
            if (length != name.length) {
                return false;
            }
            for (int i = 0; i < length; i++) {
                if (data.get(start + i) != name[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    private static final int TABLE = 64;

    private @Nullable Topic last;
    private Topic @Nullable [] table;
    private @Nullable Map<String, Topic> all;

    /** The topic with this name, or null if it was not {@link #add}ed. */
    @Nullable
    Topic find(ByteBuffer data, int start, int length) {
        Topic topic = last;
        if (topic != null && topic.is(data, start, length)) {
            return topic;
        }
        if (table == null) {
            return null;
        }
        Topic cached = table[slot(data, start, length)];
        if (cached != null && cached.is(data, start, length)) {
            last = cached;
            return cached;
        }
        return all == null ? null : refill(all.get(name(data, start, length)));
    }

    /** @param data holds a valid name */
    Topic add(ByteBuffer data, int start, int length, Hub hub) {
        byte[] bytes = new byte[length];
        data.get(start, bytes);
        String name = new String(bytes, StandardCharsets.US_ASCII);
        Topic topic = new Topic(bytes, hub.topic(name));
        if (last == null) {
            last = topic;
        }
        if (all == null) {
            all = new HashMap<>();
        }
        all.put(name, topic);
        if (all.size() > 1) {
            refill(topic);
        }
        return topic;
    }

    /** All topics published to, none twice. */
    Iterable<Topic> published() {
        return all == null ? java.util.List.of() : all.values();
    }

    private @Nullable Topic refill(@Nullable Topic topic) {
        if (topic == null) {
            return null;
        }
        if (table == null) {
            table = new Topic[TABLE];
        }
        ByteBuffer name = ByteBuffer.wrap(topic.name);
        table[slot(name, 0, topic.name.length)] = topic;
        last = topic;
        return topic;
    }

    private static int slot(ByteBuffer data, int start, int length) {
        int hash = length;
        for (int i = 0; i < length; i++) {
            hash = hash * 31 + data.get(start + i);
        }
        return (hash ^ hash >>> 15) & TABLE - 1;
    }

    private static String name(ByteBuffer data, int start, int length) {
        byte[] bytes = new byte[length];
        data.get(start, bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
