package dev.millrace.node;

/** The same where queues are in different shards, so that what follows goes by mail. */
final class FlowsOnThreeShardsTest extends FlowsTest {
    @Override
    int shards() {
        return 3;
    }
}
