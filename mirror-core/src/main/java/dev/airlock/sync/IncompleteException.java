package dev.airlock.sync;

import java.util.List;

/** Files that are needed to go on could not be had. What was fetched is kept. */
public final class IncompleteException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<SyncReport.Failure> failures;

  IncompleteException(List<SyncReport.Failure> failures) {
    super(failures.size() + " of the files could not be had");
    this.failures = List.copyOf(failures);
  }

  /** What could not be had. */
  public List<SyncReport.Failure> failures() {
    return failures;
  }
}
