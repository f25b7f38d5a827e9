package dev.millrace.server;

import dev.millrace.core.log.LogException;
import dev.millrace.door.nsq.backlog.BacklogException;
import dev.millrace.door.nsq.backlog.BacklogImport;
import dev.millrace.door.nsq.backlog.Survey;
import dev.millrace.server.cli.CliException;
import dev.millrace.server.cli.ImportReport;
import dev.millrace.server.cli.Parent;
import dev.millrace.server.cli.ProgressLine;
import dev.millrace.server.config.ConfigException;
import dev.millrace.server.config.Configuration;
import dev.millrace.server.config.Settings;
import dev.millrace.server.logging.LogSetup;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code import}: brings over what other systems left. */
@Command(name = "import", description = "Brings over the backlog of another system.",
        subcommands = ImportCommand.Nsqd.class,
        footer = {"", "Example:", "  millrace import nsqd /var/lib/nsq --data ./data"})
final class ImportCommand extends Parent {
    private static final String PROGRESS = "import-nsqd-";

    /** Whether something was imported into this data folder. */
    static boolean wasBegun(Path data) {
        String[] names = data.toFile().list((_, name) -> name.startsWith(PROGRESS));
        return names != null && names.length > 0;
    }

    /** {@code import nsqd}: into the data folder of a stopped server, by an engine of its own. */
    @Command(name = "nsqd", description = {
        "Brings over the backlog of a stopped nsqd into the data folder of a stopped "
                + "server: every topic and channel, each with what waited in it, pauses included.",
        "An import that was broken off goes on where it stood when it is started again. nsqd's files are only read."},
            footer = {"",
                "Exit code 1: it could not be done, or something in nsqd's files could not be read; that is named, and the "
                        + "rest is imported.",
                "", "Examples:", "  millrace import nsqd /var/lib/nsq --dry-run",
                "  millrace import nsqd /var/lib/nsq --data ./data",
                "  millrace import nsqd /var/lib/nsq --data /var/lib/nsq/millrace     # for bin/nsqd --data-path /var/lib/nsq"})
    static final class Nsqd implements Callable<Integer> {
        @Parameters(paramLabel = "DIR", description = "nsqd's --data-path") private Path folder;
        @Option(names = "--data", paramLabel = "DIR",
                description = "the server's data folder; else as server has it (MILLRACE_DATA, the file, ./data)") private @Nullable String data;
        @Option(names = "--config", paramLabel = "FILE",
                description = "the server's configuration file (MILLRACE_CONFIG)") private @Nullable String config;
        @Option(names = "--dry-run", description = "only read and count") private boolean dryRun;
        @Option(names = "--json", description = "print JSON, for programs") private boolean json;
        @Spec private CommandSpec spec;

        @Override
        public Integer call() throws InterruptedException {
            try {
                Configuration settings = settings();
                Survey survey = Survey.of(folder);
                ImportReport report = new ImportReport(survey, settings.get(Settings.DATA));
                if (!dryRun) {
                    report.imported(bring(settings, survey));
                }
                PrintWriter out = spec.commandLine().getOut();
                out.println(json ? report.json().toString() : report.text());
                out.flush();
                return survey.isDamaged() ? ServerCommand.FAILED : ServerCommand.OK;
            } catch (BacklogException | LogException | ConfigException e) {
                throw new CliException(String.valueOf(e.getMessage()));
            } catch (IOException e) {
                throw new CliException("reading " + folder + " or writing the progress failed: " + e
                        + ". Mend that and start it again: it goes on where it stood");
            }
        }

        private Configuration settings() {
            List<Map.Entry<String, String>> flags = new ArrayList<>();
            if (config != null) {
                flags.add(Map.entry("config", config));
            }
            if (data != null) {
                flags.add(Map.entry("data", data));
            }
            return Configuration.load(flags, System.getenv());
        }

        private List<BacklogImport.Count> bring(Configuration settings, Survey survey)
                throws IOException, InterruptedException {
            LogSetup.choose("warn", "text");
            ProgressLine line = new ProgressLine(spec.commandLine().getErr());
            Path to = Files.createDirectories(settings.get(Settings.DATA));
            Server server = Server.create(1);
            try {
                return new BacklogImport(server.openNode(Options.log(settings), Options.node(settings)), survey,
                        to.resolve(progressName()), count -> line.show(count.topic() + " "
                                + (count.channel().isEmpty() ? "(topic)" : count.channel()) + ": " + count.messages()
                                + " messages"))
                        .run();
            } finally {
                line.end();
                server.close(Duration.ZERO);
            }
        }

        /** Each of nsqd's folders has a progress of its own. */
        private String progressName() throws IOException {
            CRC32 crc = new CRC32();
            crc.update(folder.toRealPath().toString().getBytes(StandardCharsets.UTF_8));
            return String.format("%s%08x", PROGRESS, crc.getValue());
        }
    }
}
