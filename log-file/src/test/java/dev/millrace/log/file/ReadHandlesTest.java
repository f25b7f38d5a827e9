package dev.millrace.log.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.log.file.disk.FilePort.Access;
import dev.millrace.log.file.disk.StoreFile;
import dev.millrace.log.file.sim.DelegatingFiles;
import dev.millrace.log.file.sim.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How reader threads read past the page cache. */
final class ReadHandlesTest {
    private static final Path FOLDER = Path.of("/log");
    private static final Path FILE = FOLDER.resolve("segment");
    private static final int FILE_BYTES = 1 << 20;
    private static final int PIECE_BYTES = 256 << 10;

    private record Read(Access access, long offset, int bytes) {}

    private final SimulatedDisk disk = new SimulatedDisk(1, 1L << 30, true);
    private final byte[] content = new byte[FILE_BYTES];
    private final List<Read> reads = new ArrayList<>();
    private ReadHandles handles;
    /** One read brings no more than this. */
    private int shortTo = Integer.MAX_VALUE;
    private boolean refuses;

    @BeforeEach
    void write() throws IOException {
        new SplittableRandom(3).nextBytes(content);
        disk.createFolders(FOLDER);
        try (StoreFile file = disk.open(FILE, Access.WRITE)) {
            file.write(ByteBuffer.wrap(content), 0);
        }
        handles = new ReadHandles(new Watched());
    }

    /** The disk, with every read noted. */
    private final class Watched extends DelegatingFiles {
        Watched() {
            super(disk);
        }

        @Override
        public StoreFile open(Path file, Access access) throws IOException {
            return new WatchedFile(files.open(file, access), access);
        }
    }

    private final class WatchedFile extends DelegatingFiles.DelegatingFile {
        private final Access access;

        WatchedFile(StoreFile file, Access access) {
            super(file);
            this.access = access;
        }

        @Override
        public int read(ByteBuffer target, long offset) throws IOException {
            int asked = target.remaining();
            int limit = target.limit();
            if (access == Access.READ_DIRECT && refuses) {
                throw new IOException("Invalid argument");
            }
            if (asked > shortTo) {
                target.limit(target.position() + shortTo);
            }
            int length = file.read(target, offset);
            target.limit(limit);
            reads.add(new Read(access, offset, asked));
            return length;
        }
    }

    private void assertReads(int offset, int bytes, int expected) throws IOException {
        ByteBuffer target = ByteBuffer.allocateDirect(bytes);
        assertThat(handles.readDirect(FILE, target, offset)).isEqualTo(expected);
        target.flip();
        assertThat(target).isEqualTo(ByteBuffer.wrap(content, offset, expected).slice());
    }

    @Test
    void readDirect_readsInAlignedPieces() throws IOException {
        assertReads(4096 * 3, 700_000, 700_000);
        assertThat(reads).hasSizeGreaterThan(2)
                .allMatch(read -> read.access() == Access.READ_DIRECT
                        && read.offset() % 4096 == 0 && read.bytes() % 4096 == 0 && read.bytes() <= PIECE_BYTES);
    }

    @Test
    void readDirect_takesAnyOffsetAndLength() throws IOException {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 200; i++) {
            int offset = random.nextInt(FILE_BYTES);
            int bytes = 1 + random.nextInt(600_000);
            assertReads(offset, bytes, Math.min(bytes, FILE_BYTES - offset));
        }
    }

    @Test
    void readDirect_afterTheFileWasForgotten_opensItAnew() throws IOException {
        assertReads(0, 10, 10);
        handles.forget(FILE);
        assertReads(0, 10, 10);
        assertThat(reads).hasSize(2);
    }

    @Test
    void readDirect_goesOnAfterShortReads() throws IOException {
        shortTo = 12_288;
        assertReads(4096 * 3 + 77, 100_000, 100_000);
        assertThat(reads).hasSizeGreaterThan(8).allMatch(read -> read.access() == Access.READ_DIRECT);
    }

    @Test
    void readDirect_whereItIsRefused_readsThroughThePageCache() throws IOException {
        refuses = true;
        assertReads(4096 * 3 + 77, 700_000, 700_000);
        assertThat(reads).isNotEmpty().allMatch(read -> read.access() == Access.READ);
    }
}
