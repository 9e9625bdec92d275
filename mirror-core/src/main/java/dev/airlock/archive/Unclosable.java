package dev.airlock.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * A channel that stays open when whoever borrowed it closes it, and remembers its own failure, so
 * that this can be told from a failure to understand what was read.
 */
final class Unclosable implements SeekableByteChannel {
  private final SeekableByteChannel channel;
  private @Nullable IOException failure;

  Unclosable(SeekableByteChannel channel) {
    this.channel = channel;
  }

  /** The failure to read, if there was one. */
  @Nullable IOException failure() {
    return failure;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    try {
      return channel.read(target);
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return channel.write(source);
  }

  @Override
  public long position() throws IOException {
    return channel.position();
  }

  @Override
  public SeekableByteChannel position(long newPosition) throws IOException {
    channel.position(newPosition);
    return this;
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public SeekableByteChannel truncate(long size) throws IOException {
    channel.truncate(size);
    return this;
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() {
    // It belongs to somebody else.
  }
}
