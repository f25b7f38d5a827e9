package dev.millrace.door.http;

import dev.millrace.node.TopicStats;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What changed from one look at all topics to the next, in parts of bounded size. One thread. */
final class TopicChanges {
    /** Topics of one part. */
    private static final int PART = 256;

    private @Nullable List<TopicStats> before;

    /**
     * Tells the differences as {@code {"topics":[...],"gone":[names]}}; the first time everything, even if that is
     * nothing.
     *
     * @param now
     *            sorted by name
     */
    void since(List<TopicStats> now, Consumer<ObjectNode> to) {
        List<TopicStats> old = before == null ? List.of() : before;
        ObjectNode part = part();
        int i = 0;
        int j = 0;
        while (i < old.size() || j < now.size()) {
            int order = order(old, i, now, j);
            if (order < 0) {
                part.withArray("gone").add(old.get(i).name());
            } else if (order > 0 || !old.get(i).equals(now.get(j))) {
                part.withArray("topics").add(StatsJson.of(now.get(j)));
            }
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
            if (size(part) == PART) {
                to.accept(part);
                part = part();
            }
        }
        if (size(part) > 0 || before == null) {
            to.accept(part);
        }
        before = now;
    }

    private static int order(List<TopicStats> old, int i, List<TopicStats> now, int j) {
        if (i == old.size()) {
            return 1;
        }
        return j == now.size() ? -1 : old.get(i).name().compareTo(now.get(j).name());
    }

    private static ObjectNode part() {
        ObjectNode part = Json.object();
        part.putArray("topics");
        part.putArray("gone");
        return part;
    }

    private static int size(ObjectNode part) {
        return part.path("topics").size() + part.path("gone").size();
    }
}
