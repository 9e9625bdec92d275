package dev.airlock.files;

import java.io.IOException;

/** The file system can be read and not written, as one that was mounted read-only. */
public final class ReadOnlyException extends IOException {
  private static final long serialVersionUID = 1L;

  ReadOnlyException(String message, IOException cause) {
    super(message, cause);
  }
}
