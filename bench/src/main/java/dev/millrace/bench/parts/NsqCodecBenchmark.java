package dev.millrace.bench.parts;

import dev.millrace.core.message.Bodies;
import dev.millrace.core.message.MessageView;
import dev.millrace.door.nsq.wire.CommandDecoder;
import dev.millrace.door.nsq.wire.DecoderLimits;
import dev.millrace.door.nsq.wire.MessageFrame;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Commands found in a buffer of them, and message frames made from a record of the log; bodies of 100 bytes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgs = {"-Xms512m", "-Xmx512m", "-XX:+UseCompactObjectHeaders"})
public class NsqCodecBenchmark {
    private static final int MESSAGES = 1_000;
    private static final int BODY_BYTES = 100;
    private static final int CHUNK = 64 * 1024;

    private final CountingSink sink = new CountingSink();
    private final CommandDecoder decoder = new CommandDecoder(new DecoderLimits(1 << 20, 5 << 20, 3_600_000), sink);
    private final Bodies bodies = new Bodies();
    private final MessageView view = new MessageView();
    private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
    private ByteBuffer single = ByteBuffer.allocate(0);
    private ByteBuffer batches = ByteBuffer.allocate(0);
    private ByteBuffer finishes = ByteBuffer.allocate(0);
    private ByteBuffer record = ByteBuffer.allocate(0);

    /** Makes the buffers. */
    @Setup(Level.Trial)
    public void fill() {
        Messages messages = new Messages(MESSAGES, BODY_BYTES);
        single = messages.publishes(1);
        batches = messages.publishes(100);
        finishes = messages.finishes();
        record = ByteBuffer.allocateDirect(MESSAGES * (BODY_BYTES + 16));
        Messages.record(record, messages.bodies(), MESSAGES);
    }

    /** PUB. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long decodePub() {
        return decode(single);
    }

    /** MPUB of 100. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long decodeMpub() {
        return decode(batches);
    }

    /** FIN. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long decodeFin() {
        return decode(finishes);
    }

    private long decode(ByteBuffer commands) {
        long before = sink.messages();
        int end = decoder.decode(commands, 0, commands.limit());
        if (end != commands.limit() || sink.messages() - before != MESSAGES) {
            throw new IllegalStateException("decoded " + (sink.messages() - before) + " up to byte " + end);
        }
        return sink.sum();
    }

    /** Message frames in chunks, as a connection puts them together. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public int encodeDeliveries() {
        bodies.wrap(record, 0);
        int end = 0;
        for (int i = 0; i < MESSAGES; i++) {
            bodies.read(i, view);
            view.attempts = 1;
            int bytes = MessageFrame.bytes(view);
            end = end + bytes > CHUNK ? 0 : end;
            MessageFrame.put(chunk, end, view);
            end += bytes;
        }
        return end;
    }
}
