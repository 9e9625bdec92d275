package dev.airlock.routing;

import java.util.List;

/** Where a project comes from. */
public sealed interface Decision {
  /**
   * It comes from one index, and from no other.
   *
   * @param index that index
   */
  record From(RoutedIndex index) implements Decision {}

  /**
   * Several indexes claim it, and nothing says which of them counts.
   *
   * @param indexes those indexes, two at least
   */
  record Ambiguous(List<RoutedIndex> indexes) implements Decision {
    /** Copies the list. */
    public Ambiguous {
      indexes = List.copyOf(indexes);
    }
  }

  /**
   * A rule keeps it out.
   *
   * @param rule the pattern that says so
   */
  record Denied(String rule) implements Decision {}

  /** No index claims it, and none is the default. */
  record Nowhere() implements Decision {}
}
