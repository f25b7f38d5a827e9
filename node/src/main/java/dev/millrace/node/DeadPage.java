package dev.millrace.node;

import dev.millrace.core.log.Block;
import dev.millrace.core.log.BlockReader;
import dev.millrace.core.log.Location;
import dev.millrace.core.log.LogException;
import dev.millrace.core.machine.DeadList;
import dev.millrace.core.machine.Group;
import dev.millrace.core.message.Bodies;
import dev.millrace.core.message.MessageView;
import dev.millrace.core.shard.Shard;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A page of dead letters: found by the owner of the shard, then completed with bodies by the log's readers, one batch
 * after the other.
 */
final class DeadPage {
    private record Entry(int number, long location, int index, int attempts, long diedAtMillis, String reason,
            String error) {}

    private final BlockReader reader;
    private final List<Entry> entries = new ArrayList<>();
    private final List<DeadLetter> letters = new ArrayList<>();
    private final CompletableFuture<List<DeadLetter>> result = new CompletableFuture<>();
    private final Bodies bodies = new Bodies();
    private final MessageView view = new MessageView();

    private DeadPage(BlockReader reader) {
        this.reader = reader;
    }

    /** Owner thread: the entries after the cursor, which is the number of the last one seen + 1. */
    static DeadPage collect(Shard shard, Group group, long after, int limit) {
        DeadPage page = new DeadPage(shard.log().reader());
        DeadList list = shard.machine().deadList(group);
        int number = list.next((int) Math.min(Integer.MAX_VALUE, after));
        while (number >= 0 && page.entries.size() < limit) {
            page.entries.add(new Entry(number, list.location(number), list.index(number), list.attempts(number),
                    list.diedAtMillis(number), list.reason(number), list.error(number)));
            number = list.next(number + 1);
        }
        return page;
    }

    CompletableFuture<List<DeadLetter>> read() {
        step();
        return result;
    }

    private void step() {
        if (letters.size() == entries.size()) {
            result.complete(List.copyOf(letters));
            return;
        }
        long position = Location.batchPosition(entries.get(letters.size()).location);
        reader.load(position, new BlockReader.Sink() {
            @Override
            public void loaded(Block block) {
                try {
                    take(block);
                } catch (RuntimeException e) {
                    result.completeExceptionally(e);
                    return;
                } finally {
                    block.unpin();
                }
                step();
            }

            @Override
            public void failed(LogException reason) {
                result.completeExceptionally(reason);
            }
        });
    }

    private void take(Block block) {
        while (letters.size() < entries.size()
                && Location.batchPosition(entries.get(letters.size()).location) == block.position()) {
            Entry entry = entries.get(letters.size());
            bodies.wrap(block.bytes(), Location.offset(entry.location));
            bodies.read(entry.index, view);
            byte[] body = new byte[view.bodyLength];
            view.bytes.get(view.bodyOffset, body);
            letters.add(new DeadLetter(entry.number + 1L, view.id, entry.attempts, view.bornAtNanos,
                    entry.attempts == 1 ? entry.diedAtMillis : 0, entry.diedAtMillis, entry.reason, entry.error,
                    ByteBuffer.wrap(body).asReadOnlyBuffer()));
        }
    }
}
