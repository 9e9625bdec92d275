package dev.airlock.server.pullthrough;

import java.util.Arrays;
import java.util.Optional;

/** Where a mirror may look for what it is asked for. */
public enum Mode {
  /** In the store alone: no packet leaves the machine, and no name is resolved. */
  OFFLINE("offline"),
  /**
   * In the store first, and upstream for what is not held. What is held is shown, too, when the
   * upstream cannot be reached.
   */
  HYBRID("hybrid"),
  /**
   * Every page is confirmed by its upstream, or refused; files that are held come from the store.
   */
  ONLINE("online");

  private final String word;

  Mode(String word) {
    this.word = word;
  }

  /** The mode of a word: {@code hybrid}. */
  public static Optional<Mode> of(String word) {
    return Arrays.stream(values()).filter(mode -> mode.word.equals(word)).findFirst();
  }

  @Override
  public String toString() {
    return word;
  }
}
