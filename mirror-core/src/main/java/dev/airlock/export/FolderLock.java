package dev.airlock.export;

import dev.airlock.files.WriteFailures;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.UUID;

/**
 * The right to export into a folder, which one process has at a time: a lock on a file that is gone
 * afterwards. One that a killed process left is no obstacle.
 */
final class FolderLock implements Closeable {
  /** The name of the file. */
  static final String NAME = ".airlock-export.lock";

  private final Path file;
  private final FileChannel channel;

  private FolderLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Takes the lock of a folder.
   *
   * @throws ExportException when somebody else has it
   */
  static FolderLock take(Path folder) throws IOException {
    Path file = folder.resolve(NAME);
    while (true) {
      FileChannel channel = open(file);
      try {
        if (!isLocked(folder, channel)) {
          throw new ExportException(
              "another `airlock export` is writing into '" + folder + "': run this one after it");
        }
        if (isAt(file, channel)) {
          return new FolderLock(file, channel);
        }
      } catch (IOException e) {
        channel.close();
        throw e;
      }
      // Whoever had it before deleted the file after it was opened here.
      channel.close();
    }
  }

  private static FileChannel open(Path file) throws IOException {
    try {
      return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw WriteFailures.of(e, file);
    }
  }

  private static boolean isLocked(Path folder, FileChannel channel) throws ExportException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException thisProcess) {
      return false;
    } catch (IOException e) {
      throw new ExportException(
          "the file system of '%s' has no locks (%s): export into another folder, and copy that"
              .formatted(folder, e.getMessage()),
          e);
    }
  }

  /** Whether the file of this name is still the one that is open. */
  private static boolean isAt(Path file, FileChannel channel) throws IOException {
    byte[] token = UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);
    channel.truncate(0);
    channel.write(ByteBuffer.wrap(token), 0);
    try {
      return Arrays.equals(Files.readAllBytes(file), token);
    } catch (NoSuchFileException deleted) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      Files.deleteIfExists(file);
    }
  }
}
