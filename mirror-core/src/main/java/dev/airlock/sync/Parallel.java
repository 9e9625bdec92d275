package dev.airlock.sync;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;

/** Runs the same work on many things at once, some at a time, and keeps their order. */
final class Parallel {
  private Parallel() {}

  /** Work that may fail. */
  @FunctionalInterface
  interface Work<T, R> {
    R on(T thing) throws IOException;
  }

  /**
   * The results of some work, in the order of the things.
   *
   * @throws IOException the first failure, in that order, after all work has ended
   */
  static <T, R> List<R> map(Executor executor, int most, List<T> things, Work<T, R> work)
      throws IOException {
    var places = new Semaphore(most);
    var tasks = new ArrayList<FutureTask<R>>();
    for (T thing : things) {
      var task =
          new FutureTask<R>(() -> {
            places.acquire();
            try {
              return work.on(thing);
            } finally {
              places.release();
            }
          });
      tasks.add(task);
      executor.execute(task);
    }
    return results(tasks);
  }

  private static <R> List<R> results(List<FutureTask<R>> tasks) throws IOException {
    var results = new ArrayList<R>();
    var failures = new ArrayList<Throwable>();
    for (FutureTask<R> task : tasks) {
      try {
        results.add(task.get());
      } catch (InterruptedException e) {
        tasks.forEach(each -> each.cancel(true));
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted");
      } catch (ExecutionException e) {
        failures.add(Objects.requireNonNull(e.getCause()));
      }
    }
    for (Throwable failure : failures) {
      switch (failure) {
        case IOException e -> throw e;
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new IOException(failure);
      }
    }
    return results;
  }
}
