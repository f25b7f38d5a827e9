package dev.millrace.door.nsq.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random streams, whole and broken. What is found must not depend on how the bytes were cut on their way, nothing but a
 * refusal may be thrown, and no range may lie outside of what has arrived.
 *
 * <p>
 * {@code -Dmillrace.fuzz.frames=N} runs more than the ten million of the ordinary run, {@code -Dmillrace.fuzz.seed=N}
 * repeats one.
 */
class CommandDecoderFuzzTest {
    private static final long FRAMES = Long.getLong("millrace.fuzz.frames", 10_000_000);
    private static final long SEED = Long.getLong("millrace.fuzz.seed", System.nanoTime());
    private static final DecoderLimits LIMITS = new DecoderLimits(300, 2_000, 3_600_000);
    private static final int BLOCK_BYTES = 16 * 1024;
    /** A stream is decoded so many times, cut at other places each time. */
    private static final int CUTS = 8;

    /** What one decoding of a stream came to. */
    private record Result(long digest, long frames, String refusal, int left) {}

    /** The time-out is for a decoder that does not come to an end: ten million frames take seconds. */
    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void whatIsFound_doesNotDependOnHowTheBytesWereCut() {
        System.out.println("decoder fuzz: seed " + SEED + ", " + FRAMES + " frames");
        SplittableRandom random = new SplittableRandom(SEED);
        StreamMaker maker = new StreamMaker(random, BLOCK_BYTES);
        long frames = 0;
        long refusals = 0;
        for (long block = 0; frames < FRAMES; block++) {
            boolean broken = block % 4 == 3;
            byte[] stream = broken ? maker.brokenStream() : maker.stream();
            Result whole = decode(stream, stream.length, random);
            if (!broken) {
                assertThat(whole.refusal).as("seed %d, block %d", SEED, block).isEmpty();
                assertThat(whole.frames).as("seed %d, block %d", SEED, block).isEqualTo(maker.frames());
            }
            frames += whole.frames;
            refusals += whole.refusal.isEmpty() ? 0 : 1;
            for (int cut = 0; cut < CUTS; cut++) {
                Result pieces = decode(stream, 0, random);
                assertThat(pieces).as("seed %d, block %d, cut %d", SEED, block, cut).isEqualTo(whole);
                frames += pieces.frames;
            }
        }
        assertThat(refusals).as("broken streams that were refused, seed %d", SEED).isPositive();
    }

    /** Decodes {@code atOnce} bytes first, the rest in pieces of random size. */
    private static Result decode(byte[] stream, int atOnce, SplittableRandom pieces) {
        DigestSink sink = new DigestSink();
        CommandDecoder decoder = new CommandDecoder(LIMITS, sink);
        sink.data = ByteBuffer.wrap(stream);
        int from = 0;
        int to = atOnce;
        try {
            while (true) {
                sink.end = to;
                int next = decoder.decode(sink.data, from, to);
                assertThat(next).isBetween(from, to);
                assertThat(decoder.missing()).isPositive();
                from = next;
                if (to == stream.length) {
                    return new Result(sink.digest, sink.frames, "", to - from);
                }
                to = Math.min(stream.length, to + 1 + pieces.nextInt(pieces.nextInt(8) == 0 ? 24 : 4_096));
            }
        } catch (ProtocolException e) {
            return new Result(sink.digest, sink.frames, e.text(), 0);
        }
    }
}
