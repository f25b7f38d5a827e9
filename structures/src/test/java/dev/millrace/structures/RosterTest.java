package dev.millrace.structures;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RosterTest {
    private static final class Entry extends Roster.Run {
        private volatile Object shown;

        Entry(Object shown) {
            this.shown = shown;
        }

        @Override
        public void run() {}

        @Override
        Object shown() {
            return shown;
        }
    }

    private static Map<Thread, Object> shown(Roster roster) {
        Map<Thread, Object> shown = new HashMap<>();
        roster.forEach((thread, task) -> assertThat(shown.put(thread, task)).isNull());
        return shown;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void randomCalls_behaveLikeAMap(long seed) {
        var random = new Random(seed);
        var roster = new Roster();
        Map<Thread, Object> model = new HashMap<>();
        List<Thread> threads = new ArrayList<>();
        Map<Thread, Entry> entries = new HashMap<>();
        for (int step = 0; step < 20_000; step++) {
            if (threads.isEmpty() || random.nextInt(step / 5_000 % 2 == 0 ? 3 : 5) < 2) {
                Thread thread = Thread.ofVirtual().unstarted(() -> {});
                Entry entry = new Entry(step);
                roster.add(thread, entry);
                entries.put(thread, entry);
                model.put(thread, step);
                threads.add(thread);
            } else {
                int at = random.nextInt(threads.size());
                Thread thread = threads.get(at);
                if (random.nextBoolean()) {
                    requireNonNull(entries.get(thread)).shown = -step;
                    model.put(thread, -step);
                } else {
                    threads.set(at, threads.getLast());
                    threads.removeLast();
                    assertThat(roster.contains(thread)).isTrue();
                    roster.remove(requireNonNull(entries.remove(thread)));
                    assertThat(roster.contains(thread)).isFalse();
                    model.remove(thread);
                }
            }
            if (step % 1_000 == 0) {
                assertThat(shown(roster)).isEqualTo(model);
            }
        }
        assertThat(threads).allMatch(roster::contains);
    }

    @Test
    void severalThreadsAtOnce_noneIsLost() throws Exception {
        var roster = new Roster();
        List<FutureTask<List<Thread>>> adders = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            FutureTask<List<Thread>> adder = new FutureTask<>(() -> {
                List<Thread> kept = new ArrayList<>();
                for (int step = 0; step < 20_000; step++) {
                    Thread thread = Thread.ofVirtual().unstarted(() -> {});
                    Entry entry = new Entry(step);
                    roster.add(thread, entry);
                    if (step % 20 == 0) {
                        kept.add(thread);
                    } else {
                        roster.remove(entry);
                    }
                }
                return kept;
            });
            Thread.ofPlatform().start(adder);
            adders.add(adder);
        }
        List<Thread> expected = new ArrayList<>();
        for (var adder : adders) {
            expected.addAll(adder.get());
        }
        assertThat(shown(roster).keySet()).hasSize(4_000).containsExactlyInAnyOrderElementsOf(expected);
    }
}
