package dev.millrace.server.config;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds files of the repository from wherever a test runs. */
public final class RepositoryFiles {
    private RepositoryFiles() {}

    public static Path find(String path) {
        for (Path here = Path.of("").toAbsolutePath(); here != null; here = here.getParent()) {
            if (Files.exists(here.resolve(".mvn")) && Files.exists(here.resolve(path))) {
                return here.resolve(path);
            }
        }
        throw new AssertionError(path + " is in no folder above " + Path.of("").toAbsolutePath());
    }
}
