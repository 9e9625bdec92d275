package dev.airlock.upkeep;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.FileKey;
import dev.airlock.store.Store;
import dev.airlock.upkeep.Collected.Amount;
import dev.airlock.upkeep.Inventory.Entry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Removes presets, and takes away the files that no other preset's lock has. Their bytes are
 * collected later, as everything is that nothing names; syncing the preset again before brings all
 * back.
 *
 * @param removed the files that are in no lock any more, and in the catalogue no more
 * @param shared the files that locks of other presets have too, and stay
 */
public record Removal(Amount removed, Amount shared) {
  /**
   * Removes presets.
   *
   * @param keepsFiles whether files stay that no lock has any more
   */
  public static Removal of(Store store, Set<String> presets, boolean keepsFiles)
      throws IOException {
    var catalog = new Catalog(store);
    Inventory whole = Inventory.of(store);
    Set<FileKey> theirs = new HashSet<>();
    for (Map<String, Inventory.Preset> known : List.of(whole.presets(), whole.unpublished())) {
      known.forEach((name, preset) -> {
        if (presets.contains(name)) {
          theirs.addAll(Inventory.files(preset.lock()).keySet());
        }
      });
    }
    for (String preset : presets) {
      catalog.remove(preset);
    }
    Inventory left = Inventory.ofPresets(store);
    Set<FileKey> others = left.locked().keySet();
    Amount removed = Amount.NONE;
    Amount shared = Amount.NONE;
    var gone = new ArrayList<Entry>();
    for (Entry entry : whole.entries()) {
      // Of a preset that is damaged nobody can tell what it needs.
      boolean needed = others.contains(entry.key()) || left.isDamaged();
      if (theirs.contains(entry.key()) && needed) {
        shared = shared.plus(entry.file().size());
      } else if (theirs.contains(entry.key())) {
        removed = removed.plus(entry.file().size());
        gone.add(entry);
      }
    }
    if (!keepsFiles && !gone.isEmpty()) {
      for (Entry entry : gone) {
        catalog.discard(entry.key());
      }
      // What another preset needs that was published meanwhile is there again.
      Inventory.ofPresets(store).putBack(gone, Set.of(), catalog);
    }
    return new Removal(removed, shared);
  }
}
