package dev.airlock.server.pullthrough;

import dev.airlock.catalog.IndexKey;
import java.util.List;

/** Which index a project comes from when no index is named. One name has one origin. */
public sealed interface Origin {
  /**
   * One index.
   *
   * @param index the index
   */
  record One(IndexKey index) implements Origin {}

  /**
   * Several hold the project, and nothing says which is meant. To merge them would let one stand in
   * for the other.
   *
   * @param indexes the indexes
   */
  record Several(List<IndexKey> indexes) implements Origin {
    /** Copies the indexes. */
    public Several {
      indexes = List.copyOf(indexes);
    }
  }

  /**
   * A rule keeps the project out.
   *
   * @param rule the pattern that says so
   */
  record Denied(String rule) implements Origin {}

  /** No index holds the project. */
  record None() implements Origin {}
}
