package dev.airlock.store;

import dev.airlock.digest.Sha256;
import java.nio.channels.SeekableByteChannel;
import java.time.Instant;
import org.apache.commons.compress.utils.SeekableInMemoryByteChannel;

/** Bytes that could not be written to a store, and are passed on all the same. */
public final class MemoryBlob implements Blob {
  private final byte[] bytes;
  private final Sha256 digest;

  /** Takes the bytes, which nobody changes from now on. */
  public MemoryBlob(byte[] bytes) {
    this.bytes = bytes;
    this.digest = Sha256.of(bytes);
  }

  @Override
  public Sha256 digest() {
    return digest;
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public Object identity() {
    return this;
  }

  @Override
  public Instant written() {
    return Instant.MAX;
  }

  @Override
  public SeekableByteChannel open() {
    return new SeekableInMemoryByteChannel(bytes);
  }
}
