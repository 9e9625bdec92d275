package dev.airlock.upkeep;

import java.util.List;

/**
 * What came of mending a store.
 *
 * @param deeds what was done
 * @param left what could not be mended
 * @param isFull whether something could not be done because the disk is full
 */
public record Repair(List<Deed> deeds, List<Damage> left, boolean isFull) {
  /**
   * One thing that was done.
   *
   * @param subject what it was done to
   * @param what what was done, as a clause
   */
  public record Deed(String subject, String what) {}

  /** Copies the lists. */
  public Repair {
    deeds = List.copyOf(deeds);
    left = List.copyOf(left);
  }

  /** Whether nothing is wrong any more. */
  public boolean isComplete() {
    return left.isEmpty();
  }
}
