package dev.airlock.sync;

import dev.airlock.lock.Lock;
import java.util.List;

/**
 * What came of a sync.
 *
 * @param lock the lock
 * @param solved whether it was solved now, rather than taken from the preset's folder
 * @param plan what there was to do
 * @param failures what could not be had
 */
public record SyncReport(Lock lock, boolean solved, Plan plan, List<Failure> failures) {
  /** Copies the collections. */
  public SyncReport {
    failures = List.copyOf(failures);
  }

  /** Whether the closure is complete in the store. */
  public boolean isComplete() {
    return failures.isEmpty();
  }

  /**
   * A file that could not be had.
   *
   * @param file its name
   * @param wantedBy who wants it
   * @param reason why it could not be had
   */
  public record Failure(String file, List<String> wantedBy, String reason) {
    /** Copies the list. */
    public Failure {
      wantedBy = List.copyOf(wantedBy);
    }
  }
}
