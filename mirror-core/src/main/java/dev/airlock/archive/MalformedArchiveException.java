package dev.airlock.archive;

import java.io.IOException;

/** An archive that is not the distribution that its name promises. */
public final class MalformedArchiveException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says what is wrong with it. */
  public MalformedArchiveException(String message) {
    super(message);
  }
}
