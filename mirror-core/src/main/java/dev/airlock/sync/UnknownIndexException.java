package dev.airlock.sync;

/** An address was given for an index that the preset does not have. */
public final class UnknownIndexException extends Exception {
  private static final long serialVersionUID = 1L;

  UnknownIndexException(String message) {
    super(message);
  }
}
