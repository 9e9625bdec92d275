package dev.airlock.server;

import dev.airlock.store.Store;
import dev.airlock.upkeep.Collected;
import dev.airlock.upkeep.Collector;
import dev.airlock.upkeep.Quota;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps to a quota while a server fetches: some time after a file has arrived it deletes what was
 * used least recently. Several files that arrive meanwhile count as one.
 */
final class Evictions implements Closeable {
  private static final Logger LOG = System.getLogger(Evictions.class.getName());
  private static final Duration PAUSE = Duration.ofMinutes(1);

  private final Collector collector;
  private final Quota quota;
  private final Duration pause;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("airlock-quota").daemon().factory());
  private @Nullable Future<?> due;

  Evictions(Store store, Quota quota, Duration pause, InstantSource clock) {
    this.collector = new Collector(store, clock);
    this.quota = quota;
    this.pause = pause;
  }

  /** Looks a minute after an arrival, so once a minute at most. */
  static Evictions usual(Store store, Quota quota) {
    return new Evictions(store, quota, PAUSE, InstantSource.system());
  }

  /** A file has arrived. */
  synchronized void arrived() {
    if (due == null || due.isDone()) {
      try {
        due = executor.schedule(this::evict, pause.toMillis(), TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException closed) {
        LOG.log(Level.DEBUG, "a file arrived while the server ends", closed);
      }
    }
  }

  void evict() {
    synchronized (this) {
      // What arrives from now on may be missed by this look.
      due = null;
    }
    try {
      Collected collected = collector.evict(quota);
      if (collected.entries().files() > 0) {
        LOG.log(
            Level.INFO,
            "the quota of "
                + quota.bytes()
                + " bytes was exceeded: deleted "
                + collected.entries().files()
                + " files of no preset, "
                + collected.entries().bytes()
                + " bytes");
      }
      if (!collected.damaged().isEmpty()) {
        LOG.log(
            Level.WARNING,
            "the quota cannot be kept while documents are damaged; run `airlock repair`: "
                + collected.damaged());
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.WARNING, "cannot keep to the quota", e);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
    executor.close();
  }
}
