package dev.airlock.store;

import dev.airlock.digest.Sha256;
import dev.airlock.files.DurableFiles;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
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
  private final Path quarantine;
  private @Nullable FileChannel locks;

  DiskBlobStore(Path root) {
    this.blobs = root.resolve("blobs").resolve("sha256");
    this.partials = root.resolve("partial");
    this.quarantine = root.resolve("quarantine");
  }

  @Override
  public Optional<Blob> find(Sha256 digest) throws IOException {
    Path file = file(digest);
    try {
      return Optional.of(new FileBlob(digest, file));
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    }
  }

  @Override
  public Draft draft(Sha256 name) throws IOException {
    return DiskDraft.open(partials, name, this);
  }

  @Override
  public Optional<OtherDraft> writtenElsewhere(Sha256 name) {
    var other = new OtherDiskDraft(name);
    return other.isWritten() ? Optional.of(other) : Optional.empty();
  }

  /** A part whose lock somebody else has. */
  private final class OtherDiskDraft implements OtherDraft {
    private final Sha256 name;
    private final Path file;

    OtherDiskDraft(Sha256 name) {
      this.name = name;
      this.file = DiskDraft.file(partials, name);
    }

    @Override
    public Progress progress() throws IOException {
      return progress(file);
    }

    private static Progress progress(Path of) throws IOException {
      try {
        BasicFileAttributes attributes = Files.readAttributes(of, BasicFileAttributes.class);
        Object key = attributes.fileKey();
        return new Progress(
            attributes.size(), key == null ? attributes.creationTime().toMillis() : key);
      } catch (NoSuchFileException notYetOrNoMore) {
        return Progress.NOTHING;
      }
    }

    @Override
    public boolean became(Blob blob, Progress last) throws IOException {
      return progress(DiskBlobStore.this.file(blob.digest())).beginning().equals(last.beginning());
    }

    @Override
    public boolean isWritten() {
      try {
        return switch (lock(name)) {
          case Claim.Ours(FileLock lock) -> {
            lock.release();
            yield false;
          }
          case Claim.Theirs() -> true;
          case Claim.NotKnown() -> false;
        };
      } catch (IOException cannotTell) {
        return false;
      }
    }

    @Override
    public SeekableByteChannel reader() throws IOException {
      return FileChannel.open(file, StandardOpenOption.READ);
    }
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

  @Override
  public List<Sha256> newestFirst() throws IOException {
    record Written(Sha256 digest, long millis) {}

    var all = new ArrayList<Written>();
    for (Sha256 digest : list()) {
      try {
        all.add(new Written(digest, Files.getLastModifiedTime(file(digest)).toMillis()));
      } catch (NoSuchFileException goneMeanwhile) {
        // It is not held any more.
      }
    }
    return all.stream()
        .sorted(Comparator.comparingLong(Written::millis).reversed())
        .map(Written::digest)
        .toList();
  }

  /**
   * Takes the lock on a draft's name: one byte of the file {@code partial/locks}. The file stays
   * open, because closing it anywhere in a process gives up every lock that the process has on it.
   */
  synchronized Claim lock(Sha256 name) {
    try {
      if (locks == null) {
        locks =
            FileChannel.open(
                partials.resolve("locks"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      }
      long position = Long.parseUnsignedLong(name.hex().substring(0, 15), 16);
      FileLock lock = locks.tryLock(position, 1, false);
      return lock == null ? new Claim.Theirs() : new Claim.Ours(lock);
    } catch (OverlappingFileLockException heldInThisProcess) {
      return new Claim.Theirs();
    } catch (IOException notSupported) {
      return new Claim.NotKnown();
    }
  }

  /** What came of asking for the lock on a draft's name. */
  sealed interface Claim {
    /** It is ours, until it is released. */
    record Ours(FileLock lock) implements Claim {}

    /** Somebody else has it. */
    record Theirs() implements Claim {}

    /** The file system knows no locks, or nothing may be written. */
    record NotKnown() implements Claim {}
  }

  @Override
  public void quarantine(Blob blob, String reason) throws IOException {
    Path file = file(blob.digest());
    try {
      if (new FileBlob(blob.digest(), file).identity().equals(blob.identity())) {
        setAside(file, blob.digest(), reason);
      }
    } catch (NoSuchFileException somebodyElseDid) {
      return;
    }
    Path aside = quarantine.resolve(blob.digest().hex());
    // Between the look and the move somebody may have put sound bytes in their place.
    if (!Files.exists(file) && isSound(aside, blob.digest())) {
      DurableFiles.publish(aside, file);
    }
  }

  private static boolean isSound(Path file, Sha256 digest) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Sha256.of(in).equals(digest);
    } catch (NoSuchFileException gone) {
      return false;
    }
  }

  /**
   * Puts bytes aside that were not what they should have been, with the reason beside them. Of each
   * name the last ones are kept.
   */
  void setAside(Path file, Sha256 name, String reason) throws IOException {
    DurableFiles.createDirectories(quarantine);
    try {
      Files.move(file, quarantine.resolve(name.hex()), StandardCopyOption.REPLACE_EXISTING);
    } catch (NoSuchFileException somebodyElseDid) {
      return;
    }
    DurableFiles.writeSoon(
        quarantine.resolve(name.hex() + ".txt"), (reason + "\n").getBytes(StandardCharsets.UTF_8));
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

  /** A blob that is a file. */
  private static final class FileBlob implements Blob {
    private final Sha256 digest;
    private final Path file;
    private final long size;
    private @Nullable Object identity;

    FileBlob(Sha256 digest, Path file) throws IOException {
      this.digest = digest;
      this.file = file;
      this.size = Files.size(file);
    }

    @Override
    public Sha256 digest() {
      return digest;
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public synchronized Object identity() throws IOException {
      if (identity == null) {
        identity = FileIdentity.of(file);
      }
      return identity;
    }

    @Override
    public Instant written() throws IOException {
      return Files.getLastModifiedTime(file).toInstant();
    }

    @Override
    public SeekableByteChannel open() throws IOException {
      return FileChannel.open(file, StandardOpenOption.READ);
    }
  }
}
