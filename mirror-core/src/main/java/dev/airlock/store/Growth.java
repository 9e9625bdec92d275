package dev.airlock.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.SeekableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** {@link GrowingBytes} as whoever brings them sees them. */
public final class Growth implements GrowingBytes {
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
  public interface Source {
    /** Opens them, for one reader. */
    SeekableByteChannel open() throws IOException;
  }

  /**
   * Bytes of which none has come.
   *
   * @param total how many there will be, where it is known
   */
  public Growth(OptionalLong total) {
    this.total = total;
  }

  // --- for readers

  @Override
  public synchronized View view() {
    long most = total.isPresent() ? Math.min(arrived, total.getAsLong()) : arrived;
    boolean last = total.isEmpty() || most == total.getAsLong();
    return new View(
        version,
        beginning,
        begun,
        outcome instanceof Outcome.Whole(Blob blob)
            ? blob.size()
            : Math.max(0, last ? most - 1 : most),
        total,
        Optional.ofNullable(outcome));
  }

  @Override
  public void whenNewer(View seen, Runnable then) {
    synchronized (this) {
      if (version == seen.version()) {
        waiting.add(then);
        return;
      }
    }
    then.run();
  }

  @Override
  public SeekableByteChannel open() throws IOException {
    Source from;
    synchronized (this) {
      if (outcome instanceof Outcome.Whole(Blob blob)) {
        return blob.open();
      }
      from = source;
    }
    if (from == null) {
      throw new IOException("no bytes have begun to arrive");
    }
    return from.open();
  }

  @Override
  public View awaitBegun(Duration atMost) throws InterruptedIOException {
    return await(atMost, () -> outcome != null || begun);
  }

  @Override
  public View awaitNewer(View seen, Duration atMost) throws InterruptedIOException {
    return await(atMost, () -> outcome != null || version != seen.version());
  }

  @Override
  public View awaitEnd(Duration atMost) throws InterruptedIOException {
    return await(atMost, () -> outcome != null);
  }

  private synchronized View await(Duration atMost, BooleanSupplier reached)
      throws InterruptedIOException {
    long deadline = System.nanoTime() + atMost.toNanos();
    try {
      while (!reached.getAsBoolean()) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          break;
        }
        wait(left / 1_000_000, (int) (left % 1_000_000));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the bytes of a file");
    }
    return view();
  }

  // --- for whoever brings them

  /**
   * It is known where the bytes come from.
   *
   * @param from where those that have come are read
   * @param length how many are there already
   * @param newTotal how many there will be, where that is known only now
   */
  public void begins(Source from, long length, OptionalLong newTotal) {
    change(() -> {
      begun = true;
      source = from;
      arrived = length;
      if (newTotal.isPresent()) {
        total = newTotal;
      }
    });
  }

  /** So many bytes are there now. */
  public void advanced(long length) {
    change(() -> arrived = length);
  }

  /** What has arrived is thrown away. */
  public void beginsAfresh() {
    change(() -> {
      beginning++;
      begun = false;
      source = null;
      arrived = 0;
    });
  }

  /** Nothing changes any more. */
  public void ended(Outcome how) {
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
