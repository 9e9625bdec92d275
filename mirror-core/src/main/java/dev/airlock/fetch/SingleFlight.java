package dev.airlock.fetch;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Work that is done once for all who ask for it at a time; who asks later has it done again. Safe
 * for several threads.
 *
 * @param <K> what tells one work from another
 * @param <V> what comes of it
 */
public final class SingleFlight<K, V> {
  private final ConcurrentMap<K, FutureTask<V>> running = new ConcurrentHashMap<>();

  /** Does the work in this thread, or waits for whoever does. */
  public V run(K key, Callable<V> work) throws IOException {
    FutureTask<V> task = joined(key, work, Runnable::run);
    try {
      return task.get();
    } catch (InterruptedException e) {
      throw interrupted();
    } catch (ExecutionException e) {
      throw rethrown(e);
    }
  }

  /**
   * Has the work done by an executor, unless it is under way, and waits for it.
   *
   * @throws TimeoutException when it takes longer than somebody waits; it goes on
   */
  public V run(K key, Callable<V> work, Executor executor, Duration atMost)
      throws IOException, TimeoutException {
    FutureTask<V> task = joined(key, work, executor);
    try {
      return task.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      throw interrupted();
    } catch (ExecutionException e) {
      throw rethrown(e);
    }
  }

  private FutureTask<V> joined(K key, Callable<V> work, Executor executor) {
    var mine = new FutureTask<V>(work);
    for (FutureTask<V> known = running.putIfAbsent(key, mine);
        known != null;
        known = running.putIfAbsent(key, mine)) {
      if (!known.isDone()) {
        return known;
      }
      // Its end is known to those who waited before it is taken out here: it is too late to join.
      running.remove(key, known);
    }
    executor.execute(() -> {
      try {
        mine.run();
      } finally {
        running.remove(key, mine);
      }
    });
    return mine;
  }

  private static IOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted while waiting for others");
  }

  private static IOException rethrown(ExecutionException e) {
    return switch (e.getCause()) {
      case IOException cause -> cause;
      case RuntimeException cause -> throw cause;
      case Error cause -> throw cause;
      case null, default -> new IOException(e.getCause());
    };
  }
}
