package dev.airlock.fetch;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** One run of the same work, however many ask for it at once; later askers start a new one. */
final class Flights<K, V> {
  private final ConcurrentMap<K, FutureTask<V>> flights = new ConcurrentHashMap<>();

  /** Work that may fail. */
  @FunctionalInterface
  interface Work<V> {
    V run() throws IOException;
  }

  V join(K key, Work<V> work) throws IOException {
    var mine = new FutureTask<V>(work::run);
    FutureTask<V> flight = flights.putIfAbsent(key, mine);
    if (flight == null) {
      flight = mine;
      try {
        mine.run();
      } finally {
        flights.remove(key, mine);
      }
    }
    try {
      return flight.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a fetch");
    } catch (ExecutionException e) {
      throw rethrown(Objects.requireNonNull(e.getCause()));
    }
  }

  private static IOException rethrown(Throwable cause) {
    return switch (cause) {
      case IOException e -> e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> new IOException(cause);
    };
  }
}
