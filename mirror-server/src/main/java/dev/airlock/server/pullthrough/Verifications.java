package dev.airlock.server.pullthrough;

import dev.airlock.digest.Hasher;
import dev.airlock.files.ReadFailures;
import dev.airlock.store.Blob;
import dev.airlock.store.BlobStore;
import dev.airlock.store.CorruptContentException;
import dev.airlock.store.GrowingBytes;
import dev.airlock.store.GrowingBytes.Outcome;
import dev.airlock.store.Growth;
import dev.airlock.store.ProvenBlobs;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;

/**
 * Verifies blobs while they are sent, each once for all who want it. Damaged ones are put aside. A
 * few threads of the platform hash a slice of each in turn, so that a small file does not wait for
 * a large one.
 */
public final class Verifications implements Closeable {
  private static final Logger LOG = System.getLogger(Verifications.class.getName());
  private static final int SLICE = 16 << 20;
  private static final int BUFFER = 1 << 17;
  private static final int MOST_THREADS = 4;

  private final BlobStore blobs;
  private final ProvenBlobs proven;
  private final BooleanSupplier storeIsThere;
  private final ExecutorService hashing;
  private final ConcurrentMap<Key, Verification> running = new ConcurrentHashMap<>();

  /** The same bytes under the same name. */
  private record Key(Object digest, Object identity) {}

  /**
   * Verifies blobs of a store.
   *
   * @param proven what is known of them, and where what is found out is remembered
   * @param storeIsThere whether the store can still be opened: while it cannot, no blob that cannot
   *     be read is to blame
   */
  public Verifications(BlobStore blobs, ProvenBlobs proven, BooleanSupplier storeIsThere) {
    this.blobs = blobs;
    this.proven = proven;
    this.storeIsThere = storeIsThere;
    int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MOST_THREADS);
    this.hashing =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().name("airlock-verify-", 0).daemon().factory());
  }

  /** What is known of blobs. */
  ProvenBlobs proven() {
    return proven;
  }

  /**
   * Begins to verify a blob, or joins whoever does. Its bytes can be read as far as they are
   * hashed, the last one when all are right.
   *
   * @throws IOException when it cannot be opened
   */
  public GrowingBytes begin(Blob blob) throws IOException {
    var key = new Key(blob.digest(), blob.identity());
    Verification known = running.get(key);
    if (known != null) {
      return known.growth;
    }
    var mine = new Verification(key, blob);
    known = running.putIfAbsent(key, mine);
    if (known != null) {
      mine.channel.close();
      return known.growth;
    }
    mine.goOn();
    return mine.growth;
  }

  @Override
  public void close() {
    hashing
        .shutdownNow()
        .forEach(waiting -> {
          if (waiting instanceof Verification verification) {
            verification.end(closed());
          }
        });
  }

  private static Outcome closed() {
    return new Outcome.Failed(new IOException("the mirror is being closed"));
  }

  /** One blob on its way through the hash. */
  private final class Verification implements Runnable {
    private final Key key;
    private final Blob blob;
    private final SeekableByteChannel channel;
    private final Growth growth;
    private final Hasher hasher = new Hasher();

    Verification(Key key, Blob blob) throws IOException {
      this.key = key;
      this.blob = blob;
      this.channel = blob.open();
      this.growth = new Growth(OptionalLong.of(blob.size()));
      growth.begins(blob::open, 0, OptionalLong.empty());
    }

    /** Waits for its turn. */
    void goOn() {
      try {
        hashing.execute(this);
      } catch (RejectedExecutionException closing) {
        end(closed());
      }
    }

    @Override
    public void run() {
      Outcome outcome = new Outcome.Failed(new IOException("the verification was given up"));
      boolean more = false;
      try {
        more = hashSlice();
        outcome = more ? outcome : judged();
      } catch (IOException e) {
        outcome = unreadable(e);
      } catch (RuntimeException e) {
        outcome = new Outcome.Failed(e);
      } finally {
        if (more) {
          goOn();
        } else {
          end(outcome);
        }
      }
    }

    /** Whether there is more to hash. */
    private boolean hashSlice() throws IOException {
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
      for (long until = hasher.count() + SLICE; hasher.count() < until; buffer.clear()) {
        int read = channel.read(buffer);
        if (read < 0) {
          return false;
        }
        hasher.update(buffer.array(), 0, read);
        growth.advanced(hasher.count());
      }
      return true;
    }

    private Outcome judged() throws IOException {
      if (hasher.sha256().equals(blob.digest()) && hasher.count() == blob.size()) {
        proven.rememberSound(blob);
        return new Outcome.Whole(blob);
      }
      return condemned(
          "the blob " + blob.digest() + " is damaged: its bytes are " + hasher.sha256());
    }

    private Outcome unreadable(IOException failure) {
      if (!ReadFailures.isOfTheFile(failure) || !storeIsThere.getAsBoolean()) {
        return new Outcome.Failed(failure);
      }
      try {
        return condemned(
            "the blob " + blob.digest() + " is damaged: " + ReadFailures.reason(failure));
      } catch (IOException e) {
        return new Outcome.Failed(e);
      }
    }

    private Outcome condemned(String reason) throws IOException {
      proven.rememberDamaged(blob);
      String done = "it was put aside";
      try {
        blobs.quarantine(blob, reason);
      } catch (IOException cannotBeWritten) {
        done = "it cannot be put aside (" + cannotBeWritten.getMessage() + ") and is not served";
      }
      LOG.log(Level.WARNING, reason + "; " + done);
      return new Outcome.Failed(new CorruptContentException(reason));
    }

    void end(Outcome outcome) {
      running.remove(key, this);
      try (channel) {
        growth.ended(outcome);
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "cannot close a blob", e);
      }
    }
  }
}
