package dev.airlock.server.pullthrough;

/**
 * Where a mirror may look for what it is asked for. {@code HYBRID} and {@code ONLINE} join this
 * with the hybrid server; whichever it is, it is this one value, given to the one {@link Mirror}.
 */
public enum Mode {
  /** In the store alone: no packet leaves the machine. */
  OFFLINE("offline");

  private final String word;

  Mode(String word) {
    this.word = word;
  }

  @Override
  public String toString() {
    return word;
  }
}
