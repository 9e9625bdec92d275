package dev.airlock.store;

import dev.airlock.digest.Sha256;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;

/** Bytes that are held, named by their digest. They never change. */
public interface Blob {
  /** The SHA-256 of the bytes. */
  Sha256 digest();

  /** How many bytes there are. */
  long size();

  /**
   * Opens the bytes to read. The caller closes the channel; it is a {@link
   * java.nio.channels.FileChannel} where the blob is a file, so that it can be sent without
   * copying.
   */
  SeekableByteChannel open() throws IOException;
}
