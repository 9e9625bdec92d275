package dev.airlock.resolve;

import dev.airlock.packaging.version.Version;

/**
 * A version that a source has.
 *
 * @param version the version
 * @param state whether it may be chosen
 */
public record Candidate(Version version, State state) {
  /** Whether a version may be chosen. */
  public sealed interface State {
    /** It may. */
    record Usable() implements State {}

    /**
     * It was withdrawn: it may be chosen where a requirement pins it (PEP 592).
     *
     * @param reason why, empty where no reason was given
     */
    record Yanked(String reason) implements State {}

    /**
     * It may not.
     *
     * @param refusal why: no wheel fits, another Python is needed, it is too new
     */
    record Unusable(Refusal refusal) implements State {}
  }

  /** A version that may be chosen. */
  public static Candidate usable(Version version) {
    return new Candidate(version, new State.Usable());
  }
}
