package dev.millrace.server.cli;

import dev.millrace.core.log.LogException;
import dev.millrace.log.file.CheckReport;
import dev.millrace.log.file.FolderCheck;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code check}: looks through a data folder and changes nothing. Exit code 1 when synced data is damaged. */
@Command(name = "check", description = "Checks a data folder: every checksum, the chain, snapshots, live bodies, sums.",
        footer = {
            "", "The server must be stopped. Exit code 1: damage was found.", "", "Example:", "  millrace check data"})
public final class CheckCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "the data folder") private Path folder;
    @Option(names = "--json", description = "print JSON, for programs") private boolean json;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        CheckReport report;
        try {
            report = FolderCheck.check(folder, EngineCheck::new);
        } catch (LogException e) {
            throw new CliException(String.valueOf(e.getMessage()));
        }
        if (json) {
            out.println(json(report));
        } else {
            out.print(report.text());
        }
        out.flush();
        return report.isDamaged() ? 1 : 0;
    }

    private static ObjectNode json(CheckReport report) {
        ObjectNode answer = Api.JSON.createObjectNode();
        answer.put("damaged", report.isDamaged())
                .put("shards", report.shards())
                .put("segments", report.segments())
                .put("snapshots", report.snapshots())
                .put("batches", report.batches())
                .put("records", report.records())
                .put("bytes", report.bytes());
        ArrayNode problems = answer.putArray("problems");
        for (CheckReport.Problem problem : report.problems()) {
            problems.addObject()
                    .put("severity", problem.severity().name())
                    .put("file", problem.file().toString())
                    .put("position", problem.position())
                    .put("what", problem.what())
                    .put("cure", problem.cure());
        }
        return answer;
    }
}
