package dev.airlock.server.http;

import dev.airlock.store.Blob;
import dev.airlock.store.GrowingBytes;
import dev.airlock.store.GrowingBytes.Outcome;
import dev.airlock.store.GrowingBytes.View;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where the bytes of a file come from that is sent: all of them are there, or more and more are.
 */
interface Supply extends Closeable {
  /** How often a file is opened that is begun afresh meanwhile. */
  int ATTEMPTS = 5;

  /** How long a file is waited for that was begun afresh. */
  Duration PATIENCE = Duration.ofSeconds(10);

  /** The channel they are read from. */
  SeekableByteChannel channel();

  /**
   * How many bytes from the first one on can be read now.
   *
   * @throws FailedException when the rest never comes, or what was read before is not of the same
   *     file
   */
  long readable() throws IOException;

  /** How many there will be in all, where that is known. */
  OptionalLong total() throws IOException;

  /**
   * Runs something when there is more than {@link #readable} said, or it is known there never is.
   */
  void whenMore(Runnable then);

  @Override
  default void close() throws IOException {
    channel().close();
  }

  /** Opens a blob. */
  static Supply of(Blob blob) throws IOException {
    return new Whole(blob.open(), blob.size());
  }

  /** Opens a file that is on its way. */
  static Supply of(GrowingBytes bytes) throws IOException {
    for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
      View before = bytes.awaitBegun(PATIENCE);
      if (before.outcome().orElse(null) instanceof Outcome.Failed(Exception reason)) {
        throw new FailedException("the file cannot be had: " + reason.getMessage());
      }
      Optional<Supply> opened = opened(bytes, before);
      if (opened.isPresent()) {
        return opened.get();
      }
    }
    throw new FailedException("the file is begun afresh again and again");
  }

  /**
   * Empty when the file was begun afresh or finished meanwhile: what was opened may be the earlier
   * one.
   */
  private static Optional<Supply> opened(GrowingBytes bytes, View before) throws IOException {
    SeekableByteChannel channel;
    try {
      channel = bytes.open();
    } catch (NoSuchFileException moved) {
      // Another process finished it, or began it afresh: who looks on there says so in a moment.
      if (bytes.awaitNewer(before, PATIENCE).version() == before.version()) {
        throw new FailedException("the file is not where it was, and nobody brings it");
      }
      return Optional.empty();
    }
    if (bytes.view().beginning() == before.beginning()) {
      return Optional.of(new Growing(bytes, channel, before));
    }
    channel.close();
    return Optional.empty();
  }

  /** The file, not the client, is why no more of it is sent. The message says why. */
  final class FailedException extends IOException {
    private static final long serialVersionUID = 1L;

    FailedException(String message) {
      super(message);
    }
  }

  /** A file that is there. */
  record Whole(SeekableByteChannel channel, long size) implements Supply {
    @Override
    public long readable() throws IOException {
      if (channel instanceof FileChannel && channel.size() < size) {
        throw new FailedException("the blob became shorter while it was sent");
      }
      return size;
    }

    @Override
    public OptionalLong total() {
      return OptionalLong.of(size);
    }

    @Override
    public void whenMore(Runnable then) {
      throw new IllegalStateException("all of it is there");
    }
  }

  /** A file of which more and more may be sent. Not for several threads. */
  final class Growing implements Supply {
    private final GrowingBytes bytes;
    private final SeekableByteChannel channel;
    private final long beginning;
    private View seen;

    private Growing(GrowingBytes bytes, SeekableByteChannel channel, View seen) {
      this.bytes = bytes;
      this.channel = channel;
      this.seen = seen;
      this.beginning = seen.beginning();
    }

    @Override
    public SeekableByteChannel channel() {
      return channel;
    }

    @Override
    public long readable() throws IOException {
      look();
      return seen.readable();
    }

    @Override
    public OptionalLong total() throws IOException {
      look();
      return seen.outcome().isPresent() ? OptionalLong.of(seen.readable()) : seen.total();
    }

    private void look() throws IOException {
      seen = bytes.view();
      if (seen.beginning() != beginning) {
        throw new FailedException("the file was begun afresh while it was sent");
      }
      if (seen.outcome().orElse(null) instanceof Outcome.Failed(Exception reason)) {
        throw new FailedException("the rest of the file cannot be had: " + reason.getMessage());
      }
    }

    @Override
    public void whenMore(Runnable then) {
      bytes.whenNewer(seen, then);
    }
  }
}
