package dev.airlock.store;

import dev.airlock.digest.Algorithm;
import dev.airlock.digest.Digest;
import dev.airlock.digest.Hasher;
import dev.airlock.digest.Sha256;
import dev.airlock.files.DurableFiles;
import dev.airlock.files.ReadFailures;
import dev.airlock.files.WriteFailures;
import dev.airlock.store.DiskBlobStore.Claim;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A draft as a file {@code partial/NAME.part}, with the upstream's validator beside it. Whoever
 * holds the lock on that name goes on with it; anybody else, in this process or another, writes a
 * draft of its own that is thrown away when it is closed. So the lock saves work and is not needed
 * to be right: bytes that another run wrote are hashed again before they become part of a blob.
 */
final class DiskDraft implements Draft {
  private static final int BUFFER = 1 << 17;
  private static final int LOCK_ATTEMPTS = 5;
  private static final Duration LOCK_PAUSE = Duration.ofMillis(2);

  private final DiskBlobStore store;
  private final Path file;
  private final Path validatorFile;
  private final @Nullable FileLock lock;
  private final Sha256 name;
  private FileChannel channel;
  private Hasher hasher = new Hasher();
  private boolean allWrittenHere;
  private long length;
  private Optional<String> validator;
  private boolean committed;
  private volatile @Nullable Path blob;

  private DiskDraft(DiskBlobStore store, Sha256 name, Path file, @Nullable FileLock lock)
      throws IOException {
    this.store = store;
    this.name = name;
    this.file = file;
    this.validatorFile = validator(file);
    this.lock = lock;
    this.channel = openFile(file);
    try {
      this.length = channel.size();
      this.allWrittenHere = length == 0;
      this.validator = length == 0 ? Optional.empty() : readValidator();
      channel.position(length);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  static DiskDraft open(Path directory, Sha256 name, DiskBlobStore store) throws IOException {
    DurableFiles.createDirectories(directory);
    FileLock lock = lock(name, store);
    if (lock == null) {
      return temporary(directory, name, store);
    }
    try {
      return new DiskDraft(store, name, file(directory, name), lock);
    } catch (IOException e) {
      // Else nobody could write it as long as this process runs.
      lock.release();
      if (ReadFailures.isOfTheFile(e)) {
        return temporary(directory, name, store);
      }
      throw e;
    }
  }

  private static DiskDraft temporary(Path directory, Sha256 name, DiskBlobStore store)
      throws IOException {
    return new DiskDraft(store, name, DurableFiles.temporaryIn(directory), null);
  }

  /** Asks more than once: somebody may have the lock for no longer than it takes to look at it. */
  private static @Nullable FileLock lock(Sha256 name, DiskBlobStore store) {
    for (int attempt = 1; attempt <= LOCK_ATTEMPTS; attempt++) {
      switch (store.lock(name)) {
        case Claim.Ours(FileLock lock) -> {
          return lock;
        }
        case Claim.Theirs() -> LockSupport.parkNanos(LOCK_PAUSE.toNanos());
        case Claim.NotKnown() -> {
          return null;
        }
      }
    }
    return null;
  }

  /** Where the draft of a name is kept between runs. */
  static Path file(Path directory, Sha256 name) {
    return directory.resolve(name.hex() + ".part");
  }

  /** Where the validator of a draft is kept. */
  static Path validator(Path file) {
    return file.resolveSibling(file.getFileName() + ".validator");
  }

  private static FileChannel openFile(Path file) throws IOException {
    try {
      return FileChannel.open(
          file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw WriteFailures.of(e, file);
    }
  }

  /** What cannot be read is none: then the transfer begins afresh. */
  private Optional<String> readValidator() throws IOException {
    try {
      return Optional.of(Files.readString(validatorFile)).filter(text -> !text.isBlank());
    } catch (NoSuchFileException | AccessDeniedException | CharacterCodingException none) {
      return Optional.empty();
    } catch (IOException e) {
      if (ReadFailures.isOfTheFile(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public boolean continues(OtherDraft.Progress last) throws IOException {
    return length >= last.length()
        && DiskBlobStore.progress(file).beginning().equals(last.beginning());
  }

  @Override
  public Optional<String> validator() {
    return validator;
  }

  @Override
  public void validator(Optional<String> newValidator) throws IOException {
    requireUncommitted();
    if (newValidator.equals(validator)) {
      return;
    }
    validator = newValidator;
    if (newValidator.isPresent()) {
      DurableFiles.write(validatorFile, newValidator.get().getBytes(StandardCharsets.UTF_8));
    } else {
      Files.deleteIfExists(validatorFile);
    }
  }

  @Override
  public void restart() throws IOException {
    requireUncommitted();
    Files.deleteIfExists(file);
    beginAfresh();
  }

  /** In a new file, so that whoever reads the old one never gets bytes of both. */
  private void beginAfresh() throws IOException {
    FileChannel old = channel;
    channel = openFile(file);
    old.close();
    length = 0;
    hasher = new Hasher();
    allWrittenHere = true;
    validator(Optional.empty());
  }

  @Override
  public SeekableByteChannel reader() throws IOException {
    try {
      return FileChannel.open(file, StandardOpenOption.READ);
    } catch (NoSuchFileException renamed) {
      Path committedAs = blob;
      if (committedAs == null) {
        throw renamed;
      }
      return FileChannel.open(committedAs, StandardOpenOption.READ);
    }
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    requireUncommitted();
    ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, count);
    try {
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    } catch (IOException e) {
      throw WriteFailures.of(e, file);
    }
    hasher.update(bytes, offset, count);
    length += count;
  }

  @Override
  public Blob commit(Expectation expectation) throws IOException, CorruptContentException {
    requireUncommitted();
    Hasher verified = verify(expectation);
    Sha256 digest = verified.sha256();
    Path target = store.file(digest);
    try {
      channel.force(true);
      if (!allWrittenHere) {
        // As a blob it is new, however old the part is.
        Trash.touch(file);
      }
      DurableFiles.createDirectories(Objects.requireNonNull(target.getParent()));
      if (Files.isDirectory(target)) {
        // Nothing can be renamed over it.
        store.setAside(target, digest, "it is a directory");
      }
      blob = target;
      DurableFiles.publish(file, target);
    } catch (IOException e) {
      throw WriteFailures.of(e, target);
    }
    committed = true;
    Files.deleteIfExists(validatorFile);
    return store
        .find(digest)
        .orElseThrow(
            () -> new NoSuchFileException(target.toString(), null, "it was collected meanwhile"));
  }

  /** The file has become a blob: to write to it now would change a blob. */
  private void requireUncommitted() {
    if (committed) {
      throw new IllegalStateException("this draft was committed, and is a blob now");
    }
  }

  private Hasher verify(Expectation expectation) throws IOException {
    if (expectation.size().isPresent() && expectation.size().getAsLong() != length) {
      throw refused("expected " + expectation.size().getAsLong() + " bytes and got " + length);
    }
    Algorithm algorithm = expectation.digest().map(Digest::algorithm).orElse(Algorithm.SHA256);
    Hasher verified =
        allWrittenHere && algorithm == Algorithm.SHA256 ? hasher : rehashed(algorithm);
    Digest actual = verified.digest(algorithm);
    if (expectation.digest().isPresent() && !expectation.digest().get().equals(actual)) {
      throw refused("expected " + expectation.digest().get() + " and got " + actual);
    }
    return verified;
  }

  /** The hash of what the file has; bytes of an earlier run may be damaged by now. */
  private Hasher rehashed(Algorithm algorithm) throws IOException {
    try {
      return hashFile(new Hasher(algorithm));
    } catch (IOException e) {
      if (ReadFailures.isOfTheFile(e)) {
        throw refused(ReadFailures.reason(e));
      }
      throw e;
    }
  }

  private CorruptContentException refused(String reason) throws IOException {
    store.setAside(file, name, reason);
    beginAfresh();
    return new CorruptContentException(reason);
  }

  private Hasher hashFile(Hasher into) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    long position = 0;
    for (int read = channel.read(buffer, position);
        read >= 0;
        read = channel.read(buffer, position)) {
      into.update(buffer.array(), 0, read);
      position += read;
      buffer.clear();
    }
    return into;
  }

  @Override
  public void close() throws IOException {
    try (FileChannel _ = channel) {
      if (!committed && (lock == null || length == 0)) {
        Files.deleteIfExists(file);
        Files.deleteIfExists(validatorFile);
      }
    } finally {
      if (lock != null && lock.isValid()) {
        lock.release();
      }
    }
  }
}
