package dev.millrace.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which names the directory keeps. */
class DirectoryTest {
    private final Directory directory = new Directory(3, List.of());

    @Test
    void topicsThatComeAndGo_leaveNothingBehind() {
        for (int i = 0; i < 1_000; i++) {
            String name = "t" + i + "#ephemeral";
            int home = directory.ref(name).shard();
            directory.of(home).topicCreated(name);
            assertThat(directory.ref(name).shard()).isEqualTo(home);
            directory.of(home).topicDeleted(name);
            assertThat(directory.ref(name).shard()).isEqualTo(home);
        }
        assertThat(directory.size()).isZero();
    }

    @Test
    void topicFromATimeWithFewerShards_keepsItsHomeOverADeletion() {
        int home = (directory.ref("orders").shard() + 1) % 3;
        directory.of(home).topicCreated("orders");
        directory.of(home).topicDeleted("orders");
        assertThat(directory.ref("orders").shard()).isEqualTo(home);
    }
}
