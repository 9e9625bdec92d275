package dev.airlock.rehearsal;

import java.util.List;

/**
 * What a rehearsal found.
 *
 * @param files how many files were opened and verified
 * @param bytes how many bytes that were
 * @param targets for which targets an install was rehearsed
 * @param findings what would make it fail
 */
public record Verdict(int files, long bytes, List<String> targets, List<Finding> findings) {
  /** Copies the lists. */
  public Verdict {
    targets = List.copyOf(targets);
    findings = List.copyOf(findings);
  }

  /** Whether an install from the store alone will succeed on every target. */
  public boolean holds() {
    return findings.isEmpty();
  }
}
