package dev.millrace.door.nsq.backlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskQueueTest {
    @TempDir Path folder;
    private NsqdFiles files;
    private DiskQueue queue;

    @BeforeEach
    void open() {
        files = new NsqdFiles(folder);
        queue = new DiskQueue(folder, "t:c");
    }

    private List<String> all() throws IOException {
        return allAndDamage(0);
    }

    private List<String> allAndDamage(long damagedBytes) throws IOException {
        List<String> bodies = new ArrayList<>();
        try (DiskQueue.Reader reader = queue.read(Objects.requireNonNull(queue.start()))) {
            for (byte[] body = reader.next(); body != null; body = reader.next()) {
                bodies.add(new String(body, StandardCharsets.UTF_8));
            }
            assertThat(reader.next()).isNull();
            assertThat(reader.damages().stream().mapToLong(Survey.Damage::bytes).sum()).isEqualTo(damagedBytes);
        }
        return bodies;
    }

    @Test
    void withoutFiles_thereIsNoQueue() throws IOException {
        assertThat(queue.start()).isNull();
    }

    @Test
    void readingStartsWhereNsqdStopped_andGoesThroughAllFiles() throws IOException {
        byte[] first = NsqdFiles.records(List.of("read", "a", "b"));
        files.data("t:c", 3, first);
        files.data("t:c", 4, NsqdFiles.records(List.of("c")));
        files.data("t:c", 5, NsqdFiles.records(List.of("d", "e")));
        files.meta("t:c", "5\n3," + NsqdFiles.records(List.of("read")).length + "\n5,99\n");

        assertThat(all()).containsExactly("a", "b", "c", "d", "e");
    }

    @Test
    void whatWasWrittenAfterTheLastMetadata_isReadToo() throws IOException {
        files.data("t:c", 0, NsqdFiles.records(List.of("a", "b", "c")));
        files.meta("t:c", "1\n0,0\n0,31\n");

        assertThat(all()).containsExactly("a", "b", "c");
    }

    @Test
    void withoutMetadata_theFirstFileIsRead() throws IOException {
        files.data("t:c", 0, NsqdFiles.records(List.of("a")));

        assertThat(all()).containsExactly("a");
    }

    @Test
    void aTornEnd_isCounted() throws IOException {
        byte[] whole = NsqdFiles.records(List.of("a", "b"));
        files.data("t:c", 0, Arrays.copyOf(whole, whole.length - 1));

        assertThat(allAndDamage(30)).containsExactly("a");
    }

    @Test
    void aDamagedFile_isLeft_andTheNextOneRead() throws IOException {
        byte[] damaged = NsqdFiles.records(List.of("a", "b", "c"));
        damaged[31] = (byte) 0xff;
        files.data("t:c", 0, damaged);
        files.data("t:c", 1, NsqdFiles.records(List.of("d")));

        assertThat(allAndDamage(62)).containsExactly("a", "d");
    }

    @Test
    void aPositionGoesOnBehindTheLastMessage() throws IOException {
        files.data("t:c", 0, NsqdFiles.records(List.of("a", "b")));
        files.data("t:c", 1, NsqdFiles.records(List.of("c")));
        DiskQueue.Position middle;
        try (DiskQueue.Reader reader = queue.read(Objects.requireNonNull(queue.start()))) {
            reader.next();
            middle = reader.position();
        }
        try (DiskQueue.Reader reader = queue.read(middle)) {
            assertThat(reader.next()).isEqualTo("b".getBytes(StandardCharsets.UTF_8));
            assertThat(reader.next()).isEqualTo("c".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void metadataThatIsNone_isRefused() throws IOException {
        files.meta("t:c", "nonsense");

        assertThatThrownBy(queue::start).isInstanceOf(BacklogException.class)
                .hasMessageContaining("t:c.diskqueue.meta.dat");
    }
}
