package dev.millrace.log.file;

import dev.millrace.core.log.BatchBuffer;
import java.nio.ByteBuffer;

/** Memory that can be written past the page cache. */
final class AlignedMemory {
    static final int UNIT = BatchBuffer.ALIGNMENT;

    private AlignedMemory() {}

    /** Zeros; {@code bytes} is rounded up to a multiple of {@link #UNIT}. */
    static ByteBuffer allocate(int bytes) {
        int rounded = (int) BatchHeader.align(bytes, 12);
        return ByteBuffer.allocateDirect(rounded + UNIT).alignedSlice(UNIT).slice(0, rounded);
    }
}
