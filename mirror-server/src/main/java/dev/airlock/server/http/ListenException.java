package dev.airlock.server.http;

import java.io.IOException;

/**
 * An address that cannot be listened at: somebody else has it, or it is not one of this machine.
 */
public final class ListenException extends IOException {
  private static final long serialVersionUID = 1L;

  ListenException(String message, Throwable cause) {
    super(message, cause);
  }
}
