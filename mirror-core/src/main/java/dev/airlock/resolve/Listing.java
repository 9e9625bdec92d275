package dev.airlock.resolve;

import java.util.List;

/** The versions that a source has of a project. */
public sealed interface Listing {
  /**
   * There is such a project.
   *
   * @param candidates its versions, each once, in any order; those that cannot be used among them,
   *     with the reason
   * @param where where it was found, as what ends a clause; empty where there is nothing to tell
   */
  record Found(List<Candidate> candidates, String where) implements Listing {
    /** A listing of which it is not told where it was found. */
    public Found(List<Candidate> candidates) {
      this(candidates, "");
    }

    /** Copies the candidates. */
    public Found {
      candidates = List.copyOf(candidates);
    }
  }

  /**
   * There is no such project.
   *
   * @param refusal where it was looked for
   */
  record Missing(Refusal refusal) implements Listing {}
}
