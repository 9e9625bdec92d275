package dev.airlock.store;

import dev.airlock.digest.Sha256;
import dev.airlock.files.DurableFiles;
import dev.airlock.files.NoSpaceException;
import dev.airlock.files.ReadFailures;
import dev.airlock.files.Trees;
import dev.airlock.files.WriteFailures;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Blobs as files below {@code blobs/sha256/ab/}, drafts below {@code partial/}. */
final class DiskBlobStore implements BlobStore, Closeable {
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern PART = Pattern.compile("([0-9a-f]{64})\\.part(\\.validator)?");

  /** How often it is looked whether somebody still writes a part. */
  private static final Duration LOOK = Duration.ofMillis(50);

  /** How often a blob is looked for that others take away and bring back at the same time. */
  private static final int LOOKS = 3;

  private final Path blobs;
  private final Path partials;
  private final Path quarantine;
  private final Trash trash;
  private final boolean restores;
  private @Nullable FileChannel locks;

  /**
   * The blobs of a store.
   *
   * @param restores whether blobs that are asked for and lie in the trash are put back; else they
   *     are read where they lie
   */
  DiskBlobStore(Path root, Trash trash, boolean restores) {
    this.trash = trash;
    this.restores = restores;
    this.blobs = root.resolve("blobs").resolve("sha256");
    this.partials = root.resolve("partial");
    this.quarantine = root.resolve("quarantine");
  }

  @Override
  public Optional<Blob> find(Sha256 digest) throws IOException {
    return find(digest, false);
  }

  /**
   * Finds a blob, in the trash too.
   *
   * @param only whether only one counts that is where blobs belong, so that nobody who saw it in
   *     the trash can delete it any more
   */
  private Optional<Blob> find(Sha256 digest, boolean only) throws IOException {
    Path file = file(digest);
    Optional<Blob> blob = at(file, digest);
    for (int look = 1; blob.isEmpty() && look <= LOOKS; look++) {
      boolean last = trash.isEmpty();
      blob = fromTrash(digest, file, only);
      if (blob.isEmpty()) {
        // Somebody else may have brought it back between the two looks.
        blob = at(file, digest);
      }
      if (last) {
        break;
      }
    }
    return blob;
  }

  private Optional<Blob> fromTrash(Sha256 digest, Path file, boolean only) throws IOException {
    if (restores || only) {
      try {
        return trash.restore(digest.hex(), file) ? at(file, digest) : Optional.empty();
      } catch (IOException cannotBeWritten) {
        IOException failure = WriteFailures.of(cannotBeWritten, file);
        if (only || failure instanceof NoSpaceException) {
          throw failure;
        }
      }
    }
    return inTrash(digest);
  }

  private Optional<Blob> inTrash(Sha256 digest) throws IOException {
    Optional<Path> file = trash.find(digest.hex());
    return file.isPresent() ? at(file.get(), digest) : Optional.empty();
  }

  private Optional<Blob> at(Path file, Sha256 digest) throws IOException {
    // To open a pipe or a device may take for ever.
    return attributes(file)
        .filter(attributes -> !attributes.isOther())
        .map(attributes -> new FileBlob(digest, file, attributes.size()));
  }

  /** What is known of a file without opening it. One of which not even that can be told is none. */
  private static Optional<BasicFileAttributes> attributes(Path file) throws IOException {
    try {
      return Optional.of(Files.readAttributes(file, BasicFileAttributes.class));
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    } catch (IOException e) {
      if (ReadFailures.isOfTheFile(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public Optional<Blob> reuse(Sha256 digest) throws IOException {
    if (find(digest, true).isPresent()) {
      try {
        Trash.touch(file(digest));
      } catch (NoSuchFileException takenMeanwhile) {
        // it is brought back as if it were new
      }
    }
    return find(digest, true);
  }

  @Override
  public Optional<Blob> named(Sha256 digest) throws IOException {
    return find(digest, true);
  }

  @Override
  public Draft draft(Sha256 name) throws IOException {
    return DiskDraft.open(partials, name, this);
  }

  @Override
  public boolean awaitWriter(Sha256 name, Duration patience, Runnable waits) throws IOException {
    if (!isWritten(name)) {
      return false;
    }
    waits.run();
    long seen = System.nanoTime();
    long before = begun(name).length();
    do {
      try {
        Thread.sleep(LOOK);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while somebody else fetches a file");
      }
      long length = begun(name).length();
      if (length != before) {
        before = length;
        seen = System.nanoTime();
      } else if (System.nanoTime() - seen > patience.toNanos()) {
        return false;
      }
    } while (isWritten(name));
    return true;
  }

  private boolean isWritten(Sha256 name) throws IOException {
    return switch (lock(name)) {
      case LockAnswer.Ours(FileLock lock) -> {
        lock.release();
        yield false;
      }
      case LockAnswer.Theirs() -> true;
      case LockAnswer.NotKnown() -> false;
    };
  }

  @Override
  public Begun begun(Sha256 name) throws IOException {
    Path part = DiskDraft.file(partials, name);
    Optional<BasicFileAttributes> attributes = attributes(part);
    if (attributes.isEmpty() || attributes.get().size() == 0) {
      return Begun.NOTHING;
    }
    long length = attributes.get().size();
    Optional<PartNote> note = PartNote.read(PartNote.of(part));
    long noted = note.flatMap(PartNote::first).map(PartNote.First::length).orElse(0L);
    return new Begun(length, noted > length ? 0 : noted, note.map(PartNote::validator));
  }

  @Override
  public List<Sha256> list() throws IOException {
    var digests = new ArrayList<Sha256>();
    for (Path folder : Trees.children(blobs)) {
      for (Path file : Trees.children(folder)) {
        String name = file.getFileName().toString();
        if (HEX.matcher(name).matches()) {
          digests.add(new Sha256(name));
        }
      }
    }
    return digests;
  }

  @Override
  public List<Sha256> newestFirst() throws IOException {
    record Written(Sha256 digest, Instant time) {}

    var all = new ArrayList<Written>();
    each((digest, _, written) -> all.add(new Written(digest, written)));
    return all.stream()
        .sorted(Comparator.comparing(Written::time).reversed())
        .map(Written::digest)
        .toList();
  }

  void each(Store.BlobVisitor visitor) throws IOException {
    for (Path folder : Trees.children(blobs)) {
      for (Path file : Trees.children(folder)) {
        String name = file.getFileName().toString();
        if (HEX.matcher(name).matches()) {
          Optional<BasicFileAttributes> found = attributes(file);
          if (found.isPresent()) {
            Instant written = found.get().lastModifiedTime().toInstant();
            visitor.visit(new Sha256(name), found.get().size(), written);
          }
        }
      }
    }
  }

  OptionalLong discard(Sha256 digest, Trash.Bag bag, Instant before) throws IOException {
    Path file = file(digest);
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      boolean taken =
          attributes.lastModifiedTime().toInstant().isBefore(before)
              && bag.take(file, digest.hex());
      return taken ? OptionalLong.of(attributes.size()) : OptionalLong.empty();
    } catch (NoSuchFileException gone) {
      return OptionalLong.empty();
    }
  }

  List<Long> leftovers(Instant before, boolean deletes) throws IOException {
    var leftovers = new ArrayList<Long>();
    for (Path file : Trees.children(partials)) {
      Matcher part = PART.matcher(file.getFileName().toString());
      if (part.matches() && !hasPart(file, part)) {
        leftover(file, new Sha256(part.group(1)), before, deletes).ifPresent(leftovers::add);
      }
    }
    for (Path folder : Trees.children(blobs)) {
      // Where blobs are on another disk they are copied there, and whoever did it may be dead.
      leftovers.addAll(Trash.temporaries(folder, before, deletes));
    }
    return leftovers;
  }

  /** Whether it is a note that is deleted with its part. */
  private static boolean hasPart(Path file, Matcher part) {
    return part.group(2) != null && Files.exists(file.resolveSibling(part.group(1) + ".part"));
  }

  private Optional<Long> leftover(Path file, Sha256 name, Instant before, boolean deletes)
      throws IOException {
    try {
      if (!isBefore(file, before)) {
        return Optional.empty();
      }
      return switch (lock(name)) {
        case LockAnswer.Theirs() -> Optional.empty();
        case LockAnswer.NotKnown() -> deleted(file, deletes);
        case LockAnswer.Ours(FileLock lock) -> {
          try {
            // Before the lock was ours, somebody may have gone on with it.
            yield isBefore(file, before) ? deleted(file, deletes) : Optional.empty();
          } finally {
            lock.release();
          }
        }
      };
    } catch (NoSuchFileException finished) {
      return Optional.empty();
    }
  }

  private static boolean isBefore(Path file, Instant time) throws IOException {
    return Files.getLastModifiedTime(file).toInstant().isBefore(time);
  }

  private static Optional<Long> deleted(Path file, boolean deletes) throws IOException {
    long bytes = Files.size(file);
    if (deletes) {
      Files.delete(file);
      Files.deleteIfExists(PartNote.of(file));
    }
    return Optional.of(bytes);
  }

  /**
   * Takes the lock on a draft's name: one byte of the file {@code partial/locks}. The file stays
   * open, because closing it anywhere in a process gives up every lock that the process has on it.
   */
  synchronized LockAnswer lock(Sha256 name) {
    try {
      if (locks == null) {
        locks =
            FileChannel.open(
                partials.resolve("locks"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      }
      long position = Long.parseUnsignedLong(name.hex().substring(0, 15), 16);
      FileLock lock = locks.tryLock(position, 1, false);
      return lock == null ? new LockAnswer.Theirs() : new LockAnswer.Ours(lock);
    } catch (OverlappingFileLockException heldInThisProcess) {
      return new LockAnswer.Theirs();
    } catch (IOException notSupported) {
      return new LockAnswer.NotKnown();
    }
  }

  /** What came of asking for the lock on a draft's name. */
  sealed interface LockAnswer {
    /** It is ours, until it is released. */
    record Ours(FileLock lock) implements LockAnswer {}

    /** Somebody else has it. */
    record Theirs() implements LockAnswer {}

    /** The file system knows no locks, or nothing may be written. */
    record NotKnown() implements LockAnswer {}
  }

  @Override
  public void quarantine(Blob blob, String reason) throws IOException {
    Path file = file(blob.digest());
    Optional<Blob> there = at(file, blob.digest());
    try {
      if (there.isEmpty() || !there.get().identity().equals(blob.identity())) {
        return;
      }
      setAside(file, blob.digest(), reason);
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
    } catch (IOException goneOrUnreadable) {
      return false;
    }
  }

  /**
   * Puts bytes aside that were not what they should have been, with the reason beside them, where
   * there is room for it. Of each name the last ones are kept.
   */
  void setAside(Path file, Sha256 name, String reason) throws IOException {
    DurableFiles.createDirectories(quarantine);
    Path aside = quarantine.resolve(name.hex());
    if (Files.isDirectory(aside, LinkOption.NOFOLLOW_LINKS)) {
      // Nothing can be renamed over it.
      Trees.delete(aside);
    }
    try {
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
    } catch (NoSuchFileException somebodyElseDid) {
      return;
    }
    Path note = quarantine.resolve(name.hex() + ".txt");
    try {
      DurableFiles.writeSoon(note, (reason + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (NoSpaceException full) {
      // The reason of other bytes, which lay here before, is none of these.
      Files.deleteIfExists(note);
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

  /** A blob that is a file. */
  private final class FileBlob implements Blob {
    private final Sha256 digest;
    private final Path file;
    private final long size;
    private @Nullable Object identity;

    FileBlob(Sha256 digest, Path file, long size) {
      this.digest = digest;
      this.file = file;
      this.size = size;
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
        identity = identityNow();
      }
      return identity;
    }

    @Override
    public Instant written() throws IOException {
      return Files.getLastModifiedTime(file).toInstant();
    }

    private Object identityNow() throws IOException {
      try {
        return FileIdentity.of(file);
      } catch (NoSuchFileException moved) {
        return FileIdentity.of(again(moved));
      }
    }

    @Override
    public SeekableByteChannel open() throws IOException {
      try {
        return FileChannel.open(file, StandardOpenOption.READ);
      } catch (NoSuchFileException moved) {
        return FileChannel.open(again(moved), StandardOpenOption.READ);
      }
    }

    /** Where it is by now: somebody took it away since it was found, or brought it back. */
    private Path again(NoSuchFileException moved) throws IOException {
      Optional<Blob> again = find(digest);
      if (again.isEmpty()) {
        throw moved;
      }
      return ((FileBlob) again.get()).file;
    }
  }
}
