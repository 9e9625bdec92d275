package dev.airlock.routing;

import dev.airlock.catalog.IndexKey;
import dev.airlock.preset.IndexFormat;
import java.net.URI;
import java.util.Set;

/**
 * An index that projects come from.
 *
 * @param key its identity in the store
 * @param name what the preset or the configuration calls it
 * @param declared its declared address, without credentials
 * @param format what it looks like
 * @param forbiddenMeansAbsent hosts that answer 403 for what they do not have, besides those that
 *     are known to
 */
public record RoutedIndex(
    IndexKey key, String name, URI declared, IndexFormat format, Set<String> forbiddenMeansAbsent) {
  /** Copies the hosts. */
  public RoutedIndex {
    forbiddenMeansAbsent = Set.copyOf(forbiddenMeansAbsent);
  }

  /** The simple index at a declared address. */
  public static RoutedIndex of(String name, URI declared) {
    return of(name, declared, IndexFormat.SIMPLE, Set.of());
  }

  /** The index at a declared address. */
  public static RoutedIndex of(
      String name, URI declared, IndexFormat format, Set<String> forbiddenMeansAbsent) {
    return new RoutedIndex(IndexKey.of(declared), name, declared, format, forbiddenMeansAbsent);
  }
}
