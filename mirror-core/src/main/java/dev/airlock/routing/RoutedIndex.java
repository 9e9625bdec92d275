package dev.airlock.routing;

import dev.airlock.catalog.IndexKey;
import java.net.URI;

/**
 * An index that projects come from.
 *
 * @param key its identity in the store
 * @param name what the preset or the configuration calls it
 * @param declared its declared address
 */
public record RoutedIndex(IndexKey key, String name, URI declared) {
  /** The index at a declared address. */
  public static RoutedIndex of(String name, URI declared) {
    return new RoutedIndex(IndexKey.of(declared), name, declared);
  }
}
