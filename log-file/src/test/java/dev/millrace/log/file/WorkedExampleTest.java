package dev.millrace.log.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.log.ShardLog;
import dev.millrace.log.contract.Recovered;
import dev.millrace.log.contract.Texts;
import dev.millrace.log.file.sim.InlineThreads;
import dev.millrace.log.file.sim.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The bytes on the format's page are those that the code writes. */
class WorkedExampleTest {
    private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

    @Test
    void thePageShowsWhatTheCodeWrites() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1, 1 << 20, false);
        FileLogOptions options = FileLogOptions.of(Path.of("/data")).withSegmentBytes(64 << 10);
        FileLogFactory factory = new FileLogFactory(options, disk, new InlineThreads(1), () -> 0x0123456789abcdefL);
        ShardLog log = factory.open(0);
        log.recover(new Recovered());
        Texts.append(log, "hello", true);
        byte[] segment = disk.content(Path.of("/data/shard-0/log-000000000000000.seg"));
        String dump = rows(segment, 0, 128) + rows(segment, 4096, 128) + rows(segment, 4224, 192);
        String page = Files.readString(Path.of("..", "docs", "log-format.md"));
        assertThat(page).as("docs/log-format.md must contain:\n%s", dump).contains(dump);
    }

    /** Rows of 16 bytes that are not all zero. */
    private static String rows(byte[] bytes, int from, int length) {
        StringBuilder text = new StringBuilder();
        for (int at = from; at < from + length; at += 16) {
            String row = HEX.formatHex(bytes, at, at + 16);
            if (!row.replace(" ", "").matches("0+")) {
                text.append(String.format("%5d  %s%n", at, row));
            }
        }
        return text.toString();
    }
}
