package dev.airlock.server.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How long clients wait that named a wrong token: those of one address one after the other, however
 * many connections they use.
 */
final class Penalties {
  /** What one wrong token costs. */
  static final Duration EACH = Duration.ofMillis(250);

  /** More than this is not waited. */
  static final Duration MOST = Duration.ofSeconds(10);

  private static final int ADDRESSES = 10_000;

  private final LongSupplier nanoTime;
  private final Cache<String, Past> addresses =
      Caffeine.newBuilder()
          .maximumSize(ADDRESSES)
          .expireAfterWrite(Duration.ofMinutes(10))
          .executor(Runnable::run)
          .build();

  /**
   * What an address did.
   *
   * @param attempts wrong tokens so far
   * @param until when the last of them is answered
   */
  private record Past(long attempts, long until) {}

  /**
   * A sentence.
   *
   * @param delay how long to wait before the answer
   * @param attempts wrong tokens of this address so far
   */
  record Penalty(Duration delay, long attempts) {}

  /** No penalties yet; the time is as {@link System#nanoTime} has it. */
  Penalties(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** For one more wrong token of an address. */
  Penalty next(String address) {
    long now = nanoTime.getAsLong();
    Past past =
        addresses
            .asMap()
            .compute(
                address,
                (_, known) -> {
                  long free = known == null ? now : now + Math.max(0, known.until() - now);
                  long until = Math.min(now + MOST.toNanos(), free + EACH.toNanos());
                  return new Past(known == null ? 1 : known.attempts() + 1, until);
                });
    return new Penalty(Duration.ofNanos(past.until() - now), past.attempts());
  }
}
