package dev.airlock.server.pullthrough;

/** Where an answer came from; the hybrid server adds the upstream, and what is stale. */
public enum Source {
  /** From the store. */
  STORE("store");

  private final String word;

  Source(String word) {
    this.word = word;
  }

  @Override
  public String toString() {
    return word;
  }
}
