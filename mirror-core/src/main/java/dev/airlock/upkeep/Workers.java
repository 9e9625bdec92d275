package dev.airlock.upkeep;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Does something with each of many things on all processors, the first ones first. */
final class Workers {
  private Workers() {}

  /** What is done with each. */
  @FunctionalInterface
  interface Work<T> {
    void on(T thing) throws IOException;
  }

  /** Returns when all is done; the first failure ends it. */
  static <T> void each(Collection<T> things, Work<T> work) throws IOException {
    Queue<T> left = new ConcurrentLinkedQueue<>(things);
    int threads = Math.clamp(things.size(), 1, Runtime.getRuntime().availableProcessors());
    ExecutorService executor =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().name("airlock-upkeep-", 1).daemon().factory());
    try {
      var running =
          IntStream.range(0, threads)
              .<Future<Void>>mapToObj(_ ->
                  executor.submit(() -> {
                    for (T next = left.poll(); next != null; next = left.poll()) {
                      work.on(next);
                    }
                    return null;
                  }))
              .toList();
      for (Future<Void> worker : running) {
        worker.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException cause -> throw cause;
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new IOException(e.getCause());
      }
    } finally {
      executor.shutdownNow();
    }
  }
}
