package dev.airlock.store;

import dev.airlock.digest.Sha256;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.time.Instant;

/** Bytes that are held, named by their digest. They never change. */
public interface Blob {
  /** The SHA-256 of the bytes. */
  Sha256 digest();

  /** How many bytes there are. */
  long size();

  /**
   * What tells these very bytes from others that later have the same name: equal to that of another
   * moment while nobody wrote to the file, replaced it, or touched it. It is that of the moment
   * when it is first asked for.
   */
  Object identity() throws IOException;

  /** When its file was written, or was touched since. */
  Instant written() throws IOException;

  /**
   * Opens the bytes to read. The caller closes the channel; it is a {@link
   * java.nio.channels.FileChannel} where the blob is a file, so that it can be sent without
   * copying.
   */
  SeekableByteChannel open() throws IOException;
}
