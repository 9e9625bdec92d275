package dev.airlock.store;

import java.io.IOException;

/**
 * Bytes that are not what they have to be. The message says what was expected and what was found.
 */
public final class CorruptContentException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says what was expected and what was found. */
  public CorruptContentException(String message) {
    super(message);
  }
}
