package dev.millrace.node;

import dev.millrace.core.log.Block;
import dev.millrace.core.log.BlockReader;
import dev.millrace.core.log.Location;
import dev.millrace.core.log.LogException;
import dev.millrace.core.machine.DeadList;
import dev.millrace.core.machine.Group;
import dev.millrace.core.message.Bodies;
import dev.millrace.core.shard.Shard;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/**
 * The message ids of a page of dead letters, without their bodies. The state knows most of them; those of messages that
 * were deferred stand in the head of their record, which the log's readers bring.
 */
final class DeadIds {
    private final BlockReader reader;
    private final Bodies bodies = new Bodies();
    private final CompletableFuture<DeadIds> result = new CompletableFuture<>();
    private int[] numbers;
    private long[] ids;
    private long[] locations;
    private int[] places;
    private int size;
    private int next;

    private DeadIds(BlockReader reader, int most) {
        this.reader = reader;
        numbers = new int[most];
        ids = new long[most];
        locations = new long[most];
        places = new int[most];
    }

    /** Owner thread: up to so many from this number on. */
    static DeadIds collect(Shard shard, Group group, int from, int most) {
        DeadIds page = new DeadIds(shard.log().reader(), most);
        DeadList list = shard.machine().deadList(group);
        int number = list.next(from);
        while (number >= 0 && page.size < most) {
            int at = page.size++;
            page.numbers[at] = number;
            page.ids[at] = list.idOrZero(number);
            page.locations[at] = list.location(number);
            page.places[at] = list.index(number);
            number = list.next(number + 1);
        }
        return page;
    }

    /** Completes with this page when every id is known. */
    CompletableFuture<DeadIds> read() {
        while (next < size && ids[next] != 0) {
            next++;
        }
        if (next == size) {
            locations = new long[0];
            places = new int[0];
            result.complete(this);
        } else {
            reader.load(Location.batchPosition(locations[next]), new Head());
        }
        return result;
    }

    int size() {
        return size;
    }

    /** Its number in the list of dead letters. */
    int number(int index) {
        return numbers[index];
    }

    long id(int index) {
        return ids[index];
    }

    @Override
    public String toString() {
        return Arrays.toString(Arrays.copyOf(ids, size));
    }

    private final class Head implements BlockReader.Sink {
        @Override
        public void loaded(Block block) {
            try {
                while (next < size && ids[next] == 0
                        && Location.batchPosition(locations[next]) == block.position()) {
                    bodies.wrap(block.bytes(), Location.offset(locations[next]));
                    ids[next] = bodies.id(places[next]);
                    next++;
                }
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
                return;
            } finally {
                block.unpin();
            }
            var _ = read();
        }

        @Override
        public void failed(LogException reason) {
            result.completeExceptionally(reason);
        }
    }
}
