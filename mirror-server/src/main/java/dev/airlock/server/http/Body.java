package dev.airlock.server.http;

import dev.airlock.store.Blob;
import dev.airlock.store.GrowingBytes;
import java.nio.ByteBuffer;
import java.util.Optional;

/** What a response carries. */
sealed interface Body {
  /** Nothing. */
  record Empty() implements Body {}

  /**
   * Bytes in memory.
   *
   * @param plain the bytes
   * @param gzip the same compressed, where that was prepared
   */
  record Bytes(ByteBuffer plain, Optional<ByteBuffer> gzip) implements Body {
    int size() {
      return plain.remaining() + gzip.map(ByteBuffer::remaining).orElse(0);
    }
  }

  /**
   * A file, which can be had in ranges.
   *
   * @param blob its bytes
   */
  record File(Blob blob) implements Body {}

  /**
   * A file of which no bytes are sent, as for {@code HEAD}.
   *
   * @param size its size in bytes
   */
  record Described(long size) implements Body {}

  /**
   * A file of which more and more may be sent.
   *
   * @param bytes its bytes
   */
  record Arriving(GrowingBytes bytes) implements Body {}
}
