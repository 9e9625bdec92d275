package dev.airlock.tool.command;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.HeldPreset;
import dev.airlock.catalog.IndexKey;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockWriter;
import dev.airlock.preset.PresetSource;
import dev.airlock.routing.LocalPlaces;
import dev.airlock.routing.RoutedIndex;
import dev.airlock.routing.Routing;
import dev.airlock.sync.PresetBundle;
import dev.airlock.upkeep.Repairer;
import dev.airlock.upstream.IndexSource;
import dev.airlock.upstream.Indexes;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The indexes that the presets of the store and of the folders name, and pip's configuration, as
 * places of this machine.
 */
final class KnownOrigins implements Repairer.Origins {
  private final Surroundings surroundings;
  private final Catalog catalog;
  private final Optional<Indexes> asked;
  private final LocalPlaces places;
  private final List<RoutedIndex> declared = new ArrayList<>();
  private final Set<IndexKey> defaults = new HashSet<>();
  private final Map<IndexKey, IndexSource> made = new HashMap<>();

  /**
   * The indexes that are known.
   *
   * @param asked makes their places; empty where nobody may be asked
   * @param places where indexes are asked on this machine
   * @throws CommandException when no preset names an index that is replaced
   */
  KnownOrigins(
      Surroundings surroundings, Catalog catalog, Optional<Indexes> asked, LocalPlaces places)
      throws IOException, CommandException {
    this.surroundings = surroundings;
    this.catalog = catalog;
    this.asked = asked;
    this.places = places;
    var names = new LinkedHashSet<>(catalog.presets());
    names.addAll(catalog.unpublished());
    for (Path folder : surroundings.presetFolders()) {
      names.addAll(PresetSource.names(folder));
    }
    for (String name : names) {
      bundle(name)
          .ifPresent(bundle -> {
            Routing routing = Routing.of(bundle.preset());
            declared.addAll(routing.indexes());
            routing.indexes().stream()
                .map(RoutedIndex::key)
                .filter(routing::isDefault)
                .forEach(defaults::add);
          });
    }
    Set<String> known = new LinkedHashSet<>(declared.stream().map(RoutedIndex::name).toList());
    declared.addAll(places.beside());
    for (String name : places.replaced().keySet()) {
      if (!known.contains(name)) {
        throw new CommandException(
            ExitCode.USAGE,
            "--index " + name + "=…: no preset has an index of this name: " + known);
      }
    }
  }

  /** A preset that cannot be read names no index. */
  private Optional<PresetBundle> bundle(String name) throws IOException {
    var presets = new Presets(surroundings);
    try {
      Optional<HeldPreset> copy = catalog.unpublished(name);
      return Optional.of(
          copy.isPresent() ? presets.held(copy.get()) : presets.anywhere(name, catalog));
    } catch (CommandException unreadable) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<IndexSource> place(IndexKey index) throws IOException {
    if (asked.isEmpty()) {
      return Optional.empty();
    }
    IndexSource known = made.get(index);
    if (known == null) {
      Optional<IndexSource> found = found(index, asked.get());
      found.ifPresent(place -> made.put(index, place));
      return found;
    }
    return Optional.of(known);
  }

  private Optional<IndexSource> found(IndexKey key, Indexes indexes) throws IOException {
    Optional<RoutedIndex> known =
        declared.stream().filter(index -> index.key().equals(key)).findFirst();
    if (known.isPresent()) {
      return Optional.of(places.place(known.get(), defaults.contains(key), indexes));
    }
    Optional<URI> address = catalog.address(key);
    return address.isEmpty() ? Optional.empty() : Optional.of(indexes.at(address.get()));
  }

  @Override
  public Optional<HeldPreset> preset(String name) throws IOException {
    var presets = new Presets(surroundings);
    try {
      PresetBundle bundle = presets.inFolder(name);
      Optional<Lock> lock =
          presets.lockInFolder(bundle).filter(found -> found.inputs().equals(bundle.inputs()));
      return lock.map(found ->
          new HeldPreset(
              bundle.preset().name(),
              bundle.source().json(),
              bundle.requirements(),
              LockWriter.write(found),
              surroundings.clock().instant(),
              bundle.source().origin()));
    } catch (CommandException none) {
      return Optional.empty();
    }
  }

  @Override
  public List<URI> indexes() {
    return declared.stream().map(RoutedIndex::declared).distinct().toList();
  }
}
