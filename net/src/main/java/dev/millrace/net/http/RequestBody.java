package dev.millrace.net.http;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A request's body on its way from the event loop, which offers pieces, to the handler, which reads a stream. Holds at
 * most {@value #HIGH_WATER_BYTES} bytes and one socket read: above it the connection is not read.
 */
final class RequestBody extends InputStream {
    static final int HIGH_WATER_BYTES = 128 << 10;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<ByteBuf> pieces = new ArrayDeque<>();
    private final Runnable onRoom;
    private int buffered;
    private boolean complete;
    private boolean dropped;
    private @Nullable HttpFailure failure;
    private long limitBytes = Long.MAX_VALUE;
    private long taken;

    /** {@code onRoom} is run when the handler wants more than it finds. */
    RequestBody(Runnable onRoom) {
        this.onRoom = onRoom;
    }

    // ---- event loop ----

    /** Takes over the reference. */
    void offer(ByteBuf piece) {
        lock.lock();
        try {
            if (dropped || !piece.isReadable()) {
                piece.release();
                return;
            }
            pieces.add(piece);
            buffered += piece.readableBytes();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void end() {
        lock.lock();
        try {
            complete = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** What is buffered can still be read; then reading fails. */
    void fail(HttpFailure reason) {
        lock.lock();
        try {
            if (!complete && failure == null) {
                failure = reason;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    boolean wantsMore() {
        lock.lock();
        try {
            return buffered < HIGH_WATER_BYTES;
        } finally {
            lock.unlock();
        }
    }

    /** Lets everything go, now and later. */
    void drop() {
        lock.lock();
        try {
            dropped = true;
            buffered = 0;
            for (ByteBuf piece : pieces) {
                piece.release();
            }
            pieces.clear();
        } finally {
            lock.unlock();
        }
    }

    // ---- handler ----

    /** From now on reading beyond so many bytes in all fails with status 413. */
    void limit(long maxBytes) {
        limitBytes = maxBytes;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        int count = read(one, 0, 1);
        return count < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        int count = take(target, offset, length);
        if (count > 0) {
            taken += count;
            if (taken > limitBytes) {
                throw tooLarge(limitBytes);
            }
        }
        return count;
    }

    static HttpFailure tooLarge(long limitBytes) {
        return new HttpFailure(413, HttpFailure.BODY_TOO_LARGE, "the body is larger than " + limitBytes + " bytes");
    }

    private int take(byte[] target, int offset, int length) throws IOException {
        boolean roomNow;
        int count;
        lock.lock();
        try {
            await();
            ByteBuf piece = pieces.peek();
            if (piece == null) {
                return -1;
            }
            boolean wasFull = buffered >= HIGH_WATER_BYTES;
            count = Math.min(length, piece.readableBytes());
            piece.readBytes(target, offset, count);
            buffered -= count;
            if (!piece.isReadable()) {
                pieces.remove().release();
            }
            roomNow = wasFull && buffered < HIGH_WATER_BYTES;
        } finally {
            lock.unlock();
        }
        if (roomNow) {
            onRoom.run();
        }
        return count;
    }

    private void await() throws IOException {
        while (pieces.isEmpty() && !complete) {
            if (failure != null) {
                throw failure;
            }
            try {
                changed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for the request's body", e);
            }
        }
    }
}
