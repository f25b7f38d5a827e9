package dev.millrace.core.shard;

import dev.millrace.core.log.Block;
import dev.millrace.core.log.BlockReader;
import dev.millrace.core.log.Location;
import dev.millrace.core.log.LogException;
import dev.millrace.core.message.Bodies;
import dev.millrace.core.message.MessageView;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Messages leased to one subscription in one cycle of its shard; their bodies are read from the log as they are needed.
 *
 * <pre>
 *   for (;;) switch (delivery.next(view)) {
 *       case READY: write view; break;            // stop early when the socket is full: rest(), go on later
 *       case LOAD:  delivery.load(this::goOn); return;
 *       case END:   delivery.close(); return;
 *   }
 * </pre>
 *
 * <p>
 * Thread safety: the shard fills it and gives it away; from then on one thread at a time of the door uses it, and closes
 * it whether or not it was read to the end. A message that was not read stays leased to the session.
 */
public final class Delivery {
    /** {@link #next} filled the view. */
    public static final int READY = 0;
    /** The bytes of the next message are not in memory: {@link #load} first. */
    public static final int LOAD = 1;
    /** No message is left. */
    public static final int END = 2;

    private static final int FRESH = 1;

    private final Subscription subscription;
    private final BlockReader reader;
    private final Consumer<LogException> onReadFailure;
    private long[] locations = new long[4];
    private int[] indexes = new int[4];
    private int[] counts = new int[4];
    private int runs;
    private long[] tokens;
    private char @Nullable [] attempts;
    private int size;

    private int run;
    private int inRun;
    private int taken;
    private volatile boolean closed;
    private @Nullable Block block;
    private final Bodies bodies = new Bodies();

    Delivery(Subscription subscription, BlockReader reader, Consumer<LogException> onReadFailure, int expected) {
        this.subscription = subscription;
        this.reader = reader;
        this.onReadFailure = onReadFailure;
        tokens = new long[Math.max(1, expected)];
    }

    public Subscription subscription() {
        return subscription;
    }

    /** Messages in this delivery, read or not. */
    public int size() {
        return size;
    }

    /** Messages not read yet. */
    public int remaining() {
        return size - taken;
    }

    /** Fills {@code view} with the next message, or says why it cannot: {@link #READY}, {@link #LOAD}, {@link #END}. */
    public int next(MessageView view) {
        if (taken == size) {
            return END;
        }
        if ((inRun == 0 || block == null) && !enterRun()) {
            return LOAD;
        }
        bodies.read(indexes[run] + inRun, view);
        view.token = tokens[taken];
        view.attempts = attempts == null ? FRESH : attempts[taken];
        taken++;
        if (++inRun == counts[run]) {
            run++;
            inRun = 0;
        }
        return READY;
    }

    /**
     * Brings the next message's bytes into memory, then runs {@code then} on another thread (or at once on this one). If
     * they cannot be read the shard stops, which ends the session; {@code then} is not run.
     */
    public void load(Runnable then) {
        // Who waits for memory must not keep any: many that did would wait for each other for ever.
        rest();
        reader.load(Location.batchPosition(locations[run]), new BlockReader.Sink() {
            @Override
            public void loaded(Block loaded) {
                take(loaded);
                then.run();
            }

            @Override
            public void failed(LogException reason) {
                onReadFailure.accept(reason);
            }
        });
    }

    /** Lets the log's memory go until {@link #next} is called again: when the socket takes no more for now. */
    public void rest() {
        if (block != null) {
            block.unpin();
            block = null;
        }
    }

    /** Lets the log's memory, and what it points at on the disk, go. Idempotent. */
    public void close() {
        rest();
        taken = size;
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    /** Whether it has messages in the segment that starts at this position (cold flag included). */
    boolean pointsInto(long segmentPosition, long segmentBytes) {
        for (int i = 0; i < runs; i++) {
            long distance = Location.batchPosition(locations[i]) - segmentPosition;
            if (distance >= 0 && distance < segmentBytes) {
                return true;
            }
        }
        return false;
    }

    private boolean enterRun() {
        long location = locations[run];
        long batchPosition = Location.batchPosition(location);
        if (block == null || block.position() != batchPosition) {
            Block cached = reader.pinIfCached(batchPosition);
            if (cached == null) {
                return false;
            }
            take(cached);
        }
        Block current = java.util.Objects.requireNonNull(block);
        bodies.wrap(current.bytes(), Location.offset(location));
        return true;
    }

    private void take(Block loaded) {
        if (block != null) {
            block.unpin();
        }
        block = loaded;
    }

    // ---- filling, by the shard ----

    /** A run of messages of one body record: {@code count} from {@code index} on; their tokens follow by {@link #add}. */
    void startRun(long location, int index) {
        if (runs == locations.length) {
            locations = Arrays.copyOf(locations, runs * 2);
            indexes = Arrays.copyOf(indexes, runs * 2);
            counts = Arrays.copyOf(counts, runs * 2);
        }
        locations[runs] = location;
        indexes[runs] = index;
        counts[runs] = 0;
        runs++;
    }

    void add(long token, int attempt) {
        if (size == tokens.length) {
            tokens = Arrays.copyOf(tokens, size * 2);
            if (attempts != null) {
                attempts = Arrays.copyOf(attempts, size * 2);
            }
        }
        if (attempt != FRESH && attempts == null) {
            attempts = new char[tokens.length];
            Arrays.fill(attempts, 0, size, (char) FRESH);
        }
        if (attempts != null) {
            attempts[size] = (char) attempt;
        }
        tokens[size++] = token;
        counts[runs - 1]++;
    }
}
