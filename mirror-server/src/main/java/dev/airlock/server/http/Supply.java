package dev.airlock.server.http;

import dev.airlock.fetch.Download;
import dev.airlock.store.Blob;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
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

  /** Opens a file that is on its way into the store. */
  static Supply of(Download download) throws IOException {
    for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
      Download.View before = download.awaitBegun(PATIENCE);
      if (before.outcome().orElse(null) instanceof Download.Outcome.Failed(Exception reason)) {
        throw new FailedException("the file cannot be had: " + reason.getMessage());
      }
      Optional<Supply> opened = opened(download, before);
      if (opened.isPresent()) {
        return opened.get();
      }
    }
    throw new FailedException("the file is begun afresh again and again");
  }

  /** Empty when the file was begun afresh meanwhile: what was opened may be the earlier one. */
  private static Optional<Supply> opened(Download download, Download.View before)
      throws IOException {
    SeekableByteChannel channel;
    try {
      channel = download.open();
    } catch (IOException e) {
      if (download.view().beginning() != before.beginning()) {
        return Optional.empty();
      }
      throw e;
    }
    if (download.view().beginning() == before.beginning()) {
      return Optional.of(new Growing(download, channel, before));
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

  /** A file that arrives. Not for several threads. */
  final class Growing implements Supply {
    private final Download download;
    private final SeekableByteChannel channel;
    private final long beginning;
    private Download.View seen;

    private Growing(Download download, SeekableByteChannel channel, Download.View seen) {
      this.download = download;
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
      seen = download.view();
      if (seen.beginning() != beginning) {
        throw new FailedException("the file was begun afresh while it was sent");
      }
      if (seen.outcome().orElse(null) instanceof Download.Outcome.Failed(Exception reason)) {
        throw new FailedException("the rest of the file cannot be had: " + reason.getMessage());
      }
    }

    @Override
    public void whenMore(Runnable then) {
      download.whenNewer(seen, then);
    }
  }
}
