package dev.airlock.sync;

import dev.airlock.catalog.IndexKey;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.preset.Preset;
import dev.airlock.preset.PresetIndex;
import dev.airlock.routing.Decision;
import dev.airlock.routing.LocalPlaces;
import dev.airlock.routing.RoutedIndex;
import dev.airlock.routing.Routing;
import dev.airlock.upstream.IndexSource;
import dev.airlock.upstream.Indexes;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The indexes of a preset on this machine, with those that pip's configuration has beside them:
 * each with its identity, and the place that stands for it here.
 */
public final class Sources {
  private final Routing routing;
  private final Map<IndexKey, Source> byKey;

  /**
   * One index.
   *
   * @param index the index
   * @param place what is asked for it on this machine
   */
  record Source(RoutedIndex index, IndexSource place) {
    IndexKey key() {
      return index.key();
    }

    /** What to call it in messages: its name and its address, where that is not its name. */
    String description() {
      String address = index.declared().toString();
      return index.name().equals(address) ? address : "'" + index.name() + "' (" + address + ")";
    }
  }

  private Sources(Routing routing, Map<IndexKey, Source> byKey) {
    this.routing = routing;
    this.byKey = byKey;
  }

  /**
   * The indexes of a preset.
   *
   * @param places where they are asked on this machine
   * @throws UnknownIndexException when an address is given for an index that the preset does not
   *     have
   * @throws IOException when a folder cannot be looked at
   */
  public static Sources of(Preset preset, Indexes indexes, LocalPlaces places)
      throws IOException, UnknownIndexException {
    for (String name : places.replaced().keySet()) {
      if (preset.indexes().stream().noneMatch(index -> index.name().equals(name))) {
        throw new UnknownIndexException(
            "--index "
                + name
                + "=…: the preset "
                + preset.name()
                + " has no index of this name; it has "
                + preset.indexes().stream().map(PresetIndex::name).toList());
      }
    }
    Routing routing = Routing.of(preset).searching(places.beside());
    Map<IndexKey, Source> byKey = new LinkedHashMap<>();
    for (RoutedIndex index : routing.indexes()) {
      boolean isDefault = routing.isDefault(index.key());
      byKey.put(index.key(), new Source(index, places.place(index, isDefault, indexes)));
    }
    return new Sources(routing, byKey);
  }

  /**
   * What is asked for a project, in this order: the index that claims it, else those that are
   * searched, and the default.
   */
  List<Source> of(ProjectName project) {
    return switch (routing.decide(project)) {
      case Decision.From(RoutedIndex index) -> List.of(at(index));
      case Decision.Search(List<RoutedIndex> search) -> search.stream().map(this::at).toList();
      case Decision.Ambiguous _, Decision.Denied _, Decision.Nowhere _ ->
          throw new IllegalStateException("a preset says where " + project + " comes from");
    };
  }

  private Source at(RoutedIndex index) {
    return Objects.requireNonNull(byKey.get(index.key()));
  }

  /** The index of an address that a lock has; empty where this machine does not know it. */
  Optional<Source> declaredAs(URI address) {
    return Optional.ofNullable(byKey.get(IndexKey.of(address)));
  }

  /** All indexes. */
  List<Source> all() {
    return List.copyOf(byKey.values());
  }

  /** The declared addresses of what is asked for projects that no index claims, in this order. */
  List<URI> search() {
    return routing.order().stream().map(RoutedIndex::declared).toList();
  }

  /** The index that claims a project. */
  Optional<Source> claimant(ProjectName project) {
    return byKey.values().stream()
        .filter(source -> routing.claims(source.key(), project))
        .findFirst();
  }
}
