package dev.airlock.routing;

import dev.airlock.preset.IndexFormat;
import dev.airlock.upstream.Addresses;
import dev.airlock.upstream.IndexSource;
import dev.airlock.upstream.Indexes;
import dev.airlock.upstream.PipConfig;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where indexes are asked on this machine. An address that is given in place of an index is a
 * mirror of it: the index stays what it is. What pip's configuration names beside the default is an
 * index of its own.
 *
 * @param replaced addresses to ask instead of declared ones, by the name of the index
 * @param pip pip's configuration
 */
public record LocalPlaces(Map<String, URI> replaced, PipConfig pip) {
  private static final String NO_INDEX =
      "pip's configuration says no-index, so it is not asked: mend that, or pass --no-pip-config";

  /** Copies the map. */
  public LocalPlaces {
    replaced = Map.copyOf(replaced);
  }

  /**
   * The indexes that pip's configuration names beside the default one: {@code find-links}, then
   * {@code extra-index-url}. They are known by their addresses without credentials.
   */
  public List<RoutedIndex> beside() {
    var beside = new ArrayList<RoutedIndex>();
    pip.findLinks().forEach(address -> beside.add(beside(address, IndexFormat.FLAT)));
    if (!pip.noIndex()) {
      pip.extraIndexes().stream()
          .filter(address -> !pip.index().equals(Optional.of(address)))
          .forEach(address -> beside.add(beside(address, IndexFormat.SIMPLE)));
    }
    return List.copyOf(beside);
  }

  private static RoutedIndex beside(URI address, IndexFormat format) {
    URI declared = Addresses.withoutCredentials(address);
    return RoutedIndex.of(declared.toString(), declared, format, Set.of());
  }

  /**
   * The address that is asked for an index; empty where it is not asked.
   *
   * @param isDefault whether it has all projects that no other index claims or has
   */
  public Optional<URI> address(RoutedIndex index, boolean isDefault) {
    URI replacement = replaced.get(index.name());
    if (replacement != null) {
      return Optional.of(replacement);
    }
    if (isDefault && index.format() == IndexFormat.SIMPLE) {
      return pip.noIndex() ? Optional.empty() : Optional.of(pip.index().orElse(index.declared()));
    }
    List<URI> named = index.format() == IndexFormat.FLAT ? pip.findLinks() : pip.extraIndexes();
    return Optional.of(
        named.stream()
            .filter(address -> index.equals(beside(address, index.format())))
            .findFirst()
            .orElse(index.declared()));
  }

  /** The place that stands for an index on this machine. */
  public IndexSource place(RoutedIndex index, boolean isDefault, Indexes indexes)
      throws IOException {
    Optional<URI> address = address(index, isDefault);
    if (address.isEmpty()) {
      return Indexes.none(NO_INDEX);
    }
    Indexes those = indexes.withForbidden(index.forbiddenMeansAbsent());
    return index.format() == IndexFormat.FLAT ? those.flat(address.get()) : those.at(address.get());
  }
}
