package dev.airlock.upstream;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;

/**
 * How often and after which pauses something is tried again.
 *
 * @param attempts how often at most, the first time included
 * @param firstPause the pause after the first failure; each further one is twice as long
 * @param longestPause no pause is longer, whatever an upstream asks for
 * @param pause how to wait
 */
public record Retries(int attempts, Duration firstPause, Duration longestPause, Pause pause) {
  /** Five attempts within some ten seconds. */
  public static final Retries DEFAULT =
      new Retries(
          5, Duration.ofMillis(500), Duration.ofSeconds(30), duration -> Thread.sleep(duration));

  /** A way to wait. */
  @FunctionalInterface
  public interface Pause {
    /** Waits. */
    void of(Duration duration) throws InterruptedException;
  }

  /** Something that may fail. */
  @FunctionalInterface
  public interface Attempt<T> {
    /** Tries it. */
    T run() throws IOException;
  }

  /** Runs something until it succeeds, fails for good, or has failed often enough. */
  public <T> T run(Attempt<T> attempt) throws IOException {
    for (int failures = 1; ; failures++) {
      try {
        return attempt.run();
      } catch (UpstreamException e) {
        if (!e.isTransient() || failures >= attempts) {
          throw e;
        }
        waitAfter(failures, e.retryAfter());
      }
    }
  }

  /**
   * Waits as long as is due after so many failures in a row.
   *
   * @param asked the pause that the upstream asks for, which is granted up to the longest one
   */
  public void waitAfter(int failures, Duration asked) throws InterruptedIOException {
    Duration usual = firstPause.multipliedBy(1L << Math.min(failures - 1, 20));
    Duration due = asked.compareTo(usual) > 0 ? asked : usual;
    try {
      pause.of(due.compareTo(longestPause) > 0 ? longestPause : due);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting to try again");
    }
  }
}
