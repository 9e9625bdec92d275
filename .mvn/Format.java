import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Checks or fixes the format of every Java file below the working directory with
 * google-java-format. The build runs it in the validate phase; {@code mvn -q validate -Dformat=fix}
 * rewrites what is not formatted.
 *
 * <p>Arguments: {@code check} or {@code fix}, and a file whose time says when all was last found
 * well: a check looks only at files changed since.
 */
final class Format {
  public static void main(String[] args) throws IOException {
    boolean fix =
        switch (args[0]) {
          case "check" -> false;
          case "fix" -> true;
          default ->
              throw new IllegalArgumentException("-Dformat=check or -Dformat=fix, not " + args[0]);
        };
    Path stamp = Path.of(args[1]);
    FileTime started = FileTime.fromMillis(System.currentTimeMillis());
    FileTime checked =
        Files.exists(stamp) ? Files.getLastModifiedTime(stamp) : FileTime.fromMillis(0);

    List<String> problems;
    try (Stream<Path> sources =
        changedSince(fix ? FileTime.fromMillis(0) : checked).parallelStream()) {
      problems = sources.map(file -> format(file, fix)).filter(Objects::nonNull).sorted().toList();
    }
    if (!problems.isEmpty()) {
      problems.forEach(System.err::println);
      System.err.println("To format them all: mvn -q validate -Dformat=fix");
      System.exit(1);
    }
    Files.createDirectories(stamp.getParent());
    Files.writeString(stamp, "");
    Files.setLastModifiedTime(stamp, started);
  }

  private static List<Path> changedSince(FileTime time) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        Path.of(""),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            String name = directory.getFileName().toString();
            boolean built =
                name.equals("target") && Files.exists(directory.resolveSibling("pom.xml"));
            boolean ours = !built && !name.equals(".git") && !name.equals("node_modules");
            return ours ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")
                && attributes.lastModifiedTime().compareTo(time) >= 0) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }

  /** What is wrong with the file, or null. */
  private static String format(Path file, boolean fix) {
    try {
      String source = Files.readString(file);
      String formatted = new Formatter().formatSourceAndFixImports(source);
      if (source.equals(formatted)) {
        return null;
      }
      if (!fix) {
        return file + ": not formatted";
      }
      Files.writeString(file, formatted);
      return null;
    } catch (FormatterException e) {
      return file + ":" + e.getMessage();
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }
}
