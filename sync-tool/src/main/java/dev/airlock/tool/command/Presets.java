package dev.airlock.tool.command;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.HeldPreset;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockReader;
import dev.airlock.lock.MalformedLockException;
import dev.airlock.preset.InvalidPresetException;
import dev.airlock.preset.PresetSource;
import dev.airlock.program.PresetFolders;
import dev.airlock.store.Store;
import dev.airlock.sync.PresetBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Optional;
import java.util.TreeSet;

/** Finds presets and their locks: in folders, and in the store. */
final class Presets {
  private final Surroundings surroundings;

  Presets(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** The preset of a folder. */
  PresetBundle inFolder(String nameOrPath) throws IOException, CommandException {
    Optional<Path> folder = PresetSource.locate(nameOrPath, surroundings.presetFolders());
    if (folder.isEmpty()) {
      throw new CommandException(ExitCode.USAGE, notFound(nameOrPath));
    }
    return read(PresetSource.read(folder.get()));
  }

  /** The preset of a folder, or else the one that the store holds under this name. */
  PresetBundle anywhere(String nameOrPath, Catalog catalog) throws IOException, CommandException {
    if (PresetSource.locate(nameOrPath, surroundings.presetFolders()).isPresent()) {
      return inFolder(nameOrPath);
    }
    Optional<HeldPreset> held = catalog.preset(nameOrPath);
    if (held.isEmpty()) {
      throw new CommandException(
          ExitCode.USAGE, notFound(nameOrPath) + " The store holds " + catalog.presets() + ".");
    }
    return held(held.get());
  }

  /** A preset as it is held. */
  PresetBundle held(HeldPreset held) throws CommandException {
    return read(source(held));
  }

  /**
   * The preset that the store holds under a name, whatever the folders have.
   *
   * @throws IllegalArgumentException when it holds none
   */
  PresetBundle inStore(String name, Catalog catalog) throws IOException, CommandException {
    return held(
        catalog
            .preset(name)
            .orElseThrow(() -> new IllegalArgumentException("the store holds no " + name)));
  }

  private static PresetSource source(HeldPreset held) {
    return PresetBundle.source(held, "store:" + held.name());
  }

  /** The same where there may be no store. */
  PresetBundle anywhere(String nameOrPath, Path storeRoot) throws IOException, CommandException {
    boolean inFolder = PresetSource.locate(nameOrPath, surroundings.presetFolders()).isPresent();
    if (inFolder || !Store.exists(storeRoot)) {
      return inFolder(nameOrPath);
    }
    try (Store store = Store.open(storeRoot)) {
      return anywhere(nameOrPath, new Catalog(store));
    }
  }

  private String notFound(String nameOrPath) throws IOException {
    var known = new TreeSet<String>();
    for (Path folder : surroundings.presetFolders()) {
      known.addAll(PresetSource.names(folder));
    }
    return "there is no preset '"
        + nameOrPath
        + "': name one of "
        + known
        + ", or give the path of a folder that has a preset.json.";
  }

  private static PresetBundle read(PresetSource source) throws CommandException {
    try {
      return PresetBundle.read(source);
    } catch (InvalidPresetException e) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
  }

  /** The lock in the folder of a preset, whether or not it still fits the preset. */
  Optional<Lock> lockInFolder(PresetBundle bundle) throws IOException, CommandException {
    Optional<Path> file =
        bundle.source().directory().map(directory -> directory.resolve(Lock.FILE));
    if (file.isEmpty() || !Files.isRegularFile(file.get())) {
      return Optional.empty();
    }
    return Optional.of(parsed(Files.readString(file.get()), file.get().toString()));
  }

  /** The lock that the store holds of a preset. */
  Optional<Lock> lockInStore(PresetBundle bundle, Catalog catalog)
      throws IOException, CommandException {
    Optional<HeldPreset> held = catalog.preset(bundle.preset().name());
    return held.isEmpty()
        ? Optional.empty()
        : Optional.of(
            parsed(held.get().lock(), "the lock of " + held.get().name() + " in the store"));
  }

  /**
   * The lock that the store holds of a preset whose lock is in no folder; empty where it was not
   * synced before, or another preset has its name.
   */
  Optional<Lock> lockInStore(PresetBundle bundle, Path storeRoot)
      throws IOException, CommandException {
    if (!Store.exists(storeRoot)) {
      return Optional.empty();
    }
    try (Store store = Store.open(storeRoot)) {
      var catalog = new Catalog(store);
      return NameOwner.other(bundle, catalog).isPresent()
          ? Optional.empty()
          : lockInStore(bundle, catalog);
    }
  }

  /**
   * What else has the name of a preset, for people: the folders that are not found by the name,
   * because another one comes before them, and a folder beside a preset of the store that came from
   * elsewhere.
   *
   * @param folder the folder that is found by the name
   * @param held what the store has by the name
   */
  Optional<String> shadowed(String name, Optional<Path> folder, Optional<HeldPreset> held)
      throws IOException {
    var others = new ArrayList<String>();
    for (Path place : surroundings.presetFolders()) {
      Path other = place.resolve(name);
      boolean isHidden =
          folder.isPresent()
              && !PresetFolders.isSame(folder.get(), other)
              && Files.isRegularFile(other.resolve(PresetSource.FILE));
      if (isHidden) {
        others.add("the preset in '" + other + "'");
      }
    }
    if (folder.isPresent() && held.isPresent()) {
      try {
        if (!PresetBundle.read(PresetSource.read(folder.get())).isSameAs(held.get())) {
          others.add("the preset of the store from " + PresetBundle.place(held.get()));
        }
      } catch (InvalidPresetException unreadable) {
        // its mistakes are told elsewhere
      }
    }
    return others.isEmpty() ? Optional.empty() : Optional.of(String.join(" and ", others));
  }

  /** Refuses the name of a preset made from a file that is the name of a preset's folder. */
  void requireNoFolder(PresetBundle made) throws CommandException {
    String name = made.preset().name();
    Optional<Path> folder = PresetSource.locate(name, surroundings.presetFolders());
    if (folder.isPresent()) {
      throw new CommandException(
          ExitCode.USAGE,
          "the name '"
              + name
              + "' is that of the preset in "
              + folder.get()
              + ": pass --name NAME to give this one another");
    }
  }

  private static Lock parsed(String text, String where) throws CommandException {
    try {
      return LockReader.read(text);
    } catch (MalformedLockException e) {
      throw new CommandException(
          ExitCode.ERROR,
          where + " cannot be read: " + e.getMessage() + ". Delete it to have it made anew.");
    }
  }
}
