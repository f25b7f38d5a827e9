package dev.millrace.node;

import dev.millrace.core.log.Block;
import dev.millrace.core.log.BlockReader;
import dev.millrace.core.log.Location;
import dev.millrace.core.log.LogException;
import dev.millrace.core.machine.Attempt;
import dev.millrace.core.machine.DeadList;
import dev.millrace.core.machine.Group;
import dev.millrace.core.message.Bodies;
import dev.millrace.core.message.MessageView;
import dev.millrace.core.shard.Shard;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A page of dead letters: found by the owner of the shard, then completed with bodies and past attempts by the log's
 * readers, one batch after the other. It ends early once its bodies have so many bytes.
 */
final class DeadPage {
    private record Entry(int number, long location, int index, Attempt last, String reason, List<Long> attempts) {}

    private final BlockReader reader;
    private final List<Entry> entries = new ArrayList<>();
    private final List<DeadLetter> letters = new ArrayList<>();
    /** Of the entry at hand: what was read so far. */
    private final List<FailedAttempt> history = new ArrayList<>();
    private long bytes;
    private final CompletableFuture<List<DeadLetter>> result = new CompletableFuture<>();
    private final Bodies bodies = new Bodies();
    private final MessageView view = new MessageView();

    private final long mostBytes;

    private DeadPage(BlockReader reader, long mostBytes) {
        this.reader = reader;
        this.mostBytes = mostBytes;
    }

    /** Owner thread: the entries after the cursor, which is the number of the last one seen + 1. */
    static DeadPage collect(Shard shard, Group group, long after, int limit, long mostBytes) {
        DeadPage page = new DeadPage(shard.log().reader(), mostBytes);
        DeadList list = shard.machine().deadList(group);
        int number = list.next((int) Math.min(Integer.MAX_VALUE, after));
        while (number >= 0 && page.entries.size() < limit) {
            page.entries.add(new Entry(number, list.location(number), list.index(number), list.lastAttempt(number),
                    list.reason(number), Arrays.stream(list.attemptLocations(number)).boxed().toList()));
            number = list.next(number + 1);
        }
        return page;
    }

    CompletableFuture<List<DeadLetter>> read() {
        step();
        return result;
    }

    private void step() {
        if (isComplete()) {
            result.complete(List.copyOf(letters));
            return;
        }
        long position = Location.batchPosition(nextLocation());
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

    private boolean isComplete() {
        return letters.size() == entries.size() || bytes >= mostBytes;
    }

    /** Its past attempts are read first, then its body. */
    private long nextLocation() {
        Entry entry = entries.get(letters.size());
        return history.size() < entry.attempts.size() ? entry.attempts.get(history.size()) : entry.location;
    }

    private void take(Block block) {
        while (!isComplete() && Location.batchPosition(nextLocation()) == block.position()) {
            Entry entry = entries.get(letters.size());
            int offset = Location.offset(nextLocation());
            if (history.size() < entry.attempts.size()) {
                history.add(of(Attempt.read(block.bytes(), offset)));
            } else {
                bodies.wrap(block.bytes(), offset);
                bodies.read(entry.index, view);
                letters.add(letter(entry));
                history.clear();
            }
        }
    }

    private DeadLetter letter(Entry entry) {
        byte[] body = new byte[view.bodyLength];
        view.bytes.get(view.bodyOffset, body);
        bytes += body.length;
        history.sort(Comparator.comparingInt(FailedAttempt::number));
        if (history.isEmpty() || history.getLast().number() != entry.last.number()) {
            history.add(of(entry.last));
        }
        FailedAttempt first = history.getFirst();
        return new DeadLetter(entry.number + 1L, view.id, entry.last.number(), view.bornAtNanos,
                first.number() == 1 ? first.atMillis() : 0, entry.last.atMillis(), entry.reason,
                history.getLast().error(), List.copyOf(history), ByteBuffer.wrap(body).asReadOnlyBuffer());
    }

    private static FailedAttempt of(Attempt attempt) {
        return new FailedAttempt(attempt.number(), attempt.atMillis(), attempt.reason(), attempt.error());
    }
}
