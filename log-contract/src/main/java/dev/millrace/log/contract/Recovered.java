package dev.millrace.log.contract;

import dev.millrace.core.log.BatchBuffer;
import dev.millrace.core.log.ReplayTarget;
import dev.millrace.core.log.SnapshotReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.Assertions;

/** What a recovery handed over: the snapshot's text and the texts of the batches. */
public final class Recovered implements ReplayTarget {
    public String snapshot = "";
    public final List<String> texts = new ArrayList<>();
    public final List<Long> positions = new ArrayList<>();
    public final List<Long> clocks = new ArrayList<>();

    @Override
    public void snapshot(SnapshotReader reader) {
        Assertions.assertThat(texts).as("the snapshot comes first").isEmpty();
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(reader.remaining()));
        reader.readFully(bytes);
        snapshot = StandardCharsets.UTF_8.decode(bytes.flip()).toString();
    }

    @Override
    public void batch(long position, int recordCount, long elapsedMillis, long wallMillis, ByteBuffer records) {
        Assertions.assertThat(records.position()).isEqualTo(BatchBuffer.HEADER_BYTES);
        Assertions.assertThat(recordCount).isEqualTo(1);
        texts.add(StandardCharsets.UTF_8.decode(records).toString());
        positions.add(position);
        clocks.add(elapsedMillis);
        clocks.add(wallMillis);
    }
}
