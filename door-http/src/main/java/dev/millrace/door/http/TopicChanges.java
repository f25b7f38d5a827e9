package dev.millrace.door.http;

import dev.millrace.node.TopicStats;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
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
        Part part = new Part();
        int i = 0;
        int j = 0;
        while (i < old.size() || j < now.size()) {
            int order = order(old, i, now, j);
            if (order < 0) {
                part.gone.add(old.get(i).name());
            } else if (order > 0 || !old.get(i).equals(now.get(j))) {
                part.topics.add(StatsJson.of(now.get(j)));
            }
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
            if (part.size() == PART) {
                to.accept(part.json);
                part = new Part();
            }
        }
        if (part.size() > 0 || before == null) {
            to.accept(part.json);
        }
        before = now;
    }

    private static int order(List<TopicStats> old, int i, List<TopicStats> now, int j) {
        if (i == old.size()) {
            return 1;
        }
        return j == now.size() ? -1 : old.get(i).name().compareTo(now.get(j).name());
    }

    private static final class Part {
        final ObjectNode json = Json.object();
        final ArrayNode topics = json.putArray("topics");
        final ArrayNode gone = json.putArray("gone");

        int size() {
            return topics.size() + gone.size();
        }
    }
}
