package dev.millrace.log.contract;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.log.Block;
import dev.millrace.core.log.BlockReader;
import dev.millrace.core.log.LogException;
import dev.millrace.core.log.ShardLog;
import dev.millrace.core.log.SnapshotWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** Batches of one record that is a text: what tests of logs write and read. */
public final class Texts {
    private Texts() {}

    /** Puts a text into the batch under construction. */
    public static void write(ShardLog log, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        log.batch().ensure(bytes.length).put(bytes);
        log.batch().countRecord();
        log.batch().stamp(11, 22);
    }

    /** Appends a text; its position. */
    public static long append(ShardLog log, String text, boolean sync) {
        write(log, text);
        return log.append(sync);
    }

    /** Writes a snapshot of a state at the log's tail. */
    public static void snapshot(ShardLog log, String state, boolean commit) {
        try (SnapshotWriter writer = log.startSnapshot(log.tail(), 11, 22)) {
            writer.write(ByteBuffer.wrap(state.getBytes(StandardCharsets.UTF_8)));
            if (commit) {
                writer.commit();
            }
        }
    }

    /** Reads a text back; waits for it. Fails with the log's exception as the cause. */
    public static String read(ShardLog log, long position) {
        CompletableFuture<String> text = new CompletableFuture<>();
        log.reader().load(position, new BlockReader.Sink() {
            @Override
            public void loaded(Block block) {
                if (block.position() == position) {
                    text.complete(of(block));
                } else {
                    text.completeExceptionally(new AssertionError("asked for " + position + ", got "
                            + block.position()));
                }
                block.unpin();
            }

            @Override
            public void failed(LogException reason) {
                text.completeExceptionally(reason);
            }
        });
        return text.join();
    }

    /** The text in a block. */
    public static String of(Block block) {
        return StandardCharsets.UTF_8.decode(block.bytes().duplicate().position(BatchBuffer.HEADER_BYTES)).toString();
    }
}
