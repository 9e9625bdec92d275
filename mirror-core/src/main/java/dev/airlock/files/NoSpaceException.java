package dev.airlock.files;

import java.io.IOException;

/** The file system is full. Nothing is gained by trying again before somebody makes room. */
public final class NoSpaceException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says what cannot be written, and what to do. */
  public NoSpaceException(String message) {
    super(message);
  }

  NoSpaceException(String message, IOException cause) {
    super(message, cause);
  }
}
