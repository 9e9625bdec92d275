package dev.airlock.resolve;

import java.util.List;

/**
 * There is no set of versions that fits. The message tells why, in sentences that follow from each
 * other, and what to change.
 */
public final class NoSolutionException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> facts;
  private final transient List<String> remedies;

  NoSolutionException(Explanation explanation) {
    super(explanation.text());
    this.facts = explanation.facts();
    this.remedies = explanation.remedies();
  }

  private NoSolutionException(String place, NoSolutionException failure) {
    super(place + ": " + failure.getMessage(), failure);
    this.facts = failure.facts;
    this.remedies = failure.remedies;
  }

  /** The same, with the place that it was solved for in front of the message. */
  public NoSolutionException in(String place) {
    return new NoSolutionException(place, this);
  }

  /** The facts that rule every solution out together. */
  public List<String> facts() {
    return facts;
  }

  /** What to change, each an imperative. */
  public List<String> remedies() {
    return remedies;
  }
}
