package dev.airlock.tool.command;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.HeldPreset;
import dev.airlock.catalog.IndexKey;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockWriter;
import dev.airlock.preset.PresetIndex;
import dev.airlock.preset.PresetSource;
import dev.airlock.sync.PresetBundle;
import dev.airlock.upkeep.Repairer;
import dev.airlock.upstream.IndexSource;
import dev.airlock.upstream.Indexes;
import dev.airlock.upstream.PipConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The indexes that the presets of the store and of the folders name, as places of this machine. */
final class KnownOrigins implements Repairer.Origins {
  private final Surroundings surroundings;
  private final Catalog catalog;
  private final Optional<Indexes> asked;
  private final PipConfig pip;
  private final Map<String, URI> replaced;
  private final List<PresetIndex> declared = new ArrayList<>();
  private final Map<IndexKey, IndexSource> places = new HashMap<>();

  /**
   * The indexes that are known.
   *
   * @param asked makes their places; empty where nobody may be asked
   * @param replaced addresses to ask instead of declared ones, by the name of the index
   * @throws CommandException when no preset names an index that is replaced
   */
  KnownOrigins(
      Surroundings surroundings,
      Catalog catalog,
      Optional<Indexes> asked,
      Map<String, URI> replaced,
      PipConfig pip)
      throws IOException, CommandException {
    this.surroundings = surroundings;
    this.catalog = catalog;
    this.asked = asked;
    this.replaced = replaced;
    this.pip = pip;
    var names = new LinkedHashSet<>(catalog.presets());
    names.addAll(catalog.unpublished());
    for (Path folder : surroundings.presetFolders()) {
      names.addAll(PresetSource.names(folder));
    }
    for (String name : names) {
      bundle(name).ifPresent(bundle -> declared.addAll(bundle.preset().indexes()));
    }
    Set<String> known = new LinkedHashSet<>(declared.stream().map(PresetIndex::name).toList());
    for (String name : replaced.keySet()) {
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
    IndexSource known = places.get(index);
    if (known == null) {
      Optional<IndexSource> found = found(index, asked.get());
      found.ifPresent(place -> places.put(index, place));
      return found;
    }
    return Optional.of(known);
  }

  private Optional<IndexSource> found(IndexKey key, Indexes indexes) throws IOException {
    for (PresetIndex index : declared) {
      if (IndexKey.of(index.url()).equals(key)) {
        URI replacement = replaced.get(index.name());
        if (replacement != null) {
          return Optional.of(indexes.at(replacement));
        }
        return Optional.of(
            index.isDefault() && !pip.isNone()
                ? indexes.of(pip, index.url())
                : indexes.at(index.url()));
      }
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
    return declared.stream().map(PresetIndex::url).distinct().toList();
  }
}
