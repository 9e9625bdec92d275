package dev.airlock.upkeep;

import java.util.List;
import java.util.stream.Stream;

/**
 * What came of looking through a store.
 *
 * @param documents how many documents were looked at
 * @param blobs how many blobs were looked at; none by a fast look
 * @param bytes how large they are
 * @param damages what is not as it should be
 * @param remarks what a writer may have left that was killed, and does no harm; it is mended with
 *     the damages
 */
public record Verification(
    long documents, long blobs, long bytes, List<Damage> damages, List<Damage> remarks) {
  /** Copies the lists. */
  public Verification {
    damages = List.copyOf(damages);
    remarks = List.copyOf(remarks);
  }

  /** All that can be mended. */
  public List<Damage> all() {
    return Stream.concat(damages.stream(), remarks.stream()).toList();
  }

  /** Whether all is well. */
  public boolean isClean() {
    return damages.isEmpty();
  }
}
