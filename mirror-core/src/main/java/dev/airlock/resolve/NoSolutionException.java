package dev.airlock.resolve;

import java.util.List;

/** There is no set of versions that fits. The message tells why, one fact a line. */
public final class NoSolutionException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> facts;

  NoSolutionException(List<String> facts) {
    super("no set of versions fits, because\n  - " + String.join("\n  - ", facts));
    this.facts = List.copyOf(facts);
  }

  /** The facts that rule every solution out together. */
  public List<String> facts() {
    return facts;
  }
}
