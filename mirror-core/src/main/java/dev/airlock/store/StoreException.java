package dev.airlock.store;

import java.io.IOException;

/** A directory that cannot be used as a store. The message says why and what to do. */
public final class StoreException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says why the directory cannot be used. */
  public StoreException(String message) {
    super(message);
  }

  /** Says why the directory cannot be used. */
  public StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
