package dev.airlock.upkeep;

import java.util.List;

/**
 * What came of looking through a store.
 *
 * @param documents how many documents were looked at
 * @param blobs how many blobs were looked at; none by a fast look
 * @param bytes how large they are
 * @param damages what is not as it should be
 */
public record Verification(long documents, long blobs, long bytes, List<Damage> damages) {
  /** Copies the list. */
  public Verification {
    damages = List.copyOf(damages);
  }

  /** Whether all is well. */
  public boolean isClean() {
    return damages.isEmpty();
  }
}
