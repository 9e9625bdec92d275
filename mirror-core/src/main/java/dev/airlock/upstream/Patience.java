package dev.airlock.upstream;

import java.time.Duration;

/**
 * How long an upstream is waited for.
 *
 * @param connect for a connection to one address, and for its name to be resolved
 * @param head for the whole head of an answer, redirects and connections included, however slowly
 *     it drips
 * @param silence for the next byte
 * @param slowest the bytes per second below which a transfer is broken off, to be gone on with over
 *     another connection
 * @param window the time that this speed is measured over
 */
public record Patience(
    Duration connect, Duration head, Duration silence, long slowest, Duration window) {
  /** For somebody who runs a command and waits for it, perhaps over a bad line. */
  public static final Patience USUAL =
      new Patience(
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofSeconds(30),
          256,
          Duration.ofSeconds(60));

  /** For a server, whose clients give up after some 15 seconds and have other requests to make. */
  public static final Patience SERVING =
      new Patience(
          Duration.ofSeconds(3),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          1024,
          Duration.ofSeconds(30));

  /** Refuses limits that nothing could keep. */
  public Patience {
    if (!isPositive(connect)
        || !isPositive(head)
        || !isPositive(silence)
        || !isPositive(window)
        || slowest < 1) {
      throw new IllegalArgumentException("every limit has to be above zero");
    }
  }

  private static boolean isPositive(Duration duration) {
    return duration.compareTo(Duration.ZERO) > 0;
  }

  /** The same with another limit on silence. */
  public Patience silence(Duration other) {
    return new Patience(connect, head, other, slowest, window);
  }
}
