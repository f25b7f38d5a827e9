package dev.millrace.core.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class BodiesTest {
    private final SplittableRandom random = new SplittableRandom(7);

    /** A PUBLISH record as docs/log-records.md says, after some bytes of something else. */
    private static ByteBuffer record(List<byte[]> bodies, int at) {
        int bytes = bodies.stream().mapToInt(body -> body.length + 4).sum();
        ByteBuffer block = ByteBuffer.allocate(at + BodyLayout.BODIES + bytes + BodyLayout.offsetsBytes(bodies.size()));
        block.put(at, BodyLayout.PUBLISH)
                .putInt(at + BodyLayout.TOPIC, 5)
                .putInt(at + BodyLayout.COUNT, bodies.size())
                .putLong(at + BodyLayout.FIRST_ID, Ids.of(1_000, 3))
                .putLong(at + BodyLayout.BORN, 42)
                .putInt(at + BodyLayout.BODIES_BYTES, bytes)
                .position(at + BodyLayout.BODIES);
        List<Integer> offsets = new ArrayList<>();
        for (int i = 0; i < bodies.size(); i++) {
            if (i > 0 && i % BodyLayout.STRIDE == 0) {
                offsets.add(block.position() - at - BodyLayout.BODIES);
            }
            block.putInt(bodies.get(i).length).put(bodies.get(i));
        }
        offsets.forEach(block::putInt);
        assertThat(block.hasRemaining()).isFalse();
        return block;
    }

    private void readsBack(int count) {
        List<byte[]> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] body = new byte[random.nextInt(30)];
            random.nextBytes(body);
            bodies.add(body);
        }
        Bodies reader = new Bodies();
        reader.wrap(record(bodies, 192), 192);
        assertThat(reader.count()).isEqualTo(count);
        assertThat(reader.topic()).isEqualTo(5);
        for (int i = 0; i < count; i++) {
            same(reader, i, bodies.get(i));
        }
        for (int step = 0; step < 500; step++) {
            int index = random.nextInt(count);
            same(reader, index, bodies.get(index));
        }
        assertThatThrownBy(() -> reader.read(count, new MessageView())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> reader.read(-1, new MessageView())).isInstanceOf(IllegalStateException.class);
    }

    private static void same(Bodies reader, int index, byte[] body) {
        MessageView view = new MessageView();
        reader.read(index, view);
        byte[] read = new byte[view.bodyLength];
        view.bytes.get(view.bodyOffset, read);
        assertThat(read).isEqualTo(body);
        assertThat(view.id).isEqualTo(Ids.of(1_000 + index, 3));
        assertThat(view.bornAtNanos).isEqualTo(42);
    }

    @Test
    void read_inAnyOrder_givesEveryMessage() {
        for (int count : new int[]{1, 2, 63, 64, 65, 127, 128, 129, 1_000, BodyLayout.MAX_COUNT}) {
            readsBack(count);
        }
    }

    @Test
    void offsetsBytes_countsOneForEverySixtyFourthBodyButTheFirst() {
        assertThat(List.of(BodyLayout.offsetsBytes(1), BodyLayout.offsetsBytes(64), BodyLayout.offsetsBytes(65),
                BodyLayout.offsetsBytes(128), BodyLayout.offsetsBytes(129))).containsExactly(0, 0, 4, 4, 8);
    }

    @Test
    void wrap_ofSomethingElse_isRefused() {
        ByteBuffer block = ByteBuffer.allocate(128).put(64, (byte) 0x21);
        assertThatThrownBy(() -> new Bodies().wrap(block, 64)).hasMessageContaining("offset 64");
    }

    @Test
    void ids_counterOriginAndAge_areWhatThePageSays() {
        long wall = Ids.EPOCH_MILLIS + 5;
        assertThat(Ids.counterAt(wall)).isEqualTo(5 * 4096);
        assertThat(Ids.counterAt(0)).isEqualTo(1);
        long id = Ids.of(Ids.counterAt(wall), 1023);
        assertThat(Ids.counter(id)).isEqualTo(5 * 4096);
        assertThat(id & 1023).isEqualTo(1023);
        assertThat(Ids.next(id)).isEqualTo(Ids.of(5 * 4096 + 1, 1023));
        assertThat(Ids.plus(id, 4095)).isEqualTo(Ids.of(6 * 4096 - 1, 1023));
        long counterIn2100 = Ids.counterAt(4_102_444_800_000L);
        assertThat(Ids.counter(Ids.of(counterIn2100, 9))).isEqualTo(counterIn2100);
    }
}
