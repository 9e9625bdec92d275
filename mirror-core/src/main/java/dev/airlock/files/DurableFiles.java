package dev.airlock.files;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * Writing that a power cut cannot tear: a temporary file beside the target, fsync, rename, fsync of
 * the directory. File systems that cannot sync a directory are tolerated.
 */
public final class DurableFiles {
  /**
   * What the names of temporary files begin with; whatever begins so may be removed when nobody
   * writes.
   */
  public static final String TEMPORARY = ".tmp-";

  private static final int ATTEMPTS = 5;
  private static final Logger LOG = System.getLogger(DurableFiles.class.getName());

  private static final Pattern TEMPORARY_NAME =
      Pattern.compile(Pattern.quote(TEMPORARY) + "[0-9]+-[0-9a-f]+");

  private DurableFiles() {}

  /** Gives the bytes of a file. */
  @FunctionalInterface
  public interface Content {
    /** Writes all bytes, from the first one on, each time when it is called. */
    void writeTo(FileChannel file) throws IOException;
  }

  /**
   * Replaces or creates a file with these bytes.
   *
   * @throws NoSpaceException when the file system is full
   * @throws ReadOnlyException when it is read-only
   */
  public static void write(Path target, byte[] bytes) throws IOException {
    write(target, file -> writeAll(file, bytes), true);
  }

  /**
   * Replaces or creates a file with the bytes that its content gives. When the content fails, what
   * was there before is left as it was.
   *
   * @throws NoSpaceException when the file system is full
   * @throws ReadOnlyException when it is read-only
   */
  public static void write(Path target, Content content) throws IOException {
    write(target, content, true);
  }

  /**
   * Replaces or creates a file at once, without waiting for the disk: after a power cut it may be
   * the old one or damaged. For what can be had again, and is looked at when it is read.
   *
   * @throws NoSpaceException when the file system is full
   * @throws ReadOnlyException when it is read-only
   */
  public static void writeSoon(Path target, byte[] bytes) throws IOException {
    write(target, file -> writeAll(file, bytes), false);
  }

  private static void writeAll(FileChannel file, byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      file.write(buffer);
    }
  }

  private static void write(Path target, Content content, boolean durable) throws IOException {
    Path directory = parent(target);
    for (int attempt = 1; ; attempt++) {
      createDirectories(directory);
      try {
        writeIn(directory, target, content, durable);
        return;
      } catch (NoSuchFileException e) {
        // Whoever takes files away removes folders that are empty.
        if (attempt == ATTEMPTS || Files.isDirectory(directory)) {
          throw e;
        }
      }
    }
  }

  private static void writeIn(Path directory, Path target, Content content, boolean durable)
      throws IOException {
    Path temporary = temporaryIn(directory);
    try {
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        if (durable) {
          channel.force(true);
        }
      }
      move(temporary, target);
      if (durable) {
        syncDirectory(directory);
      }
    } catch (IOException e) {
      throw WriteFailures.of(e, target);
    } finally {
      drop(temporary);
    }
  }

  /** What cannot be deleted is left to the collector; why nothing was written matters more. */
  private static void drop(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot delete " + temporary, e);
    }
  }

  /** A name for a temporary file in a directory, which no other thread or process uses. */
  public static Path temporaryIn(Path directory) {
    return directory.resolve(
        TEMPORARY
            + ProcessHandle.current().pid()
            + "-"
            + Long.toHexString(ThreadLocalRandom.current().nextLong()));
  }

  /** Whether a file has the name of a temporary one, which somebody writes or left behind. */
  public static boolean isTemporary(Path file) {
    return TEMPORARY_NAME.matcher(String.valueOf(file.getFileName())).matches();
  }

  /**
   * Gives a finished and synced file its name, replacing what had it, and makes the name durable.
   */
  public static void publish(Path finished, Path target) throws IOException {
    move(finished, target);
    syncDirectory(parent(target));
  }

  /**
   * Renames a whole file in one step, replacing what had the name. To another file system it is
   * copied: beside its target first, and made durable there, so that the name appears last.
   */
  public static void move(Path finished, Path target) throws IOException {
    try {
      rename(finished, target);
    } catch (AtomicMoveNotSupportedException toAnotherFileSystem) {
      copy(finished, target);
    }
  }

  private static void rename(Path finished, Path target) throws IOException {
    Files.move(
        finished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void copy(Path finished, Path target) throws IOException {
    Path directory = parent(target);
    Path temporary = temporaryIn(directory);
    BasicFileAttributes copied = Files.readAttributes(finished, BasicFileAttributes.class);
    if (!copied.isRegularFile()) {
      // Some file systems let a directory be read as if it were an empty file.
      throw new FileSystemException(
          finished.toString(), target.toString(), "only files can be moved to another file system");
    }
    try {
      try (FileChannel from = FileChannel.open(finished, StandardOpenOption.READ);
          FileChannel to =
              FileChannel.open(
                  temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        for (long at = 0; at < from.size(); ) {
          at += from.transferTo(at, from.size() - at, to);
        }
        to.force(true);
      }
      try {
        rename(temporary, target);
      } catch (AtomicMoveNotSupportedException notHereEither) {
        Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
      }
      syncDirectory(directory);
    } finally {
      drop(temporary);
    }
    try {
      if (isSame(copied, Files.readAttributes(finished, BasicFileAttributes.class))) {
        Files.delete(finished);
      }
    } catch (NoSuchFileException somebodyElseTookIt) {
      LOG.log(Level.DEBUG, "gone after it was copied: {0}", finished);
    }
  }

  /** Whether nobody put another file in the place of one. */
  private static boolean isSame(BasicFileAttributes before, BasicFileAttributes now) {
    return Objects.equals(before.fileKey(), now.fileKey())
        && before.size() == now.size()
        && before.lastModifiedTime().equals(now.lastModifiedTime());
  }

  /**
   * Creates a directory with its parents, each made durable.
   *
   * @throws NoSpaceException when the file system is full
   * @throws ReadOnlyException when it is read-only
   */
  public static void createDirectories(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    Path parent = directory.toAbsolutePath().getParent();
    if (parent != null) {
      createDirectories(parent);
      try {
        Files.createDirectories(directory);
      } catch (IOException e) {
        throw WriteFailures.of(e, directory);
      }
      syncDirectory(parent);
    }
  }

  /**
   * Makes the names in a directory durable, where the file system can.
   *
   * @throws IOException when the disk fails
   */
  public static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      if (ReadFailures.isOfTheDisk(e)) {
        throw e;
      }
      LOG.log(Level.DEBUG, "cannot sync the directory " + directory, e);
    }
  }

  private static Path parent(Path target) throws IOException {
    Path parent = target.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IOException("'" + target + "' is no place for a file");
    }
    return parent;
  }
}
