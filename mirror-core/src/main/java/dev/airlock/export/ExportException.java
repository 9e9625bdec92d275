package dev.airlock.export;

import java.io.IOException;

/** A folder that cannot be exported into as it is. The message says why and what to do. */
public final class ExportException extends IOException {
  private static final long serialVersionUID = 1L;

  ExportException(String message) {
    super(message);
  }

  ExportException(String message, Throwable cause) {
    super(message, cause);
  }
}
