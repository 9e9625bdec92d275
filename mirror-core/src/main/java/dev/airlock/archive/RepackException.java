package dev.airlock.archive;

import dev.airlock.packaging.repack.Derivation;
import java.io.IOException;

/** An sdist that cannot be made into a wheel in the way that is stated for it. */
public final class RepackException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says what stands in the way, and what to do. */
  RepackException(Derivation derivation, String reason) {
    super(derivation.sdist().text() + " cannot be repacked: " + reason);
  }
}
