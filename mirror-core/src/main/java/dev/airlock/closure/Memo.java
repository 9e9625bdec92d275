package dev.airlock.closure;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Answers to questions, each worked out once, by the first thread that asks; others that ask
 * meanwhile wait for it. A failure is an answer too.
 *
 * @param <K> what is asked
 * @param <V> the answer
 */
public final class Memo<K, V> {
  private final Question<K, V> question;
  private final Map<K, FutureTask<V>> answers = new ConcurrentHashMap<>();

  /**
   * Works out an answer.
   *
   * @param <K> what is asked
   * @param <V> the answer
   */
  @FunctionalInterface
  public interface Question<K, V> {
    /** The answer to what is asked. */
    V answer(K asked) throws IOException;
  }

  /** Answers worked out in this way. */
  public Memo(Question<K, V> question) {
    this.question = question;
  }

  /**
   * The answer.
   *
   * @throws IOException when it could not be worked out, now or before
   */
  public V get(K asked) throws IOException {
    FutureTask<V> task =
        answers.computeIfAbsent(asked, key -> new FutureTask<>(() -> question.answer(key)));
    task.run(); // which does nothing where it ran or is running
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for an answer");
    } catch (ExecutionException e) {
      throw switch (Objects.requireNonNull(e.getCause())) {
        case IOException failure -> failure;
        case RuntimeException bug -> throw bug;
        case Error error -> throw error;
        case Throwable other -> new IOException(other);
      };
    }
  }
}
