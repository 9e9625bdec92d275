package dev.airlock.tool.command;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.HeldPreset;
import dev.airlock.store.Store;
import dev.airlock.sync.PresetBundle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whose a preset's name is: in a store, it belongs to the place that the preset came from. A folder
 * that was moved or copied with the same content is no other place.
 */
final class NameOwner {
  private NameOwner() {}

  /**
   * The other place whose preset the store has by the name of this one.
   *
   * @return empty when the store has none, or this very preset, be it an earlier form of it
   */
  static Optional<String> other(PresetBundle bundle, Catalog catalog) throws IOException {
    String name = bundle.preset().name();
    Optional<HeldPreset> published = catalog.preset(name);
    // A second copy alone is still somebody's preset: `airlock repair` publishes it.
    Optional<HeldPreset> held = published.isPresent() ? published : catalog.unpublished(name);
    return held.filter(known -> !bundle.isSameAs(known)).map(PresetBundle::place);
  }

  /**
   * Refuses a preset whose name is that of another one in the store.
   *
   * @param waysOut what to do instead, as a clause
   */
  static void require(PresetBundle bundle, Path storeRoot, String waysOut)
      throws IOException, CommandException {
    if (!Store.exists(storeRoot)) {
      return;
    }
    try (Store store = Store.open(storeRoot)) {
      Optional<String> other = other(bundle, new Catalog(store));
      if (other.isPresent()) {
        throw new CommandException(
            ExitCode.USAGE,
            "the store has a preset '"
                + bundle.preset().name()
                + "' from "
                + other.get()
                + ", and this one is from "
                + bundle.source().origin().map(origin -> "'" + origin + "'").orElse("the store")
                + ": "
                + waysOut
                + ". Nothing was changed");
      }
    }
  }
}
