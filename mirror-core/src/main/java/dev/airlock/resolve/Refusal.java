package dev.airlock.resolve;

import java.util.Optional;

/**
 * Why something may not be chosen.
 *
 * @param reason why, as a clause: {@code it requires Python >=3.12}
 * @param remedy what would change that, as an imperative, where anything would
 */
public record Refusal(String reason, Optional<String> remedy) {
  /** A refusal that nothing changes. */
  public static Refusal because(String reason) {
    return new Refusal(reason, Optional.empty());
  }

  /** A refusal with what would change it. */
  public static Refusal because(String reason, String remedy) {
    return new Refusal(reason, Optional.of(remedy));
  }

  @Override
  public String toString() {
    return reason;
  }
}
