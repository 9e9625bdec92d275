package dev.airlock.store;

import dev.airlock.digest.Algorithm;
import dev.airlock.digest.Digest;
import dev.airlock.digest.Hasher;
import dev.airlock.digest.Sha256;
import dev.airlock.files.DurableFiles;
import dev.airlock.files.ReadFailures;
import dev.airlock.files.WriteFailures;
import dev.airlock.store.DiskBlobStore.LockAnswer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.SeekableByteChannel;
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
 * A draft as a file {@code partial/NAME.part}, with a {@link PartNote} beside it. Whoever holds the
 * lock on that name goes on with it; anybody else, in this process or another, writes a draft of
 * its own that is thrown away when it is closed. So the lock saves work and is not needed to be
 * right: bytes that another run wrote are hashed again before they become part of a blob.
 */
final class DiskDraft implements Draft {
  private static final int BUFFER = 1 << 17;

  /** How many bytes are written between two notes; a killed process loses so many at most. */
  private static final long BETWEEN_NOTES = 8 << 20;

  private static final int LOCK_ATTEMPTS = 5;
  private static final Duration LOCK_PAUSE = Duration.ofMillis(2);

  private final DiskBlobStore store;
  private final Path file;
  private final Path noteFile;
  private final @Nullable FileLock lock;
  private final Sha256 name;
  private FileChannel channel;
  private Hasher hasher = new Hasher();
  private boolean allHashed;
  private boolean keepsNotes;
  private long length;
  private long noted;
  private Optional<String> validator;
  private boolean committed;
  private volatile @Nullable Path blob;

  private DiskDraft(DiskBlobStore store, Sha256 name, Path file, @Nullable FileLock lock)
      throws IOException {
    this.store = store;
    this.name = name;
    this.file = file;
    this.noteFile = PartNote.of(file);
    this.lock = lock;
    this.channel = openFile(file);
    try {
      this.length = channel.size();
      this.allHashed = length == 0;
      if (length == 0) {
        // What a killed process left there is of other bytes.
        Files.deleteIfExists(noteFile);
      }
      this.validator = PartNote.read(noteFile).map(PartNote::validator);
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
        case LockAnswer.Ours(FileLock lock) -> {
          return lock;
        }
        case LockAnswer.Theirs() -> LockSupport.parkNanos(LOCK_PAUSE.toNanos());
        case LockAnswer.NotKnown() -> {
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

  private static FileChannel openFile(Path file) throws IOException {
    try {
      return FileChannel.open(
          file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw WriteFailures.of(e, file);
    }
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public void keepNotes() throws IOException {
    requireUncommitted();
    keepsNotes = true;
    if (length == 0) {
      return;
    }
    Optional<PartNote.First> first = PartNote.read(noteFile).flatMap(PartNote::first);
    if (first.isPresent() && isProven(first.get())) {
      length = first.get().length();
      noted = length;
      channel.truncate(length);
      channel.position(length);
    } else {
      restart();
    }
  }

  /** Whether the first bytes are still those that a note tells of; they are hashed then. */
  private boolean isProven(PartNote.First first) throws IOException {
    var hashed = new Hasher();
    try {
      hash(hashed, first.length());
    } catch (IOException e) {
      if (ReadFailures.isOfTheFile(e)) {
        return false;
      }
      throw e;
    }
    boolean proven = hashed.count() == first.length() && hashed.sha256().equals(first.sha256());
    if (proven) {
      hasher = hashed;
      allHashed = true;
    }
    return proven;
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
    noted = 0;
    if (newValidator.isPresent()) {
      new PartNote(newValidator.get(), Optional.empty()).write(noteFile);
    } else {
      Files.deleteIfExists(noteFile);
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
    allHashed = true;
    validator = Optional.empty();
    noted = 0;
    Files.deleteIfExists(noteFile);
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
    if (length - noted >= BETWEEN_NOTES) {
      note();
    }
  }

  /** Notes what is there, for a later run. That saves work only: what fails is let be. */
  private void note() {
    if (keepsNotes && lock != null && validator.isPresent() && length > noted && allHashed) {
      try {
        var first = new PartNote.First(length, hasher.sha256());
        new PartNote(validator.get(), Optional.of(first)).write(noteFile);
        noted = length;
      } catch (IOException e) {
        System.getLogger(DiskDraft.class.getName())
            .log(System.Logger.Level.DEBUG, "cannot note how far a transfer is", e);
      }
    }
  }

  @Override
  public Blob commit(Expectation expectation) throws IOException, CorruptContentException {
    requireUncommitted();
    Hasher verified = verify(expectation);
    Sha256 digest = verified.sha256();
    Path target = store.file(digest);
    try {
      channel.force(true);
      // As a blob it is new, however old the part is.
      Trash.touch(file);
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
    Files.deleteIfExists(noteFile);
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
    Hasher verified = allHashed && algorithm == Algorithm.SHA256 ? hasher : rehashed(algorithm);
    Digest actual = verified.digest(algorithm);
    if (expectation.digest().isPresent() && !expectation.digest().get().equals(actual)) {
      throw refused("expected " + expectation.digest().get() + " and got " + actual);
    }
    return verified;
  }

  /** The hash of what the file has; bytes of an earlier run may be damaged by now. */
  private Hasher rehashed(Algorithm algorithm) throws IOException {
    try {
      return hash(new Hasher(algorithm), Long.MAX_VALUE);
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

  /** Hashes the first bytes of the file, or all where there are not so many. */
  private Hasher hash(Hasher into, long most) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    while (into.count() < most) {
      buffer.clear().limit((int) Math.min(BUFFER, most - into.count()));
      int read = channel.read(buffer, into.count());
      if (read < 0) {
        break;
      }
      into.update(buffer.array(), 0, read);
    }
    return into;
  }

  @Override
  public void close() throws IOException {
    try (FileChannel _ = channel) {
      if (!committed && (lock == null || length == 0)) {
        Files.deleteIfExists(file);
        Files.deleteIfExists(noteFile);
      } else if (!committed) {
        note();
      }
    } finally {
      if (lock != null && lock.isValid()) {
        lock.release();
      }
    }
  }
}
