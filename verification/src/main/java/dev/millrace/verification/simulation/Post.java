package dev.millrace.verification.simulation;

import dev.millrace.core.machine.Parcel;
import dev.millrace.core.shard.MailRoute;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The mail between shards. It loses, doubles, delays and reorders letters and their answers as chance will have it, and
 * what is on its way outlives the process that sent it.
 */
final class Post implements MailRoute {
    private static final int LOST_IN = 8;
    private static final int DOUBLED_IN = 6;

    /** A letter on its way; its sender is told once. */
    private record Flight(int to, Parcel parcel, CompletableFuture<Byte> told) {
        @Override
        public String toString() {
            return "letter " + Long.toHexString(parcel.letter()) + " of shard " + parcel.sender() + " to " + to
                    + (parcel.isMessage() ? ", for " + parcel.topic()
                            : ", " + parcel.count() + " of batch " + Long.toHexString(parcel.batch()));
        }
    }

    /** What the other shard said; null: nothing, because it failed. */
    private record Reply(Flight flight, @Nullable Byte said) {}

    private final World world;
    private final List<Flight> flights = new ArrayList<>();
    private final List<Reply> replies = new ArrayList<>();
    private boolean reliable;
    private int sent;
    private int carried;

    Post(World world) {
        this.world = world;
    }

    /** From now on nothing is lost or doubled. */
    void reliable() {
        reliable = true;
    }

    /** Letters that shards have sent, and how often one has come to its shard. */
    String figures() {
        return sent + " letters sent, " + carried + " came";
    }

    /** Messages that have come from this shard, which does not know so yet: each its envelope and its body. */
    List<ByteBuffer> answersFor(int sender) {
        return replies.stream()
                .filter(reply -> reply.said != null && reply.flight.parcel.sender() == sender
                        && reply.flight.parcel.isMessage())
                .map(reply -> reply.flight.parcel.message())
                .toList();
    }

    @Override
    public int home(String topic, int sender) {
        TopicBook book = world.ledger.topics.get(topic);
        if (book == null) {
            throw new Violation("shard " + sender + " has mail for a topic that nobody named: " + topic);
        }
        return book.shard;
    }

    @Override
    public CompletableFuture<Byte> send(int shard, Parcel parcel) {
        sent++;
        CompletableFuture<Byte> told = new CompletableFuture<>();
        Flight flight = new Flight(shard, parcel, told);
        world.trace.event("sent: " + flight);
        flights.add(flight);
        return told;
    }

    /** Brings one letter or answer on, or loses it; returns whether there was one. */
    boolean one() {
        int all = flights.size() + replies.size();
        if (all == 0) {
            return false;
        }
        Random random = world.random;
        int next = random.nextInt(all);
        if (next < flights.size()) {
            letter(flights.remove(next), random);
        } else {
            answer(replies.remove(next - flights.size()), random);
        }
        return true;
    }

    private void letter(Flight flight, Random random) {
        if (!reliable && random.nextInt(LOST_IN) == 0) {
            lost(flight, "lost");
            return;
        }
        if (!reliable && random.nextInt(DOUBLED_IN) == 0) {
            flights.add(flight);
        }
        HostedShard host = world.hosts.get(flight.to);
        if (host.isDown()) {
            lost(flight, "its shard is down");
            return;
        }
        carried++;
        world.trace.event("comes: " + flight);
        var answered = host.call(shard -> shard.receive(flight.parcel))
                .whenComplete((said, failure) -> world.heard(() -> replies
                        .add(new Reply(flight, failure == null ? said : null))));
        world.trace.mix(answered.isDone() ? 1 : 0);
    }

    private void answer(Reply reply, Random random) {
        Byte said = reply.said;
        if (said == null || (!reliable && random.nextInt(LOST_IN) == 0)) {
            lost(reply.flight, said == null ? "its shard failed" : "its answer was lost");
            return;
        }
        world.trace.event("answered " + said + ": " + reply.flight);
        reply.flight.told.complete(said);
    }

    private void lost(Flight flight, String why) {
        world.trace.event(why + ": " + flight);
        flight.told.completeExceptionally(new IllegalStateException(why));
    }
}
