package dev.airlock.store;

import java.io.IOException;

/** A document of the store that is not what was written. The message says how, as a clause. */
public final class DamagedDocumentException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says what is wrong with it. */
  public DamagedDocumentException(String message) {
    super(message);
  }
}
