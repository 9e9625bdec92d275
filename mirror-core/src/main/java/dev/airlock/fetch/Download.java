package dev.airlock.fetch;

import dev.airlock.catalog.HeldFile;
import dev.airlock.digest.Sha256;
import dev.airlock.index.IndexFile;
import dev.airlock.store.Blob;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.SeekableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One file on its way into the store, for any number of readers, each at its own speed. It is
 * readable while it grows, but for its last byte: that is given out when the whole file is
 * verified, so that nobody holds a complete file that is not right. Safe for several threads.
 */
public final class Download {
  private static final Duration WITHOUT_LIMIT = Duration.ofNanos(Long.MAX_VALUE);

  private final IndexFile file;
  private long arrived;
  private long beginning;
  private long version;
  private boolean begun;
  private OptionalLong total;
  private @Nullable Source source;
  private @Nullable Outcome outcome;
  private List<Runnable> waiting = new ArrayList<>();

  /** Where bytes are read that have arrived. */
  @FunctionalInterface
  interface Source {
    SeekableByteChannel open() throws IOException;
  }

  /** How a download ended. */
  public sealed interface Outcome {
    /**
     * The file is in the store.
     *
     * @param file its entry
     * @param blob its bytes
     */
    record Held(HeldFile file, Blob blob) implements Outcome {}

    /**
     * It cannot be had.
     *
     * @param reason why
     */
    record Failed(Exception reason) implements Outcome {}
  }

  /**
   * What can be read at a moment.
   *
   * @param version grows with every change
   * @param beginning another one means that the bytes were begun afresh: what was read before is
   *     not of the same file
   * @param begun whether the upstream has begun to answer, or it is known that it does not
   * @param readable how many bytes from the first one on
   * @param total the size of the whole file, where it is known
   * @param outcome how it ended, where it did
   */
  public record View(
      long version,
      long beginning,
      boolean begun,
      long readable,
      OptionalLong total,
      Optional<Outcome> outcome) {}

  Download(IndexFile file) {
    this.file = file;
    this.total = file.size();
  }

  // --- for readers

  /** The digest that the index states, which the file will have when it comes to its end. */
  public Optional<Sha256> sha256() {
    return file.sha256();
  }

  /** What can be read now. */
  public synchronized View view() {
    long most = total.isPresent() ? Math.min(arrived, total.getAsLong()) : arrived;
    boolean last = total.isEmpty() || most == total.getAsLong();
    return new View(
        version,
        beginning,
        begun,
        outcome instanceof Outcome.Held(HeldFile _, Blob blob)
            ? blob.size()
            : Math.max(0, last ? most - 1 : most),
        total,
        Optional.ofNullable(outcome));
  }

  /**
   * Runs something once, when there is something newer than a view; at once, and in this thread,
   * when there is already. It runs on the thread of the download: it must not wait for anything.
   */
  public void whenNewer(View seen, Runnable then) {
    synchronized (this) {
      if (version == seen.version()) {
        waiting.add(then);
        return;
      }
    }
    then.run();
  }

  /** Opens what can be read. It stays readable when the file has become a blob. */
  public SeekableByteChannel open() throws IOException {
    Source from;
    synchronized (this) {
      if (outcome instanceof Outcome.Held(HeldFile _, Blob blob)) {
        return blob.open();
      }
      from = source;
    }
    if (from == null) {
      throw new IOException(file.name().text() + " has not begun to arrive");
    }
    return from.open();
  }

  /**
   * Waits until the upstream has begun to answer with the file, or it is known that it does not; no
   * longer than some time.
   *
   * @return what can be read then
   */
  public View awaitBegun(Duration atMost) throws InterruptedIOException {
    return await(atMost, true);
  }

  /** Waits for the end. */
  View awaitEnd() throws InterruptedIOException {
    return await(WITHOUT_LIMIT, false);
  }

  /** Waits for the end, no longer than some time. */
  public View awaitEnd(Duration atMost) throws InterruptedIOException {
    return await(atMost, false);
  }

  private synchronized View await(Duration atMost, boolean forBeginning)
      throws InterruptedIOException {
    long deadline = System.nanoTime() + atMost.toNanos();
    try {
      while (outcome == null && !(forBeginning && begun)) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          break;
        }
        wait(left / 1_000_000, (int) (left % 1_000_000));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for " + file.name().text());
    }
    return view();
  }

  // --- for whoever fetches it

  /** The upstream answers, or somebody else is seen to fetch it. */
  void begins(Source from, long length, OptionalLong newTotal) {
    change(() -> {
      begun = true;
      source = from;
      arrived = length;
      if (newTotal.isPresent()) {
        total = newTotal;
      }
    });
  }

  void advanced(long length) {
    change(() -> arrived = length);
  }

  /** What has arrived is thrown away. */
  void beginsAfresh() {
    change(() -> {
      beginning++;
      begun = false;
      source = null;
      arrived = 0;
    });
  }

  void ended(Outcome how) {
    change(() -> {
      outcome = how;
      begun = true;
    });
  }

  private void change(Runnable what) {
    List<Runnable> wake;
    synchronized (this) {
      what.run();
      version++;
      wake = waiting;
      waiting = new ArrayList<>();
      notifyAll();
    }
    wake.forEach(Runnable::run);
  }
}
