package dev.millrace.bench.codec;

import dev.millrace.bench.e2e.nsq.NsqCommands;
import dev.millrace.door.nsq.wire.CommandDecoder;
import dev.millrace.door.nsq.wire.DecoderLimits;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A read of 1,000 messages' commands is decoded; the figure is for one message. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DecoderBenchmark {
    private static final int MESSAGES = 1_000;
    private static final int BODY_BYTES = 100;
    private static final int BATCH = 100;

    /** MPUB of 100, single PUBs, FINs: 100 bytes in each body. */
    @Param({"MPUB", "PUB", "FIN"}) public String commands = "MPUB";

    private final CountingSink sink = new CountingSink();
    private final CommandDecoder decoder = new CommandDecoder(new DecoderLimits(1 << 20, 5 << 20, 3_600_000), sink);
    private ByteBuffer read = ByteBuffer.allocate(0);

    /** Writes the commands into one buffer, outside of the heap as a socket's are. */
    @Setup
    public void write() {
        byte[] one = switch (commands) {
            case "MPUB" -> NsqCommands.publishMany("topic-of-events", new byte[BATCH][BODY_BYTES]);
            case "PUB" -> NsqCommands.publish("topic-of-events", new byte[BODY_BYTES]);
            default -> "FIN 0ca9636a5cc00009\n".getBytes(StandardCharsets.US_ASCII);
        };
        int count = commands.equals("MPUB") ? MESSAGES / BATCH : MESSAGES;
        read = ByteBuffer.allocateDirect(count * one.length);
        for (int i = 0; i < count; i++) {
            read.put(one);
        }
    }

    /** Decodes the whole read. */
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long decode() {
        int end = decoder.decode(read, 0, read.capacity());
        if (end != read.capacity()) {
            throw new IllegalStateException("decoded only " + end + " of " + read.capacity() + " bytes");
        }
        return sink.seen;
    }
}
