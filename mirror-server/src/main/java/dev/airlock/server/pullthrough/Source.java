package dev.airlock.server.pullthrough;

/** Where an answer came from. */
public enum Source {
  /** From the store. */
  STORE("store"),
  /** From its upstream, just now. */
  UPSTREAM("upstream"),
  /** From a download that somebody else had begun. */
  JOINED("joined"),
  /** From the store, because the upstream could not be asked. */
  STALE("stale");

  private final String word;

  Source(String word) {
    this.word = word;
  }

  @Override
  public String toString() {
    return word;
  }
}
