package io.weir;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * One Java source, as the compiler's own parser reads it.
 *
 * @param uses qualified names outside comments, imported or written out
 * @param types simple names of the types that it declares
 */
record SourceFile(
        Path path, String packageName, Set<String> uses, List<String> types, List<Method> methods, List<String> lines) {
    record Method(String name, int line, int lines) {}

    /** Every source below a folder, in the order of their paths. */
    static List<SourceFile> below(Path folder) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (Stream<Path> walk = Files.walk(folder);
                StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<Path> paths = walk.filter(path -> path.toString().endsWith(".java"))
                    .sorted()
                    .toList();
            JavacTask task = (JavacTask) compiler.getTask(
                    null, files, null, List.of("-proc:none"), null, files.getJavaFileObjectsFromPaths(paths));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            List<SourceFile> sources = new ArrayList<>();
            for (CompilationUnitTree unit : task.parse()) {
                sources.add(read(unit, positions));
            }
            return sources;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static SourceFile read(CompilationUnitTree unit, SourcePositions positions) throws IOException {
        Path path = Path.of(unit.getSourceFile().toUri());
        SourceFile source = new SourceFile(
                path,
                unit.getPackageName() == null ? "" : unit.getPackageName().toString(),
                new LinkedHashSet<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                Files.readAllLines(path));
        unit.accept(source.new Reader(unit, positions), null);
        return source;
    }

    private final class Reader extends TreeScanner<Void, Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;

        Reader(CompilationUnitTree unit, SourcePositions positions) {
            this.unit = unit;
            this.positions = positions;
        }

        @Override
        public Void visitMemberSelect(MemberSelectTree select, Void none) {
            uses.add(select.toString());
            return super.visitMemberSelect(select, none);
        }

        @Override
        public Void visitClass(ClassTree type, Void none) {
            types.add(type.getSimpleName().toString());
            return super.visitClass(type, none);
        }

        @Override
        public Void visitMethod(MethodTree method, Void none) {
            int first = line(positions.getStartPosition(unit, method));
            int last = line(positions.getEndPosition(unit, method));
            methods.add(new Method(method.getName().toString(), first, last - first + 1));
            return super.visitMethod(method, none);
        }

        private int line(long position) {
            return position < 0 ? 0 : (int) unit.getLineMap().getLineNumber(position);
        }
    }

    @Override
    public String toString() {
        return path.getFileName().toString();
    }
}
