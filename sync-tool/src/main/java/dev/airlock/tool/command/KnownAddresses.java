package dev.airlock.tool.command;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.IndexKey;
import dev.airlock.preset.PresetIndex;
import dev.airlock.preset.PresetSource;
import dev.airlock.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The declared addresses of the indexes that the user's presets and the store know, by their keys.
 * Nothing is read before one is asked for. What cannot be read is an {@link UncheckedIOException}.
 */
final class KnownAddresses implements Function<String, Optional<URI>> {
  private final Surroundings surroundings;
  private final Path store;
  private @Nullable Map<String, URI> addresses;

  KnownAddresses(Surroundings surroundings, Path store) {
    this.surroundings = surroundings;
    this.store = store;
  }

  @Override
  public Optional<URI> apply(String key) {
    Map<String, URI> known = addresses;
    if (known == null) {
      try {
        known = read();
      } catch (IOException e) {
        throw new UncheckedIOException(e.getMessage(), e);
      }
      addresses = known;
    }
    return Optional.ofNullable(known.get(key));
  }

  private Map<String, URI> read() throws IOException {
    Map<String, URI> known = new HashMap<>();
    for (Path folder : surroundings.presetFolders()) {
      for (String name : PresetSource.names(folder)) {
        addIndexesOf(name, known);
      }
    }
    if (Store.exists(store)) {
      try (Store opened = Store.open(store)) {
        var catalog = new Catalog(opened);
        for (IndexKey key : catalog.indexes()) {
          catalog.address(key).ifPresent(address -> known.putIfAbsent(key.value(), address));
        }
      }
    }
    return known;
  }

  /** A preset that cannot be read names no index. */
  private void addIndexesOf(String name, Map<String, URI> known) throws IOException {
    try {
      for (PresetIndex index : new Presets(surroundings).inFolder(name).preset().indexes()) {
        known.putIfAbsent(IndexKey.of(index.url()).value(), index.url());
      }
    } catch (CommandException unreadable) {
      // It is no business of this command.
    }
  }
}
