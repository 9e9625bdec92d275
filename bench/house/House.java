import com.sun.source.tree.BlockTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.SynchronizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * Measures the code of the product, and prints what it finds as a Markdown table: how much there
 * is, how it is divided, and how far it keeps the rules of the house. It reads the sources with the
 * compiler's own parser. {@code --details} names each class, field and parameter that is counted
 * against a rule.
 *
 * <p>Arguments: the root of the repository, and {@code --details} or nothing.
 */
final class House {
  private static final int LONG_FILE = 400;

  public static void main(String[] args) throws IOException {
    Path root = Path.of(args[0]);
    var house = new House();
    house.read(sources(root));
    house.print(root);
    if (List.of(args).contains("--details")) {
      house.printDetails();
    }
  }

  private static List<Path> sources(Path root) throws IOException {
    var found = new ArrayList<Path>();
    for (String module : List.of("mirror-core", "mirror-server", "sync-tool")) {
      try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/main/java"))) {
        files.filter(file -> file.toString().endsWith(".java")).sorted().forEach(found::add);
      }
    }
    return found;
  }

  /** What a name of a parameter, a field or a component promises that a {@code String} is not. */
  private static final Pattern VALUE =
      Pattern.compile("preset|filename|project|version|digest|sha256|marker|tag|specifier|target");

  /** The types that exist because several threads share a state. */
  private static final Pattern SHARED =
      Pattern.compile(
          "\\b(Atomic\\w+|Concurrent\\w+|CopyOnWrite\\w+|Reentrant\\w*Lock|StampedLock|Condition|Semaphore|"
              + "CountDownLatch|CompletableFuture|\\w*BlockingQueue|\\w*BlockingDeque|LongAdder|"
              + "AsyncCache|Cache|LoadingCache|ThreadLocal|ScopedValue|Thread)\\b");

  private static final Pattern THREADS =
      Pattern.compile("thread|lock|guard|concurren|process", Pattern.CASE_INSENSITIVE);

  private long lines;
  private final Map<Path, Long> longFiles = new TreeMap<>();
  private final List<Integer> methods = new ArrayList<>();
  private final Map<String, Set<String>> uses = new TreeMap<>();
  private final Map<String, Integer> filesOf = new TreeMap<>();
  private final Map<String, Set<String>> mentions = new TreeMap<>();
  private final Map<String, List<String>> bySimpleName = new TreeMap<>();
  private final List<ClassTree> allClasses = new ArrayList<>();
  private final List<String> open = new ArrayList<>();
  private final List<String> strings = new ArrayList<>();
  private final List<String> sharing = new ArrayList<>();
  private final List<String> sharingInSilence = new ArrayList<>();
  private int files;
  private int widest;
  private String widestAt = "";

  private void read(List<Path> sources) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (var manager = compiler.getStandardFileManager(null, Locale.ROOT, null)) {
      var task =
          (JavacTask)
              compiler.getTask(
                  null,
                  manager,
                  diagnostic -> {},
                  List.of("-proc:none"),
                  null,
                  manager.getJavaFileObjectsFromPaths(sources));
      DocTrees trees = DocTrees.instance(task);
      for (CompilationUnitTree unit : task.parse()) {
        Path file = Path.of(unit.getSourceFile().toUri());
        count(file);
        new Reader(trees, unit).scan(unit, null);
      }
    }
  }

  private void count(Path file) throws IOException {
    files++;
    long length;
    try (Stream<String> text = Files.lines(file)) {
      length = text.count();
    }
    lines += length;
    if (length > LONG_FILE) {
      longFiles.put(file, length);
    }
  }

  /** Walks through one file. */
  private final class Reader extends TreePathScanner<Void, Void> {
    private final DocTrees trees;
    private final CompilationUnitTree unit;
    private final String place;

    Reader(DocTrees trees, CompilationUnitTree unit) {
      this.trees = trees;
      this.unit = unit;
      this.place = unit.getPackageName().toString();
      filesOf.merge(place, 1, Integer::sum);
      uses.computeIfAbsent(place, p -> new TreeSet<>());
    }

    @Override
    public Void visitImport(ImportTree node, Void nothing) {
      String imported = node.getQualifiedIdentifier().toString();
      if (imported.startsWith("dev.airlock.")) {
        String used = imported.replaceAll("(\\.[A-Z*].*)$", "");
        if (!used.equals(place)) {
          uses.get(place).add(used);
        }
      }
      return null;
    }

    @Override
    public Void visitIdentifier(IdentifierTree node, Void nothing) {
      mentions
          .computeIfAbsent(place + "." + unitName(), file -> new TreeSet<>())
          .add(place + "." + node.getName());
      return null;
    }

    private String unitName() {
      return Path.of(unit.getSourceFile().toUri()).getFileName().toString().replace(".java", "");
    }

    @Override
    public Void visitClass(ClassTree node, Void nothing) {
      if (node.getSimpleName().isEmpty()) {
        return super.visitClass(node, nothing);
      }
      allClasses.add(node);
      boolean topLevel = getCurrentPath().getParentPath().getLeaf() instanceof CompilationUnitTree;
      String name = place + "." + node.getSimpleName();
      if (topLevel) {
        bySimpleName
            .computeIfAbsent(node.getSimpleName().toString(), n -> new ArrayList<>())
            .add(name);
      }
      if (isOpen(node)) {
        open.add(name);
      }
      noteSharing(node, name);
      return super.visitClass(node, nothing);
    }

    private boolean isOpen(ClassTree node) {
      Set<Modifier> flags = node.getModifiers().getFlags();
      return node.getKind() == Tree.Kind.CLASS
          && !flags.contains(Modifier.FINAL)
          && !flags.contains(Modifier.SEALED)
          && !flags.contains(Modifier.ABSTRACT);
    }

    private void noteSharing(ClassTree node, String name) {
      boolean shares =
          node.getMembers().stream().anyMatch(this::isShared)
              || node.getMembers().stream().anyMatch(this::locks);
      if (!shares) {
        return;
      }
      sharing.add(name);
      String comment = trees.getDocComment(getCurrentPath());
      if (comment == null || !THREADS.matcher(comment).find()) {
        sharingInSilence.add(name);
      }
    }

    private boolean isShared(Tree member) {
      return member instanceof VariableTree field
          && (field.getModifiers().getFlags().contains(Modifier.VOLATILE)
              || SHARED.matcher(String.valueOf(field.getType())).find());
    }

    private boolean locks(Tree member) {
      if (!(member instanceof MethodTree method)) {
        return false;
      }
      if (method.getModifiers().getFlags().contains(Modifier.SYNCHRONIZED)) {
        return true;
      }
      var found = new boolean[1];
      new TreePathScanner<Void, Void>() {
        @Override
        public Void visitSynchronized(SynchronizedTree node, Void nothing) {
          found[0] = true;
          return null;
        }

        @Override
        public Void visitClass(ClassTree node, Void nothing) {
          return null;
        }
      }.scan(TreePath.getPath(unit, method), null);
      return found[0];
    }

    @Override
    public Void visitMethod(MethodTree node, Void nothing) {
      BlockTree body = node.getBody();
      long start = position(node, true);
      // A compact constructor or an accessor that is only implied has no place of its own.
      if (body != null && start >= 0) {
        long from = unit.getLineMap().getLineNumber(firstOf(node));
        long to = unit.getLineMap().getLineNumber(position(node, false) - 1);
        methods.add((int) (to - from + 1));
      }
      if (node.getParameters().size() > widest) {
        widest = node.getParameters().size();
        widestAt = place + " " + node.getName();
      }
      return super.visitMethod(node, nothing);
    }

    /** Where the method begins below its annotations. */
    private long firstOf(MethodTree node) {
      long annotations =
          node.getModifiers().getAnnotations().stream()
              .mapToLong(a -> trees.getSourcePositions().getEndPosition(unit, a))
              .max()
              .orElse(-1);
      return annotations < 0 ? position(node, true) : annotations + 1;
    }

    private long position(Tree node, boolean start) {
      var positions = trees.getSourcePositions();
      return start ? positions.getStartPosition(unit, node) : positions.getEndPosition(unit, node);
    }

    @Override
    public Void visitVariable(VariableTree node, Void nothing) {
      Tree parent = getCurrentPath().getParentPath().getLeaf();
      boolean declared = parent instanceof MethodTree || parent instanceof ClassTree;
      boolean constant = node.getModifiers().getFlags().contains(Modifier.STATIC);
      if (declared
          && !constant
          && String.valueOf(node.getType()).equals("String")
          && VALUE.matcher(node.getName().toString()).matches()) {
        strings.add(place + "." + enclosing() + ": " + node.getName());
      }
      return super.visitVariable(node, nothing);
    }

    private String enclosing() {
      for (TreePath at = getCurrentPath(); at != null; at = at.getParentPath()) {
        if (at.getLeaf() instanceof ClassTree found && !found.getSimpleName().isEmpty()) {
          return found.getSimpleName().toString();
        }
      }
      return "";
    }
  }

  private void print(Path root) throws IOException {
    System.out.println("| measure | value |");
    System.out.println("| --- | --- |");
    row("files", files);
    row("lines", lines);
    row("files above " + LONG_FILE + " lines", longFiles.size());
    row("methods", methods.size());
    row("lines of a method, median", percentile(50));
    row("lines of a method, 95th percentile", percentile(95));
    row("lines of the longest method", percentile(100));
    row("parameters of the widest method", widest);
    row("packages", uses.size());
    row("packages in cycles", inCycles());
    row("arrows between packages", uses.values().stream().mapToInt(Collection::size).sum());
    row("files of the largest package", filesOf.values().stream().max(Integer::compare).orElse(0));
    row("arrows within the package that has most", arrowsWithin());
    row("types", allClasses.size());
    row("records", kind(Tree.Kind.RECORD));
    row("sealed types", allClasses.stream().filter(House::isSealed).count());
    row("classes that are neither final, sealed nor abstract", open.size());
    row("simple names shared by two classes", shared().size());
    row("strings past the edge", strings.size());
    row("classes with shared state", sharing.size());
    row("of these, without a word about threads", sharingInSilence.size());
    row("words in README.md and docs", words(root));
  }

  private void row(String measure, long value) {
    System.out.printf(Locale.ROOT, "| %s | %,d |%n", measure, value);
  }

  private void printDetails() {
    details("files above " + LONG_FILE + " lines", longFiles.entrySet());
    details("the widest method", List.of(widestAt));
    details("classes that are neither final, sealed nor abstract", open);
    details("simple names shared by two classes", shared());
    details("strings past the edge", strings);
    details("classes with shared state, without a word about threads", sharingInSilence);
  }

  private void details(String title, Collection<?> all) {
    System.out.printf("%n%s%n", title);
    all.forEach(each -> System.out.println("  " + each));
  }

  private int percentile(int percent) {
    List<Integer> sorted = methods.stream().sorted().toList();
    return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
  }

  private long kind(Tree.Kind kind) {
    return allClasses.stream().filter(type -> type.getKind() == kind).count();
  }

  private static boolean isSealed(ClassTree type) {
    return type.getModifiers().getFlags().contains(Modifier.SEALED);
  }

  /** The classes of different packages that have one name; {@code Main} is each program's. */
  private List<List<String>> shared() {
    return bySimpleName.entrySet().stream()
        .filter(entry -> !entry.getKey().equals("Main") && entry.getValue().size() > 1)
        .map(Map.Entry::getValue)
        .toList();
  }

  /** The most arrows from one file to another within one package. */
  private long arrowsWithin() {
    var arrows = new TreeMap<String, Long>();
    mentions.forEach((file, names) ->
        arrows.merge(
            file.substring(0, file.lastIndexOf('.')),
            names.stream().filter(name -> !name.equals(file) && mentions.containsKey(name)).count(),
            Long::sum));
    return arrows.values().stream().max(Long::compare).orElse(0L);
  }

  private long inCycles() {
    return uses.keySet().stream().filter(this::reachesItself).count();
  }

  private boolean reachesItself(String start) {
    var seen = new HashSet<String>();
    Deque<String> open = new ArrayDeque<>(uses.get(start));
    while (!open.isEmpty()) {
      String next = open.pop();
      if (next.equals(start)) {
        return true;
      }
      if (seen.add(next)) {
        open.addAll(uses.getOrDefault(next, Set.of()));
      }
    }
    return false;
  }

  private static long words(Path root) throws IOException {
    long words = 0;
    try (Stream<Path> pages =
        Stream.concat(Stream.of(root.resolve("README.md")), Files.list(root.resolve("docs")))) {
      for (Path page : pages.filter(file -> file.toString().endsWith(".md")).toList()) {
        words += Files.readString(page).strip().split("\\s+").length;
      }
    }
    return words;
  }
}
