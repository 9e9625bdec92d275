package dev.airlock.store;

import dev.airlock.digest.Sha256;
import dev.airlock.files.ReadFailures;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Blobs by their SHA-256. Adding what is there already changes nothing, so several processes may
 * add at once.
 */
public interface BlobStore {
  /** The blob of a digest, empty where it is not held. Its bytes are not read. */
  Optional<Blob> find(Sha256 digest) throws IOException;

  /**
   * The blob of a digest, for whoever is about to name it in a document: from now on it counts as
   * new to those who collect what nothing names. Whoever has named it asks for it as {@link
   * #named}: what was collected before the document was there is found missing then.
   */
  Optional<Blob> reuse(Sha256 digest) throws IOException;

  /**
   * Begins a blob, or goes on with one that an earlier run left unfinished under the same name.
   *
   * @param name what tells unfinished blobs apart: the digest expected, or a digest of the address
   */
  Draft draft(Sha256 name) throws IOException;

  /**
   * Waits while somebody else writes the unfinished blob of this name, in this process or another.
   *
   * @param patience how long it may stand still before it is waited for no more
   * @param waits is run once, when there is somebody to wait for
   * @return whether somebody did and does no more, so that it is worth looking what came of it;
   *     false too where nobody can tell
   * @throws InterruptedIOException when the thread is interrupted
   */
  boolean awaitWriter(Sha256 name, Duration patience, Runnable waits) throws IOException;

  /** What is there of an unfinished blob, which {@link #draft} would go on with. */
  Begun begun(Sha256 name) throws IOException;

  /**
   * What is there of an unfinished blob.
   *
   * @param length how many bytes
   * @param noted how many of them, from the first one on, a note tells the digest of
   * @param validator the upstream's validator of the version that they are of
   */
  record Begun(long length, long noted, Optional<String> validator) {
    /** Nothing is there. */
    public static final Begun NOTHING = new Begun(0, 0, Optional.empty());
  }

  /**
   * The blob of a digest, for whoever has named it in a document: it is brought back where a
   * collector took it before the document was there. Unlike {@link #reuse} this does not touch it,
   * since a name keeps it now.
   */
  Optional<Blob> named(Sha256 digest) throws IOException;

  /** Adds bytes in memory. A blob of this name that is damaged is written again. */
  default Blob put(byte[] bytes) throws IOException {
    Sha256 digest = Sha256.of(bytes);
    Optional<Blob> held = reuse(digest);
    if (held.isPresent() && holds(held.get(), bytes)) {
      return held.get();
    }
    try (Draft draft = draft(digest)) {
      draft.restart();
      draft.write(bytes, 0, bytes.length);
      return draft.commit(Expectation.of(digest, bytes.length));
    }
  }

  private static boolean holds(Blob blob, byte[] bytes) throws IOException {
    if (blob.size() != bytes.length) {
      return false;
    }
    try (SeekableByteChannel channel = blob.open()) {
      return Arrays.equals(Channels.newInputStream(channel).readAllBytes(), bytes);
    } catch (IOException e) {
      if (ReadFailures.isOfTheFile(e)) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Puts a blob aside that turned out to be damaged: it is no longer held. Nothing happens to bytes
   * that came in its place meanwhile.
   *
   * @param blob the blob, whose {@link Blob#identity} was asked for before its bytes were read
   * @param reason what is wrong with it
   */
  void quarantine(Blob blob, String reason) throws IOException;

  /** The digests of all blobs held, in their order. */
  List<Sha256> list() throws IOException;

  /** The digests of all blobs held, those first that were written last. */
  List<Sha256> newestFirst() throws IOException;
}
