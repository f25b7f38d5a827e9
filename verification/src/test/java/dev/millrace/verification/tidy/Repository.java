package dev.millrace.verification.tidy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The working tree, without what is built or run in it. Needs no git, so it works in an unpacked archive too. */
public final class Repository {
    private static final Set<String> NOT_OURS = Set.of(".git", "target", "data", ".idea", ".vscode", ".settings",
            "node_modules");
    private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");

    private final Path root;

    private Repository(Path root) {
        this.root = root;
    }

    /** Found upwards from the folder in which the test runs: the first one with a launcher. */
    public static Repository find() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null) {
            if (Files.isRegularFile(folder.resolve("millrace")) && Files.isDirectory(folder.resolve(".mvn"))) {
                return new Repository(folder);
            }
            folder = folder.getParent();
        }
        throw new IllegalStateException("No millrace launcher and .mvn folder above " + Path.of("").toAbsolutePath()
                + ": run this test inside the repository.");
    }

    boolean exists(String path) {
        return Files.exists(root.resolve(path));
    }

    /** The rooms: the modules of the root pom. */
    public Path root() {
        return root;
    }

    public List<String> rooms() {
        Matcher matcher = MODULE.matcher(read(root.resolve("pom.xml")));
        return matcher.results().map(result -> result.group(1)).toList();
    }

    /** All text files; a file with a zero byte or that is not UTF-8 is not text. */
    List<SourceFile> textFiles() {
        List<SourceFile> files = new ArrayList<>();
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    boolean skipped = !folder.equals(root) && isNotOurs(folder);
                    return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (attributes.isRegularFile() && attributes.size() < 4_000_000 && !isNotOurs(file)) {
                        addIfText(files, file);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("The repository at " + root + " cannot be read", e);
        }
        files.sort((a, b) -> a.path().compareTo(b.path()));
        return files;
    }

    /** Names only count at the root or as a room's build folder: a package may be called data. */
    private boolean isNotOurs(Path path) {
        Path relative = root.relativize(path);
        boolean nearRoot = relative.getNameCount() <= 2;
        return nearRoot && NOT_OURS.contains(path.getFileName().toString());
    }

    private void addIfText(List<SourceFile> files, Path file) {
        String text = read(file);
        if (text.indexOf('\0') < 0 && text.indexOf('\uFFFD') < 0) {
            files.add(new SourceFile(root.relativize(file).toString().replace('\\', '/'), text));
        }
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }
}
