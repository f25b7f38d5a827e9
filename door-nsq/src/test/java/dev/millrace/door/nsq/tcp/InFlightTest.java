package dev.millrace.door.nsq.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InFlightTest {
    private final InFlight inFlight = new InFlight(true);

    @Test
    void behavesLikeAMap() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Map<Long, Long> model = new HashMap<>();
        List<Long> ids = new ArrayList<>();
        long next = 1L << 20;
        for (int step = 0; step < 200_000; step++) {
            if (random.nextInt(100) < 50 + (step / 20_000 % 2 == 0 ? 3 : -3) || ids.isEmpty()) {
                next += 1024L * (1 + random.nextInt(3));
                long id = random.nextInt(20) == 0 && !ids.isEmpty() ? ids.get(random.nextInt(ids.size())) : next;
                if (model.put(id, (long) step) == null) {
                    ids.add(id);
                }
                inFlight.put(id, step, step, -step);
            } else {
                int at = random.nextInt(ids.size());
                long id = ids.set(at, ids.getLast());
                ids.removeLast();
                int slot = inFlight.find(id);
                assertThat(inFlight.bornNanos(slot)).as("seed %d", seed).isEqualTo(-inFlight.sentMillis(slot));
                assertThat(inFlight.token(slot)).as("seed %d", seed).isEqualTo(model.remove(id));
                inFlight.remove(slot);
                assertThat(inFlight.find(id)).as("seed %d", seed).isEqualTo(InFlight.NOT_FOUND);
            }
        }
        assertThat(inFlight.size()).isEqualTo(model.size());
        model.forEach(
                (id, token) -> assertThat(inFlight.token(inFlight.find(id))).as("seed %d", seed).isEqualTo(token));
    }

    @Test
    void holdsNothingBeforeTheFirstMessage() {
        assertThat(inFlight.capacity()).isZero();
        assertThat(inFlight.find(7)).isEqualTo(InFlight.NOT_FOUND);
    }

    @Test
    void removeSentBefore_forgetsTheOld_andGivesMemoryBack() {
        for (int i = 1; i <= 10_000; i++) {
            inFlight.put(i * 1024L, i, i, i);
        }

        assertThat(inFlight.countSentSince(9_991)).isEqualTo(10);
        inFlight.removeSentBefore(9_991);

        assertThat(inFlight.size()).isEqualTo(10);
        assertThat(inFlight.capacity()).isLessThan(100);
        assertThat(inFlight.find(9_990 * 1024L)).isEqualTo(InFlight.NOT_FOUND);
        assertThat(inFlight.token(inFlight.find(9_991 * 1024L))).isEqualTo(9_991);
    }
}
