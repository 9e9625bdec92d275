package dev.airlock.upstream;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A remote file as a channel: blocks are fetched by range requests when they are read, and kept.
 * The first request takes the tail, where the directory of a zip file stands. Not for several
 * threads.
 */
final class RangeChannel implements SeekableByteChannel {
  private static final int TAIL = 64 << 10;
  private static final int BLOCK = 128 << 10;
  private static final int MOST_BLOCKS = 512;

  private final Http http;
  private final URI address;
  private final Http.Range tail;
  private final Map<Long, byte[]> blocks = new HashMap<>();
  private long position;
  private boolean open = true;

  private RangeChannel(Http http, URI address, Http.Range tail) {
    this.http = http;
    this.address = address;
    this.tail = tail;
  }

  /** Opens a file; empty when its upstream does not answer range requests. */
  static Optional<RangeChannel> open(Http http, URI address) throws IOException {
    return http.tail(address, TAIL).map(tail -> new RangeChannel(http, address, tail));
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    if (!open) {
      throw new ClosedChannelException();
    }
    if (position >= tail.total()) {
      return -1;
    }
    byte[] source;
    int from;
    if (position >= tail.first()) {
      source = tail.bytes();
      from = (int) (position - tail.first());
    } else {
      source = block(position / BLOCK);
      from = (int) (position % BLOCK);
    }
    int count = Math.min(target.remaining(), source.length - from);
    if (count <= 0 && target.hasRemaining()) {
      throw UpstreamException.unexpected(
          address, "it sent fewer bytes than the range that was asked for");
    }
    target.put(source, from, count);
    position += count;
    return count;
  }

  private byte[] block(long number) throws IOException {
    byte[] known = blocks.get(number);
    if (known != null) {
      return known;
    }
    if (blocks.size() >= MOST_BLOCKS) {
      throw UpstreamException.unexpected(address, "its zip directory is absurdly large");
    }
    long first = number * BLOCK;
    long last = Math.min(first + BLOCK, tail.total()) - 1;
    Http.Range range =
        http.range(address, first, last)
            .filter(answer -> answer.first() == first && answer.total() == tail.total())
            .orElseThrow(() ->
                UpstreamException.unexpected(
                    address, "it answered one range request, and then no more"));
    blocks.put(number, range.bytes());
    return range.bytes();
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public SeekableByteChannel position(long newPosition) {
    position = newPosition;
    return this;
  }

  @Override
  public long size() {
    return tail.total();
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    open = false;
    blocks.clear();
  }

  @Override
  public int write(ByteBuffer source) {
    throw new NonWritableChannelException();
  }

  @Override
  public SeekableByteChannel truncate(long size) {
    throw new NonWritableChannelException();
  }
}
