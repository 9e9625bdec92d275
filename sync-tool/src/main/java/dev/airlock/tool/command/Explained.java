package dev.airlock.tool.command;

import dev.airlock.catalog.Catalog;
import dev.airlock.lock.DependencyGraph;
import dev.airlock.lock.DependencyGraph.Root;
import dev.airlock.lock.Lock;
import dev.airlock.packaging.marker.Marker;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.target.Target;
import dev.airlock.preset.Preset;
import dev.airlock.preset.PresetSource;
import dev.airlock.store.Store;
import dev.airlock.store.StoreException;
import dev.airlock.sync.PresetBundle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A preset with its lock, for commands that explain the one by the other.
 *
 * @param bundle the preset
 * @param lock its lock
 */
record Explained(PresetBundle bundle, Lock lock) {
  /** Finds a preset with its lock: in its folder first, then in the store. */
  static Explained find(Surroundings around, String nameOrPath, Path storeRoot)
      throws IOException, CommandException {
    var presets = new Presets(around);
    if (PresetSource.locate(nameOrPath, around.presetFolders()).isPresent()) {
      PresetBundle bundle = presets.inFolder(nameOrPath);
      Optional<Lock> lock = presets.lockInFolder(bundle);
      if (lock.isPresent()) {
        return new Explained(bundle, lock.get());
      }
    }
    try (Store store = Store.open(storeRoot)) {
      var catalog = new Catalog(store);
      PresetBundle bundle = presets.anywhere(nameOrPath, catalog);
      return new Explained(
          bundle,
          presets
              .lockInStore(bundle, catalog)
              .orElseThrow(() ->
                  unlocked(bundle.preset().name(), "neither in its folder nor in the store")));
    } catch (StoreException noStore) {
      PresetBundle bundle = presets.inFolder(nameOrPath);
      throw unlocked(
          bundle.preset().name(),
          "not in its folder, and the store cannot be asked (" + noStore.getMessage() + ")");
    }
  }

  private static CommandException unlocked(String name, String where) {
    return new CommandException(
        ExitCode.PARTIAL, name + " has no lock, " + where + ": run `airlock lock " + name + "`");
  }

  /** The preset's name. */
  String name() {
    return bundle.preset().name();
  }

  /** What to tell the user first, where the preset is no longer what was locked. */
  Optional<String> outdated() {
    return lock.inputs().equals(bundle.inputs())
        ? Optional.empty()
        : Optional.of(
            name()
                + " was changed after it was locked; this is what the lock says. Run `airlock lock "
                + name()
                + "`");
  }

  /** Who wants what on a target. */
  DependencyGraph graph(Target target) {
    return DependencyGraph.of(lock, roots(bundle.preset()), target);
  }

  private static List<Root> roots(Preset preset) {
    var roots = new ArrayList<Root>();
    for (Preset.Root root : preset.roots()) {
      List<Requirement> overrides =
          preset.overrides().stream()
              .filter(override -> override.project().equals(root.requirement().project()))
              .toList();
      if (overrides.isEmpty()) {
        roots.add(new Root(root.requirement(), root.place()));
      }
      overrides.forEach(override ->
          roots.add(
              new Root(overridden(root.requirement(), override), root.place() + ", override")));
    }
    return roots;
  }

  /**
   * The versions of the override where both apply; the extras of the requirement, if it has none.
   */
  private static Requirement overridden(Requirement requirement, Requirement override) {
    List<Marker> conditions = new ArrayList<>();
    for (Marker marker : List.of(requirement.marker(), override.marker())) {
      if (!marker.equals(Marker.always())) {
        conditions.add(marker);
      }
    }
    return new Requirement(
        override.project(),
        override.extras().isEmpty() ? requirement.extras() : override.extras(),
        override.specifier(),
        Optional.empty(),
        conditions.size() == 1 ? conditions.getFirst() : new Marker.All(conditions));
  }
}
