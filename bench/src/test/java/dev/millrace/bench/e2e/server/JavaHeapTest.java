package dev.millrace.bench.e2e.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class JavaHeapTest {
    @Test
    void usedAfterCollection_ofThisJvm_isPlausible() throws IOException {
        long used = JavaHeap.usedAfterCollection(ProcessHandle.current().pid()).orElseThrow();
        assertThat(used).isBetween(1L << 20, Runtime.getRuntime().maxMemory());
    }

    @Test
    void parseUsed_firstFigure() {
        String info = "123:\n garbage-first heap   total reserved 1024K, committed 900K, used 12345K [0x0, 0x1)\n"
                + " Metaspace       used 77K, committed 99K";
        assertThat(JavaHeap.parseUsed(info).orElseThrow()).isEqualTo(12_345L * 1_024);
        assertThat(JavaHeap.parseUsed("nothing")).isEmpty();
    }
}
