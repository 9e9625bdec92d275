package dev.airlock.sync;

import dev.airlock.lock.Lock;
import dev.airlock.packaging.name.ProjectName;
import java.util.List;
import java.util.Map;

/**
 * What came of a sync.
 *
 * @param lock the lock
 * @param solved whether it was solved now, rather than taken from the preset's folder
 * @param plan what there was to do
 * @param origins from which place each project came, of those that were looked at
 * @param failures what could not be had
 */
public record SyncReport(
    Lock lock,
    boolean solved,
    Plan plan,
    Map<ProjectName, String> origins,
    List<Failure> failures) {
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
