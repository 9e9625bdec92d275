package dev.airlock.store;

import dev.airlock.digest.Sha256;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Blobs as files below {@code blobs/sha256/ab/}, drafts below {@code partial/}. */
final class DiskBlobStore implements BlobStore, Closeable {
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

  private final Path blobs;
  private final Path partials;
  private @Nullable FileChannel locks;

  DiskBlobStore(Path root) {
    this.blobs = root.resolve("blobs").resolve("sha256");
    this.partials = root.resolve("partial");
  }

  @Override
  public Optional<Blob> find(Sha256 digest) throws IOException {
    Path file = file(digest);
    try {
      return Optional.of(new FileBlob(digest, Files.size(file), file));
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    }
  }

  @Override
  public Draft draft(Sha256 name) throws IOException {
    return DiskDraft.open(partials, name, this);
  }

  @Override
  public long begun(Sha256 name) throws IOException {
    try {
      return Files.size(DiskDraft.file(partials, name));
    } catch (NoSuchFileException none) {
      return 0;
    }
  }

  @Override
  public List<Sha256> list() throws IOException {
    if (!Files.isDirectory(blobs)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(blobs, 2)) {
      return files
          .map(path -> path.getFileName().toString())
          .filter(name -> HEX.matcher(name).matches())
          .sorted()
          .map(Sha256::new)
          .toList();
    }
  }

  /**
   * Takes the lock on a draft's name: one byte of the file {@code partial/locks}. The file stays
   * open, because closing it anywhere in a process gives up every lock that the process has on it.
   *
   * @return null when somebody else has it, or the file system knows no locks
   */
  synchronized @Nullable FileLock lock(Sha256 name) {
    try {
      if (locks == null) {
        locks =
            FileChannel.open(
                partials.resolve("locks"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      }
      long position = Long.parseUnsignedLong(name.hex().substring(0, 15), 16);
      return locks.tryLock(position, 1, false);
    } catch (OverlappingFileLockException | IOException heldOrNotSupported) {
      return null;
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (locks != null) {
      locks.close();
      locks = null;
    }
  }

  Path file(Sha256 digest) {
    return blobs.resolve(digest.hex().substring(0, 2)).resolve(digest.hex());
  }

  private record FileBlob(Sha256 digest, long size, Path file) implements Blob {
    @Override
    public SeekableByteChannel open() throws IOException {
      return FileChannel.open(file, StandardOpenOption.READ);
    }
  }
}
