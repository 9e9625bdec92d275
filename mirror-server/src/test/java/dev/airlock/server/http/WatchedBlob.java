package dev.airlock.server.http;

import dev.airlock.digest.Sha256;
import dev.airlock.store.Blob;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/** A blob that knows the channels it was opened by. */
final class WatchedBlob implements Blob {
  private final long size;
  private final Opening opening;
  private final Queue<SeekableByteChannel> opened = new ConcurrentLinkedQueue<>();

  /** How its bytes are opened. */
  @FunctionalInterface
  interface Opening {
    SeekableByteChannel open() throws IOException;
  }

  WatchedBlob(long size, Opening opening) {
    this.size = size;
    this.opening = opening;
  }

  @Override
  public Sha256 digest() {
    return Sha256.of(new byte[0]);
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public Object identity() {
    return this;
  }

  @Override
  public Instant written() {
    return Instant.EPOCH;
  }

  @Override
  public SeekableByteChannel open() throws IOException {
    SeekableByteChannel channel = opening.open();
    opened.add(channel);
    return channel;
  }

  /** Waits until it was opened and no channel of it is open; whether that came to pass. */
  boolean awaitAllClosed(Duration atMost) {
    long until = System.nanoTime() + atMost.toNanos();
    while (opened.stream().anyMatch(SeekableByteChannel::isOpen) && System.nanoTime() < until) {
      LockSupport.parkNanos(1_000_000);
    }
    return !opened.isEmpty() && opened.stream().noneMatch(SeekableByteChannel::isOpen);
  }

  /** The channels so far. */
  Queue<SeekableByteChannel> opened() {
    return opened;
  }
}
