package dev.millrace.node;

import dev.millrace.core.machine.Parcel;
import dev.millrace.core.shard.MailRoute;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Mail between the shards of a node: a call of the shard that it goes to. Thread-safe. */
final class NodeMail implements MailRoute {
    private final Directory directory;
    private final List<ShardSlot> slots;

    /** @param slots filled later, before anything is sent */
    NodeMail(Directory directory, List<ShardSlot> slots) {
        this.directory = directory;
        this.slots = slots;
    }

    @Override
    public int home(String topic, int sender) {
        return directory.ref(topic).shard();
    }

    @Override
    public CompletableFuture<Byte> send(int shard, Parcel parcel) {
        return slots.get(shard).call(target -> target.receive(parcel));
    }
}
