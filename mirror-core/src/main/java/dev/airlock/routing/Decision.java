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
   * No index claims it: the first of these that has it is its only source. One that cannot be asked
   * ends the search, for otherwise an outage would change where a project comes from.
   *
   * @param indexes those indexes, two at least, in the order in which they are asked; a default is
   *     the last
   */
  record Search(List<RoutedIndex> indexes) implements Decision {
    /** Copies the list. */
    public Search {
      indexes = List.copyOf(indexes);
    }
  }

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
