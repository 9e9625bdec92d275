package dev.airlock.sync;

import dev.airlock.catalog.IndexKey;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.preset.Preset;
import dev.airlock.preset.PresetIndex;
import dev.airlock.upstream.IndexSource;
import dev.airlock.upstream.Indexes;
import dev.airlock.upstream.PipConfig;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The indexes of a preset on this machine: each with its identity, and the place that stands for it
 * here.
 */
public final class Sources {
  private final Preset preset;
  private final Map<String, Source> byName;

  /**
   * One index.
   *
   * @param declared the index as the preset declares it
   * @param key its identity in the store
   * @param place what is asked for it on this machine
   */
  record Source(PresetIndex declared, IndexKey key, IndexSource place) {}

  private Sources(Preset preset, Map<String, Source> byName) {
    this.preset = preset;
    this.byName = byName;
  }

  /**
   * The indexes of a preset.
   *
   * @param replaced addresses to ask instead of declared ones, by the name of the index
   * @param pip pip's configuration, which stands for the default index where that is not replaced
   * @throws UnknownIndexException when an address is given for an index that the preset does not
   *     have
   * @throws IOException when a folder cannot be looked at
   */
  public static Sources of(Preset preset, Indexes indexes, Map<String, URI> replaced, PipConfig pip)
      throws IOException, UnknownIndexException {
    for (String name : replaced.keySet()) {
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
    Map<String, Source> byName = new LinkedHashMap<>();
    for (PresetIndex index : preset.indexes()) {
      URI replacement = replaced.get(index.name());
      IndexSource place;
      if (replacement != null) {
        place = indexes.at(replacement);
      } else {
        place =
            index.isDefault() && !pip.isNone()
                ? indexes.of(pip, index.url())
                : indexes.at(index.url());
      }
      byName.put(index.name(), new Source(index, IndexKey.of(index.url()), place));
    }
    return new Sources(preset, byName);
  }

  /** The one index that a project comes from. */
  Source of(ProjectName project) {
    return Objects.requireNonNull(byName.get(preset.indexOf(project).name()));
  }
}
