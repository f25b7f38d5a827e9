package dev.millrace.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DeadNamesTest {
    private final List<TopicNames> topics = new ArrayList<>();
    private final DeadNames.Known known = new DeadNames.Known() {
        @Override
        public boolean has(String topic) {
            return topics.stream().anyMatch(each -> each.topic().equals(topic));
        }

        @Override
        public boolean has(String topic, String group) {
            return topics.stream().anyMatch(each -> each.topic().equals(topic) && each.groups().contains(group));
        }

        @Override
        public List<TopicNames> all() {
            return topics;
        }
    };

    private DeadNamesTest with(String topic, String... groups) {
        topics.add(new TopicNames(topic, List.of(groups)));
        return this;
    }

    @Test
    void nameOfBoth_meansTheirDeadLetters() {
        with("orders", "worker");
        assertThat(DeadNames.of("orders", "worker", known)).isEqualTo("orders.worker.dead");
        assertThat(DeadNames.resolve("orders.worker.dead", known)).isEqualTo(new DeadNames.Source("orders", "worker"));
        assertThat(DeadNames.resolve("orders.other.dead", known)).isNull();
        assertThat(DeadNames.resolve("orders", known)).isNull();
        assertThat(DeadNames.resolve(".dead", known)).isNull();
        assertThat(DeadNames.resolve("dead", known)).isNull();
    }

    @Test
    void nameThatIsTaken_longOrEphemeral_isHashed() {
        String longName = "t".repeat(60);
        with("orders", "worker").with("orders.worker.dead").with(longName, "g").with("passing#ephemeral", "g");
        for (DeadNames.Source source : List.of(new DeadNames.Source("orders", "worker"),
                new DeadNames.Source(longName, "g"), new DeadNames.Source("passing#ephemeral", "g"))) {
            String name = DeadNames.of(source.topic(), source.group(), known);
            assertThat(name).matches("dead\\.[0-9a-f]{16}");
            assertThat(DeadNames.resolve(name, known)).isEqualTo(source);
        }
        assertThat(DeadNames.resolve("orders.worker.dead", known)).isNull();
    }

    @Test
    void nameThatCouldMeanTwoGroups_meansThatOfTheLongerTopic_theOtherIsHashed() {
        with("a", "b.c").with("a.b", "c");
        assertThat(DeadNames.of("a.b", "c", known)).isEqualTo("a.b.c.dead");
        assertThat(DeadNames.resolve("a.b.c.dead", known)).isEqualTo(new DeadNames.Source("a.b", "c"));
        String other = DeadNames.of("a", "b.c", known);
        assertThat(other).startsWith("dead.");
        assertThat(DeadNames.resolve(other, known)).isEqualTo(new DeadNames.Source("a", "b.c"));
    }
}
