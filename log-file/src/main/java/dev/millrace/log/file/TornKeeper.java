package dev.millrace.log.file;

import dev.millrace.log.file.TailFinder.Torn;
import dev.millrace.log.file.disk.FilePort.Access;
import dev.millrace.log.file.disk.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Keeps what recovery cuts off in torn/, durably, before the cut takes effect. */
final class TornKeeper {
    private static final int PART_BYTES = 1 << 20;
    /** Of each kind, from before the recovery under way. */
    static final int KEPT = 8;
    /** How the names of its files begin; their numbers, which follow, rise with time. */
    private static final List<String> KINDS = List.of("cut-", "log-", "snap-");

    private final ShardFolder folder;
    private final LogMeta meta;

    TornKeeper(ShardFolder folder, LogMeta meta) {
        this.folder = folder;
        this.meta = meta;
    }

    /**
     * Deletes all but the newest few of each kind, before more is put there, so that crash after crash does not fill the disk;
     * adds a sentence. What one recovery puts there stays at least until the next one, however much it is.
     */
    void bound(List<String> notes) throws IOException {
        int deleted = 0;
        List<String> names = folder.port().list(folder.torn());
        for (String kind : KINDS) {
            List<String> of = names.stream().filter(name -> name.startsWith(kind)).sorted().toList();
            for (String name : of.subList(0, Math.max(0, of.size() - KEPT))) {
                folder.port().delete(folder.torn().resolve(name));
                deleted++;
            }
        }
        if (deleted > 0) {
            notes.add(deleted + (deleted == 1 ? " file in " : " files in ") + folder.torn()
                    + (deleted == 1 ? " was" : " were") + " deleted: the newest " + KEPT
                    + " of each kind are kept");
        }
    }

    /** Copies parts of files and moves whole ones; adds a sentence for each. The bytes cut. */
    long keep(List<Torn> ranges, List<String> notes) throws IOException {
        long total = 0;
        for (Torn torn : ranges) {
            Path file = folder.segment(torn.number(), false);
            String lost = lost(file, torn);
            if (torn.whole()) {
                folder.setAside(file);
                notes.add(torn.bytes() + " bytes in " + file + " do not follow what stands before them: the file was"
                        + " moved into torn/. Nothing in it had been synced" + lost);
            } else {
                Path copy = copy(file, torn);
                notes.add(torn.bytes() + " bytes were cut off the end of the log at position " + torn.from() + ": they"
                        + " had never been synced. They are kept in " + copy + lost);
            }
            total += torn.bytes();
        }
        return total;
    }

    private String lost(Path file, Torn torn) throws IOException {
        LostMessages lost = new LostMessages();
        try (SegmentScan scan = new SegmentScan(folder, meta, file, torn.number() * meta.segmentBytes())) {
            lost.look(scan, torn.from(), torn.to());
        }
        return lost.sentence();
    }

    private Path copy(Path file, Torn torn) throws IOException {
        folder.port().createFolders(folder.torn());
        Path copy = folder.torn().resolve(String.format(Locale.ROOT, "cut-%016x.bytes", torn.from()));
        folder.port().delete(copy);
        try (SegmentScan scan = new SegmentScan(folder, meta, file, torn.number() * meta.segmentBytes());
                StoreFile target = folder.port().open(copy, Access.WRITE)) {
            for (long at = torn.from(); at < torn.to(); at += PART_BYTES) {
                ByteBuffer part = scan.copy(at, Math.min(torn.to(), at + PART_BYTES));
                if (part.hasRemaining()) {
                    ShardFolder.writeFully(target, part, at - torn.from());
                }
            }
            target.force();
        }
        folder.port().syncFolder(folder.torn());
        return copy;
    }
}
