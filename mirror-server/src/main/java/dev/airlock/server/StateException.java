package dev.airlock.server;

import java.io.IOException;

/** The folder of {@code --state} cannot be used; the message says why and what to do. */
final class StateException extends IOException {
  private static final long serialVersionUID = 1L;

  StateException(String message, IOException cause) {
    super(message, cause);
  }
}
