package dev.airlock.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files, and directories with all that is in them. What links lead to is left alone, and what goes
 * away meanwhile is passed over.
 */
public final class Trees {
  private Trees() {}

  /** Takes a file that is met. */
  @FunctionalInterface
  public interface FileVisitor {
    /** Takes a file, or whatever else is no directory. */
    void visit(Path file, BasicFileAttributes attributes) throws IOException;
  }

  /** Takes a directory when all that is in it was met. */
  @FunctionalInterface
  private interface DirectoryVisitor {
    void leave(Path directory) throws IOException;
  }

  /** Goes through the files. */
  public static void each(Path tree, FileVisitor visitor) throws IOException {
    walk(tree, visitor, _ -> {});
  }

  /**
   * What is in a directory itself, in the order of the names; nothing where there is no directory.
   */
  public static List<Path> children(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.sorted().toList();
    } catch (NoSuchFileException | NotDirectoryException none) {
      return List.of();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** The names of what is in a directory itself, in their order. */
  public static List<String> names(Path directory) throws IOException {
    return children(directory).stream().map(child -> String.valueOf(child.getFileName())).toList();
  }

  /** How many bytes the files have. */
  public static long bytes(Path tree) throws IOException {
    var bytes = new AtomicLong();
    each(tree, (_, attributes) -> bytes.addAndGet(attributes.size()));
    return bytes.get();
  }

  /** Deletes all of it; nothing happens where there is none. */
  public static void delete(Path tree) throws IOException {
    walk(tree, (file, _) -> Files.deleteIfExists(file), Files::deleteIfExists);
  }

  private static void walk(Path tree, FileVisitor files, DirectoryVisitor directories)
      throws IOException {
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            files.visit(file, attributes);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            return passedOver(failure);
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              return passedOver(failure);
            }
            directories.leave(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static FileVisitResult passedOver(IOException failure) throws IOException {
    if (failure instanceof NoSuchFileException) {
      return FileVisitResult.CONTINUE;
    }
    throw failure;
  }
}
