package dev.millrace.node;

import dev.millrace.core.machine.Group;
import dev.millrace.core.shard.Shard;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Finds, replays and purges dead letters by id, in slices, so that no slice holds the shard for long. */
final class DeadBulk {
    private static final int SLICE = 1_000;

    private DeadBulk() {}

    private static boolean apply(Shard shard, Group group, int number, boolean replay) {
        return replay ? shard.machine().redrive(group, number) : shard.machine().purgeDead(group, number);
    }

    /** Those with these ids; ids are looked for page by page, bodies are not read. */
    static CompletableFuture<Integer> byIds(NodeBroker broker, String topic, String group, List<Long> ids,
            boolean replay) {
        return page(broker, topic, group, new Search(new HashSet<>(ids), replay, 0, 0));
    }

    private record Search(Set<Long> ids, boolean replay, int after, int done) {}

    private static CompletableFuture<Integer> page(NodeBroker broker, String topic, String group, Search search) {
        if (search.ids.isEmpty()) {
            return CompletableFuture.completedFuture(search.done);
        }
        return ids(broker, topic, group, search.after).thenCompose(page -> {
            if (page.size() == 0) {
                return CompletableFuture.completedFuture(search.done);
            }
            List<Integer> found = new ArrayList<>();
            for (int i = 0; i < page.size(); i++) {
                if (search.ids.remove(page.id(i))) {
                    found.add(page.number(i));
                }
            }
            int next = page.number(page.size() - 1) + 1;
            return broker.at(topic, shard -> apply(shard, shard.machine().group(topic, group), found, search.replay))
                    .thenCompose(done -> page(broker, topic, group,
                            new Search(search.ids, search.replay, next, search.done + done)));
        });
    }

    private static CompletableFuture<DeadIds> ids(NodeBroker broker, String topic, String group, int from) {
        return broker.at(topic, shard -> DeadIds.collect(shard, shard.machine().group(topic, group), from, SLICE))
                .thenCompose(DeadIds::read);
    }

    /** The one with this id, body included. */
    static CompletableFuture<Optional<DeadLetter>> find(NodeBroker broker, String topic, String group, long id) {
        return find(broker, topic, group, id, 0);
    }

    private static CompletableFuture<Optional<DeadLetter>> find(NodeBroker broker, String topic, String group, long id,
            int from) {
        return ids(broker, topic, group, from).thenCompose(page -> {
            for (int i = 0; i < page.size(); i++) {
                if (page.id(i) == id) {
                    return broker.deadLetters(topic, group, page.number(i), 1)
                            .thenApply(letters -> letters.stream().filter(letter -> letter.id() == id).findFirst());
                }
            }
            return page.size() == 0 ? CompletableFuture.completedFuture(Optional.empty())
                    : find(broker, topic, group, id, page.number(page.size() - 1) + 1);
        });
    }

    private static int apply(Shard shard, Group group, List<Integer> numbers, boolean replay) {
        int done = 0;
        for (int number : numbers) {
            if (apply(shard, group, number, replay)) {
                done++;
            }
        }
        return done;
    }
}
