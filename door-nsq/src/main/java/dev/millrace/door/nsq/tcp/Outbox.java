package dev.millrace.door.nsq.tcp;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the commands of one read into batches, one for each run of commands that go to the same shard, and submits
 * them in order. Opens the connection's sessions as they are needed.
 *
 * <p>
 * Thread safety: the connection's event loop.
 */
final class Outbox {
    private final Connection connection;
    private final Hub hub;
    /** By shard; grows to the highest that was needed. */
    private @Nullable ShardLink[] links = new ShardLink[1];
    private @Nullable ShardLink lastLink;
    private @Nullable Batch open;
    private @Nullable ByteBuf source;
    private ByteBuffer data = ByteBuffer.allocate(0);
    private int pendingWireBytes;
    private int readBytes;

    Outbox(Connection connection, Hub hub) {
        this.connection = connection;
        this.hub = hub;
    }

    /** The bytes that the commands to come stand in. */
    void reading(ByteBuf bytes, ByteBuffer view) {
        source = bytes;
        data = view;
        readBytes = view.capacity();
    }

    ShardLink link(int shard) {
        ShardLink last = lastLink;
        if (last != null && last.shard() == shard) {
            return last;
        }
        if (shard >= links.length) {
            links = Arrays.copyOf(links, shard + 1);
        }
        ShardLink link = links[shard];
        if (link == null) {
            link = ShardLink.open(connection, hub, shard);
            links[shard] = link;
        }
        lastLink = link;
        return link;
    }

    /** The batch that the next command for this link belongs to. */
    Batch to(ShardLink link) {
        Batch batch = open;
        if (batch != null && batch.link() == link) {
            return batch;
        }
        submit();
        batch = connection.loop().takeBatch();
        batch.open(link);
        open = batch;
        return batch;
    }

    /** The same for a publish: the bytes of the read are kept until they are copied. */
    Batch toWithBytes(ShardLink link) {
        Batch batch = to(link);
        ByteBuf bytes = source;
        if (bytes == null) {
            throw new IllegalStateException("a publish outside of a read");
        }
        batch.keep(bytes, data);
        return batch;
    }

    /** Hands over what was gathered; its answers get their place. */
    void submit() {
        Batch batch = open;
        if (batch == null) {
            return;
        }
        open = null;
        batch.wireBytes(readBytes);
        pendingWireBytes += readBytes;
        hub.inbound().handedOver(batch.submission.publishedBytes());
        connection.replies().await(batch);
        batch.link().session().submit(batch.submission);
    }

    /** The read is over: submits, and forgets its bytes. */
    void readEnded() {
        submit();
        source = null;
        readBytes = 0;
    }

    void answered(Batch batch) {
        pendingWireBytes -= batch.wireBytes();
    }

    /** Bytes read whose commands have not ended. */
    int pendingWireBytes() {
        return pendingWireBytes;
    }

    /** Whether a session holds more than it may while the client goes on sending. */
    boolean isFull() {
        for (ShardLink link : links) {
            if (link != null && link.session().outstandingBytes() > Inbound.SESSION_LIMIT_BYTES) {
                return true;
            }
        }
        return false;
    }

    /** Ends all sessions; leases end with them. */
    void close() {
        for (ShardLink link : links) {
            if (link != null) {
                link.session().close();
            }
        }
        Arrays.fill(links, null);
        lastLink = null;
    }
}
