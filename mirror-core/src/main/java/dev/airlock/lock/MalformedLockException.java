package dev.airlock.lock;

/** A lock file that cannot be understood. The message names the place and the accepted form. */
public final class MalformedLockException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Says what is wrong. */
  public MalformedLockException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Says what is wrong. */
  public MalformedLockException(String message) {
    super(message);
  }
}
