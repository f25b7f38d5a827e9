package dev.millrace.server.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code backup}: copies the data of a running server into a new folder on its machine. */
@Command(name = "backup", description = "Copies the data of the running server into a new folder on its machine.",
        footer = {"", "check looks through the copy; server --data DIR starts on it.", "", "Example:",
            "  millrace backup /backups/monday && millrace check /backups/monday"})
public final class BackupCommand implements Runnable {
    @Mixin private Common common;
    @Parameters(paramLabel = "DIR", description = "the new folder") private Path folder;

    @Override
    public void run() {
        String body = Api.JSON.createObjectNode()
                .put("folder", folder.toAbsolutePath().normalize().toString())
                .toString();
        ProgressLine line = new ProgressLine(common.err());
        JsonNode answer = common.api().postLong("/api/v1/backup", body, () -> line.show("copying"));
        line.end();
        common.print(answer, "copied " + answer.path("bytes").asLong() + " bytes to " + folder);
    }
}
