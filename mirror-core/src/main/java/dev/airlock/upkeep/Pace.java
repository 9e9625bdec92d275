package dev.airlock.upkeep;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Keeps reading below a rate, so that a disk has time for others. One for all threads that read.
 */
public final class Pace {
  private final long bytesPerSecond;
  private final LongSupplier nanoTime;
  private final Pause pause;
  private long began;
  private long bytes;

  /** A way to wait. */
  @FunctionalInterface
  public interface Pause {
    /** Waits. */
    void of(Duration duration) throws InterruptedException;
  }

  private Pace(long bytesPerSecond, LongSupplier nanoTime, Pause pause) {
    this.bytesPerSecond = bytesPerSecond;
    this.nanoTime = nanoTime;
    this.pause = pause;
  }

  /** As fast as it goes. */
  public static Pace free() {
    return new Pace(0, () -> 0, duration -> {});
  }

  /** No more than some bytes a second, by a clock such as {@link System#nanoTime}. */
  public static Pace of(long bytesPerSecond, LongSupplier nanoTime, Pause pause) {
    if (bytesPerSecond <= 0) {
      throw new IllegalArgumentException(bytesPerSecond + " bytes a second: accepted is 1 or more");
    }
    return new Pace(bytesPerSecond, nanoTime, pause);
  }

  /** Says that some bytes were read, and waits until it is their time. */
  public void read(long count) throws InterruptedIOException {
    if (bytesPerSecond == 0) {
      return;
    }
    Duration ahead;
    synchronized (this) {
      if (bytes == 0) {
        began = nanoTime.getAsLong();
      }
      bytes += count;
      long due = (long) (bytes * 1e9 / bytesPerSecond);
      ahead = Duration.ofNanos(due - (nanoTime.getAsLong() - began));
    }
    if (ahead.isPositive()) {
      try {
        pause.of(ahead);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while a store was verified");
      }
    }
  }
}
