package dev.airlock.store;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.airlock.digest.Sha256;
import dev.airlock.files.DurableFiles;
import dev.airlock.files.NoSpaceException;
import dev.airlock.files.Trees;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A store on disk, as {@code docs/format.md} lays it out: a directory with a format marker, blobs,
 * and the documents of the catalogue.
 */
public final class Store implements Closeable {
  /** The format that this program reads and writes. */
  public static final int FORMAT = 3;

  /** The first format whose marker is sealed. */
  static final int FIRST_SEALED = 2;

  private static final String MARKER = "airlock-store.json";

  /** What the marker is written to first, as a second copy. */
  private static final String COPY = "airlock-store.copy.json";

  private final Path root;
  private final DiskBlobStore blobs;
  private final Reserve reserve;
  private final Trash trash;
  private final boolean restores;

  private Store(Path root, Reserve reserve, boolean restores) {
    this.root = root;
    this.reserve = reserve;
    this.trash = new Trash(root);
    this.restores = restores;
    this.blobs = new DiskBlobStore(root, trash, restores);
  }

  /**
   * Opens a store to read and write, and makes one where the directory is absent or empty.
   *
   * @throws StoreException when it is something else, or of another format
   */
  public static Store openOrCreate(Path root) throws IOException {
    return openOrCreate(root, Reserve.USUAL);
  }

  /**
   * Opens a store to read and write, and makes one where the directory is absent or empty.
   *
   * @param reserve how much of the disk is left free
   * @throws StoreException when it is something else, or of another format
   */
  public static Store openOrCreate(Path root, Reserve reserve) throws IOException {
    if (marker(root) instanceof Mark.Absent) {
      markAsCopied(root);
    }
    if (isToBeMade(root)) {
      DurableFiles.createDirectories(root);
      mark(root);
      BootRecord.begin(root);
    }
    Store store = open(root, reserve, true);
    store.keepMarkerCopy();
    try {
      store.trash.keepSpare();
    } catch (IOException e) {
      System.getLogger(Store.class.getName())
          .log(System.Logger.Level.DEBUG, "no spare directory for the trash", e);
    }
    return store;
  }

  /** The marker was lost, or whoever made the store was killed between its two writes. */
  private static void markAsCopied(Path root) throws IOException {
    switch (markerCopy(root)) {
      case Mark.Absent _ -> {
        // There is no store yet.
      }
      case Mark.Names(int format) -> {
        requireFormat(root, format);
        mark(root);
      }
      case Mark.Damaged _ ->
          throw new StoreException(damaged(root.resolve(MARKER), "it is missing"));
    }
  }

  /**
   * Writes the marker anew, its second copy first. For who has made sure that all else is of this
   * format, or will write it so.
   */
  public static void mark(Path root) throws IOException {
    markAs(root, FORMAT);
  }

  /** Writes the marker of a store of an older format anew, for who has made sure of the format. */
  public static void markAs(Path root, int format) throws IOException {
    if (format < FIRST_SEALED) {
      write(root, MARKER, "{\"format\":1}\n".getBytes(StandardCharsets.UTF_8));
    } else {
      write(root, COPY, sealedMarker(format));
      write(root, MARKER, sealedMarker(format));
    }
  }

  private static byte[] sealedMarker(int format) throws IOException {
    return Sealed.seal(JsonNodeFactory.instance.objectNode().put("format", format));
  }

  private static void write(Path root, String name, byte[] bytes) throws IOException {
    Path file = root.resolve(name);
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file)) {
      // Nothing can be renamed over a directory.
      putAside(root, file, name + ": it is no regular file");
    }
    DurableFiles.write(file, bytes);
  }

  /** Stores that were made before there was a second copy of the marker get one. */
  private void keepMarkerCopy() {
    try {
      if (markerCopy(root) instanceof Mark.Absent) {
        write(root, COPY, sealedMarker(FORMAT));
      }
    } catch (IOException e) {
      System.getLogger(Store.class.getName())
          .log(System.Logger.Level.DEBUG, "no second copy of the marker", e);
    }
  }

  /** Whether there is a store of this format that can be read. */
  public static boolean isReadable(Path root) {
    try (Store _ = open(root)) {
      return true;
    } catch (IOException notNow) {
      return false;
    }
  }

  /** Whether there is a store, of whatever format, or a damaged one. */
  public static boolean exists(Path root) {
    return Files.exists(root.resolve(MARKER), LinkOption.NOFOLLOW_LINKS);
  }

  /** What the marker says. */
  public static Mark marker(Path root) throws IOException {
    return Mark.read(root.resolve(MARKER), false);
  }

  /** What the second copy of the marker says. */
  public static Mark markerCopy(Path root) throws IOException {
    return Mark.read(root.resolve(COPY), true);
  }

  /**
   * Opens a store that is there. Nothing is written.
   *
   * @throws StoreException when there is none, or one of another format
   */
  public static Store open(Path root) throws IOException {
    return open(root, Reserve.USUAL, false);
  }

  /**
   * Opens a store that is there, to read and write.
   *
   * @throws StoreException when there is none, one of another format, or one that cannot be written
   */
  public static Store openToWrite(Path root, Reserve reserve) throws IOException {
    Store store = open(root, reserve, true);
    if (!store.isWritable()) {
      throw new StoreException(
          "the store in '"
              + root
              + "' cannot be written: its file system is read-only, or it is somebody else's");
    }
    store.keepMarkerCopy();
    return store;
  }

  /**
   * Opens a store that is there. Nothing is written.
   *
   * @param reserve how much of the disk is left free
   * @throws StoreException when there is none, or one of another format
   */
  public static Store open(Path root, Reserve reserve) throws IOException {
    return open(root, reserve, false);
  }

  private static Store open(Path root, Reserve reserve, boolean restores) throws IOException {
    requireFormat(root, format(root));
    return new Store(root, reserve, restores);
  }

  /**
   * Says so where this version does not work on a format.
   *
   * @throws StoreException when it is another one
   */
  public static void requireFormat(Path root, int format) throws StoreException {
    if (format < FORMAT) {
      throw new StoreException(
          "the store in '"
              + root
              + "' has the older format "
              + format
              + ": run `airlock migrate --store '"
              + root
              + "'`, which fetches nothing");
    }
    if (format > FORMAT) {
      throw new StoreException(
          "the store in '"
              + root
              + "' has the format "
              + format
              + "; this version of airlock reads format "
              + FORMAT
              + " only: use the version that wrote it");
    }
  }

  /**
   * The format of the store in a directory.
   *
   * @throws StoreException when there is none, or its marker is damaged
   */
  public static int format(Path root) throws IOException {
    Path marker = root.resolve(MARKER);
    return switch (marker(root)) {
      case Mark.Names(int format) -> format;
      case Mark.Damaged(String how) -> throw new StoreException(damaged(marker, how));
      case Mark.Absent _ -> {
        if (Files.exists(root.resolve(COPY), LinkOption.NOFOLLOW_LINKS)) {
          throw new StoreException(damaged(marker, "it is missing"));
        }
        throw new StoreException(
            "there is no store in '"
                + root
                + "': run `airlock sync PRESET` to make one, or name another with --store");
      }
    };
  }

  private static String damaged(Path marker, String how) {
    return "'" + marker + "' is damaged: " + how + ". Run `airlock repair`, which writes it anew";
  }

  /**
   * Whether there is nothing yet where the store is to be. Another process may make it meanwhile.
   *
   * @throws StoreException when there is something else
   */
  private static boolean isToBeMade(Path root) throws IOException {
    if (Files.exists(root.resolve(MARKER))) {
      return false;
    }
    if (!Files.isDirectory(root)) {
      if (Files.exists(root)) {
        throw new StoreException("'" + root + "' is a file: name a directory for the store");
      }
      return true;
    }
    boolean isEmpty = Trees.names(root).stream().allMatch(Store::isOfTheMaking);
    if (!isEmpty && !Files.exists(root.resolve(MARKER))) {
      throw new StoreException(
          "'"
              + root
              + "' is no store and not empty: name an empty or absent directory with --store");
    }
    return isEmpty;
  }

  /** Whether it is among what a store begins with. */
  private static boolean isOfTheMaking(String name) {
    return name.startsWith(DurableFiles.TEMPORARY) || name.equals(MARKER) || name.equals(COPY);
  }

  /** The directory of the store. */
  public Path root() {
    return root;
  }

  /**
   * Puts a damaged document aside, so that it is no longer there, with the reason beside it.
   *
   * @param document its place in this store
   */
  public void putAside(Path document, String reason) throws IOException {
    putAside(root, document, reason);
  }

  private static void putAside(Path root, Path document, String reason) throws IOException {
    String place = root.relativize(document).toString();
    try (var blobs = new DiskBlobStore(root, new Trash(root), false)) {
      blobs.setAside(document, Sha256.of(place.getBytes(StandardCharsets.UTF_8)), reason);
    }
  }

  /** The blobs. */
  public BlobStore blobs() {
    return blobs;
  }

  /** What was taken out and can still come back. */
  public Trash trash() {
    return trash;
  }

  /** Takes what is known of a blob without reading it. */
  @FunctionalInterface
  public interface BlobVisitor {
    /**
     * Takes a blob.
     *
     * @param size its size in bytes
     * @param since when it was written, or last found by somebody who was about to name it
     */
    void visit(Sha256 digest, long size, Instant since) throws IOException;
  }

  /** Goes through all blobs, in the order of the directories. Those in the trash are left out. */
  public void eachBlob(BlobVisitor visitor) throws IOException {
    blobs.each(visitor);
  }

  /**
   * Takes a blob away, unless it counts as newer than some time.
   *
   * @return how many bytes it has; empty when it was left or was not there
   * @throws NoSpaceException when the disk has no room for its name in the bag
   */
  public OptionalLong discard(Sha256 digest, Trash.Bag bag, Instant before) throws IOException {
    return blobs.discard(digest, bag, before);
  }

  /**
   * The files of unfinished blobs that nobody writes and nobody wrote to since some time.
   *
   * @param deletes whether they are deleted
   * @return the size in bytes of each
   */
  public List<Long> leftovers(Instant before, boolean deletes) throws IOException {
    return blobs.leftovers(before, deletes);
  }

  /**
   * A claim, for a run that needs files of this store. Nothing is written in a store that was
   * opened to be read only.
   */
  public Claim claim(InstantSource clock) {
    return new Claim(root, clock, restores);
  }

  /** The digests of the files that runs need which are under way in any process. */
  public Set<Sha256> claimed(Instant now) throws IOException {
    return Claim.living(root, now);
  }

  /**
   * The claims of runs that were killed.
   *
   * @param deletes whether they are deleted
   * @return the size in bytes of each
   */
  public List<Long> deadClaims(Instant now, boolean deletes) throws IOException {
    return Claim.dead(root, now, deletes);
  }

  /**
   * Whether what is asked for and lies in the trash is put back; else it is read where it lies, for
   * nothing is written.
   */
  public boolean restores() {
    return restores;
  }

  /** Gives up what is held open. Blobs that were opened stay readable. */
  @Override
  public void close() throws IOException {
    blobs.close();
  }

  /** Whether it can be written, as far as the system tells: not on a read-only medium. */
  public boolean isWritable() {
    return Files.isWritable(root);
  }

  /** How many bytes of distributions can still be written before the reserve begins. */
  public long freeBytes() throws IOException {
    return reserve.freeOn(root);
  }

  /** How many bytes of the disk are left free. */
  public long reserveBytes() throws IOException {
    return reserve.on(root);
  }

  /**
   * Says whether more of a distribution may be written.
   *
   * @throws NoSpaceException when the reserve has begun
   */
  public void requireRoom() throws IOException {
    if (freeBytes() == 0) {
      throw new NoSpaceException(
          "the disk of the store '"
              + root
              + "' has "
              + Files.getFileStore(root).getUsableSpace()
              + " bytes left, and "
              + reserveBytes()
              + " are kept in reserve: free some (`airlock gc`), or allow a smaller --reserve");
    }
  }
}
