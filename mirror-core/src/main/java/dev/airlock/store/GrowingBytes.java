package dev.airlock.store;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.SeekableByteChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Bytes of which more and more may be read, by any number of readers, each at its own speed: they
 * are on their way into the store, or are being verified. The last one is given out when all are
 * known to be right, so that nobody holds a complete file that is not. Safe for several threads.
 */
public interface GrowingBytes {
  /** How it ended. */
  sealed interface Outcome {
    /**
     * The bytes are right, and held.
     *
     * @param blob the bytes
     */
    record Whole(Blob blob) implements Outcome {}

    /**
     * They cannot be had.
     *
     * @param reason why
     */
    record Failed(Exception reason) implements Outcome {}
  }

  /**
   * What can be read at a moment.
   *
   * @param version grows with every change
   * @param beginning another one means that the bytes were begun afresh: what was read before is
   *     not of the same file
   * @param begun whether it is known where the bytes come from, or that none come
   * @param readable how many bytes from the first one on
   * @param total how many there will be in all, where it is known
   * @param outcome how it ended, where it did
   */
  record View(
      long version,
      long beginning,
      boolean begun,
      long readable,
      OptionalLong total,
      Optional<Outcome> outcome) {}

  /** What can be read now. */
  View view();

  /**
   * Runs something once, when there is something newer than a view; at once, and in this thread,
   * when there is already. It runs on the thread that brings the bytes: it must not wait for
   * anything.
   */
  void whenNewer(View seen, Runnable then);

  /** Opens what can be read. It stays readable when the bytes have become a blob. */
  SeekableByteChannel open() throws IOException;

  /**
   * Waits until the first bytes are about to come, or it is known that none do; no longer than some
   * time.
   *
   * @return what can be read then
   */
  View awaitBegun(Duration atMost) throws InterruptedIOException;

  /**
   * Waits until there is something newer than a view, no longer than some time.
   *
   * @return what can be read then
   */
  View awaitNewer(View seen, Duration atMost) throws InterruptedIOException;

  /**
   * Waits for the end, no longer than some time.
   *
   * @return what can be read then
   */
  View awaitEnd(Duration atMost) throws InterruptedIOException;
}
