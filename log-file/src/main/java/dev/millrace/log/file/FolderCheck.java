package dev.millrace.log.file;

import dev.millrace.core.log.LogException;
import dev.millrace.core.log.LogException.Category;
import dev.millrace.log.file.CheckReport.Problem;
import dev.millrace.log.file.CheckReport.Severity;
import dev.millrace.log.file.disk.FilePort;
import dev.millrace.log.file.disk.FilePort.FolderLock;
import dev.millrace.log.file.disk.FilePort.LockedException;
import dev.millrace.log.file.disk.RealFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Looks through a whole data folder without changing it: every checksum, the chain of batches and segments, snapshots,
 * cold segments and, if the caller has a {@link MachineCheck}, what the records mean.
 *
 * <p>
 * Thread safety: any thread that nobody interrupts; the folder must not be in use, and is locked meanwhile.
 */
public final class FolderCheck {
    private final FilePort port;
    private final Path folder;
    private final @Nullable IntFunction<MachineCheck> machines;

    /** {@code machines} makes a verifier for each shard; without it only the log itself is looked at. */
    public FolderCheck(FilePort port, Path folder, @Nullable IntFunction<MachineCheck> machines) {
        this.port = port;
        this.folder = folder;
        this.machines = machines;
    }

    /** On the disk of the machine. */
    public static CheckReport check(Path folder, @Nullable IntFunction<MachineCheck> machines) {
        return new FolderCheck(new RealFiles(), folder, machines).run();
    }

    /**
     * Looks at everything.
     *
     * @throws LogException
     *             {@code LOCKED} when a server runs on the folder, {@code CALLER} when it holds no log
     */
    public CheckReport run() {
        try (FolderLock _ = lock()) {
            return locked();
        } catch (LockedException held) {
            throw new LogException(Category.LOCKED, "the data folder " + folder + " is in use by process "
                    + held.holder() + "; stop it first, or check a copy", held);
        } catch (NoSuchFileException missing) {
            throw new LogException(Category.CALLER, "there is no data folder " + folder
                    + ": give the one that the server's --data names", missing);
        } catch (IOException failure) {
            throw new LogException(Category.CALLER, "the data folder " + folder + " cannot be read: "
                    + failure.getMessage(), failure);
        }
    }

    private FolderLock lock() throws IOException {
        return port.lock(folder.resolve("LOCK"), Long.toString(ProcessHandle.current().pid()));
    }

    private CheckReport locked() throws IOException {
        CheckFindings findings = new CheckFindings();
        int shards = 0;
        for (int shard : shards(port, folder)) {
            ShardFolder shardFolder = new ShardFolder(port, folder.resolve("shard-" + shard), java.util.Set.of());
            LogMeta meta = meta(shardFolder, shard, findings);
            shards++;
            if (meta != null) {
                new ShardCheck(shardFolder, meta, findings, machines == null ? null : machines.apply(shard)).run();
            }
        }
        if (shards == 0) {
            throw new LogException(Category.CALLER, "there is no log in " + folder + ": no folder shard-0");
        }
        return findings.report(shards);
    }

    private static @Nullable LogMeta meta(ShardFolder folder, int shard, CheckFindings findings) throws IOException {
        try {
            LogMeta meta = LogMeta.decode(folder.head(folder.meta(), LogMeta.BYTES), folder.meta());
            if (meta.shard() == shard) {
                return meta;
            }
            findings.add(new Problem(Severity.DAMAGE, folder.meta(), -1, "it belongs to shard " + meta.shard(),
                    "Put the folder back under its own name"));
        } catch (LogException broken) {
            findings.add(new Problem(Severity.DAMAGE, folder.meta(), -1, String.valueOf(broken.getMessage()),
                    "Without it no batch can be verified"));
        } catch (java.nio.file.NoSuchFileException missing) {
            findings.add(new Problem(Severity.DAMAGE, folder.meta(), -1, "it is missing",
                    "Put it back from a backup; without it no batch can be verified"));
        }
        return null;
    }

    /** The shards that have a folder. */
    static List<Integer> shards(FilePort port, Path folder) throws IOException {
        List<Integer> shards = new ArrayList<>();
        for (int shard = 0; shard < 1024; shard++) {
            if (!port.list(folder.resolve("shard-" + shard)).isEmpty()) {
                shards.add(shard);
            }
        }
        return shards;
    }
}
