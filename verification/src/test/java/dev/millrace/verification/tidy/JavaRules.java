package dev.millrace.verification.tidy;

import com.sun.source.tree.BlockTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.lang.model.element.Modifier;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * Sizes inside Java files, measured on the JDK compiler's syntax tree. A method counts from its first modifier or
 * annotation to its closing brace; comments before it do not count, comments inside do.
 */
final class JavaRules {
    static final int METHOD_LINES = 60;
    static final int PARAMETERS = 6;
    static final int RECORD_COMPONENTS = 8;

    private JavaRules() {}

    /** Checks all files in one compiler task: starting one for each would take most of the time. */
    static List<String> check(List<SourceFile> files) {
        Map<URI, SourceFile> byUri = files.stream()
                .filter(SourceFile::isJava)
                .collect(Collectors.toMap(file -> new Text(file).toUri(), Function.identity()));
        List<Text> units = byUri.values().stream().map(Text::new).toList();
        if (units.isEmpty()) {
            return List.of();
        }
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        JavacTask task = (JavacTask) ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, diagnostics,
                        List.of("-proc:none"), null, units);
        List<String> found = new ArrayList<>();
        try {
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                SourceFile file = byUri.get(unit.getSourceFile().toUri());
                if (file == null) {
                    throw new IllegalStateException("The compiler returned a file it was not given: " + unit);
                }
                new Scanner(file, unit, positions, found).scan(unit, null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The sources cannot be parsed", e);
        }
        diagnostics.getDiagnostics()
                .stream()
                .filter(d -> d.getKind() == Diagnostic.Kind.ERROR)
                .forEach(d -> found.add(d.getSource().getName() + ":" + d.getLineNumber() + ": does not parse: "
                        + d.getMessage(Locale.ROOT)));
        found.sort(null);
        return found;
    }

    /** Walks one file, remembering the record it is in: its constructor repeats the header. */
    private static final class Scanner extends TreeScanner<@Nullable Void, @Nullable Void> {
        private final SourceFile file;
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<String> found;
        private @Nullable ClassTree enclosing;

        Scanner(SourceFile file, CompilationUnitTree unit, SourcePositions positions, List<String> found) {
            this.file = file;
            this.unit = unit;
            this.positions = positions;
            this.found = found;
        }

        @Override
        public @Nullable Void visitClass(ClassTree type, @Nullable Void nothing) {
            long components = components(type);
            if (components > RECORD_COMPONENTS) {
                found.add(file.at(firstLine(type), "record " + type.getSimpleName() + " has " + components
                        + " components, " + RECORD_COMPONENTS + " at most: group those that belong together"));
            }
            ClassTree outer = enclosing;
            enclosing = type;
            super.visitClass(type, null);
            enclosing = outer;
            return null;
        }

        @Override
        public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
            checkLength(method, "method " + method.getName());
            int count = method.getParameters().size();
            boolean canonical = method.getReturnType() == null && enclosing != null && components(enclosing) == count;
            if (count > PARAMETERS && !canonical) {
                found.add(file.at(firstLine(method), "method " + method.getName() + " has " + count + " parameters, "
                        + PARAMETERS + " at most: pass a record, or split the method"));
            }
            super.visitMethod(method, null);
            return null;
        }

        @Override
        public @Nullable Void visitBlock(BlockTree block, @Nullable Void nothing) {
            if (enclosing != null && enclosing.getMembers().contains(block)) {
                checkLength(block, "an initializer");
            }
            super.visitBlock(block, null);
            return null;
        }

        private void checkLength(Tree tree, String what) {
            long lines = line(positions.getEndPosition(unit, tree)) - firstLine(tree) + 1;
            if (lines > METHOD_LINES) {
                found.add(file.at(firstLine(tree), what + " has " + lines + " lines, " + METHOD_LINES
                        + " at most: give its steps names and methods of their own"));
            }
        }

        /** A record declares no fields of its own but static ones, so what is left are its components. */
        private static long components(ClassTree type) {
            return type.getKind() != Tree.Kind.RECORD ? 0
                    : type.getMembers()
                            .stream()
                            .filter(member -> member instanceof VariableTree field
                                    && !field.getModifiers().getFlags().contains(Modifier.STATIC))
                            .count();
        }

        private long firstLine(Tree tree) {
            return line(positions.getStartPosition(unit, tree));
        }

        private long line(long position) {
            return unit.getLineMap().getLineNumber(position);
        }
    }

    /** A source held in memory, as the compiler wants it. */
    private static final class Text extends SimpleJavaFileObject {
        private final SourceFile file;

        Text(SourceFile file) {
            super(URI.create("repository:///" + file.path()), Kind.SOURCE);
            this.file = file;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return file.text();
        }
    }
}
