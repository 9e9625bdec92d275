package dev.airlock.upstream;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The bytes of a file on their way.
 *
 * @param body the bytes, from {@code offset} on
 * @param offset where in the file they begin: what was asked for, or 0 when the upstream starts
 *     afresh
 * @param total the size of the whole file, where the upstream says it
 * @param validator what tells this version of the file from others, for {@code If-Range}
 */
public record Transfer(
    InputStream body, long offset, OptionalLong total, Optional<String> validator)
    implements Closeable {
  @Override
  public void close() throws IOException {
    body.close();
  }
}
