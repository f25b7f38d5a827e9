package dev.millrace.node;

import dev.millrace.core.message.KeyHash;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Under which name a protocol shows the dead letters of a group as a topic: {@code <topic>.<group>.dead} where that is a
 * valid name, no topic has it and it can mean no other group; else, and always besides, {@code dead.} and 16 hex digits
 * made of both names.
 *
 * <p>
 * Dots stand in names, too. If {@code a.b.c.dead} can mean two groups it means the one whose topic's name is longer.
 */
public final class DeadNames {
    private static final String SUFFIX = ".dead";
    private static final String PREFIX = "dead.";
    private static final int DIGITS = 16;

    private DeadNames() {}

    /** A group whose dead letters are meant. */
    public record Source(String topic, String group) {}

    /** The topics and groups that exist. */
    public interface Known {
        boolean has(String topic);

        boolean has(String topic, String group);

        /** All of them. */
        List<TopicNames> all();
    }

    /** The name for the dead letters of an existing group. */
    public static String of(String topic, String group, Known known) {
        String name = topic + '.' + group + SUFFIX;
        return NameRules.isValid(name) && new Source(topic, group).equals(resolve(name, known)) ? name
                : hashed(topic, group);
    }

    /** Whose dead letters this name means; null if it is the name of a topic, or could be. */
    public static @Nullable Source resolve(String name, Known known) {
        if (known.has(name)) {
            return null;
        }
        Source spelled = name.endsWith(SUFFIX) ? spelled(name.substring(0, name.length() - SUFFIX.length()), known)
                : null;
        boolean hashed = name.length() == PREFIX.length() + DIGITS && name.startsWith(PREFIX);
        return spelled == null && hashed ? hashed(name, known) : spelled;
    }

    private static @Nullable Source spelled(String both, Known known) {
        for (int dot = both.lastIndexOf('.'); dot > 0; dot = both.lastIndexOf('.', dot - 1)) {
            String topic = both.substring(0, dot);
            String group = both.substring(dot + 1);
            if (known.has(topic, group)) {
                return new Source(topic, group);
            }
        }
        return null;
    }

    private static @Nullable Source hashed(String name, Known known) {
        for (TopicNames topic : known.all()) {
            for (String group : topic.groups()) {
                if (hashed(topic.topic(), group).equals(name)) {
                    return new Source(topic.topic(), group);
                }
            }
        }
        return null;
    }

    private static String hashed(String topic, String group) {
        // No name holds a slash.
        long hash = KeyHash.high((topic + '/' + group).getBytes(StandardCharsets.UTF_8));
        return PREFIX + HexFormat.of().toHexDigits(hash);
    }
}
