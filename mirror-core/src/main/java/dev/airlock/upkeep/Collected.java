package dev.airlock.upkeep;

import java.util.List;

/**
 * What a collection did, or would do.
 *
 * @param taken blobs that nothing names, which were put into the trash
 * @param deleted blobs that were deleted for good
 * @param broughtBack files of the trash that are named again, and are back
 * @param entries files that were held for no preset, which are held no more
 * @param leftovers interrupted transfers and temporary files that were deleted
 * @param quarantine bytes that had been put aside, which were deleted
 * @param metadata metadata of wheels that are not listed any more or are held themselves
 * @param waiting what lies in the trash for the rest of its grace
 * @param young blobs that nothing names and that are younger than the grace
 * @param unlocked files held for no preset that were not used within the grace, and were left
 * @param damaged documents of which nobody can tell what they name; while there are any, blobs that
 *     nothing names stay
 * @param hurried whether the disk was so full that nothing waited in the trash
 */
public record Collected(
    Amount taken,
    Amount deleted,
    Amount broughtBack,
    Amount entries,
    Amount leftovers,
    Amount quarantine,
    Amount metadata,
    Amount waiting,
    Amount young,
    Amount unlocked,
    List<String> damaged,
    boolean hurried) {
  /** Copies the list. */
  public Collected {
    damaged = List.copyOf(damaged);
  }

  /**
   * Files and their bytes.
   *
   * @param files how many
   * @param bytes how many bytes
   */
  public record Amount(long files, long bytes) {
    /** None. */
    public static final Amount NONE = new Amount(0, 0);

    /** One file more. */
    public Amount plus(long size) {
      return new Amount(files + 1, bytes + size);
    }

    /** Both together. */
    public Amount plus(Amount other) {
      return new Amount(files + other.files, bytes + other.bytes);
    }
  }
}
