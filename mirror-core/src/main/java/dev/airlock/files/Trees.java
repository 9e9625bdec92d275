package dev.airlock.files;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Files, and directories with all that is in them. What links lead to is left alone. */
public final class Trees {
  private Trees() {}

  /** How many bytes the files have. */
  public static long bytes(Path tree) throws IOException {
    var visitor = new Visitor(false);
    Files.walkFileTree(tree, visitor);
    return visitor.bytes;
  }

  /** Deletes all of it; nothing happens where there is none. */
  public static void delete(Path tree) throws IOException {
    Files.walkFileTree(tree, new Visitor(true));
  }

  private static final class Visitor extends SimpleFileVisitor<Path> {
    private final boolean deletes;
    private long bytes;

    Visitor(boolean deletes) {
      this.deletes = deletes;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      bytes += attributes.size();
      delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
      if (failure instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw failure;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      delete(directory);
      return FileVisitResult.CONTINUE;
    }

    private void delete(Path path) throws IOException {
      if (deletes) {
        Files.deleteIfExists(path);
      }
    }
  }
}
