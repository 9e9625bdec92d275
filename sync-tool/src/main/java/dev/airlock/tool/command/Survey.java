package dev.airlock.tool.command;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.HeldPreset;
import dev.airlock.ledger.Kind;
import dev.airlock.ledger.Note;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import dev.airlock.preset.PresetSource;
import dev.airlock.sync.PresetBundle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds out how presets stand in a store. */
final class Survey {
  private final Surroundings surroundings;
  private final Catalog catalog;
  private final Holdings holdings;
  private final List<Note> notes;

  Survey(Surroundings surroundings, Catalog catalog, Holdings holdings, List<Note> notes) {
    this.surroundings = surroundings;
    this.catalog = catalog;
    this.holdings = holdings;
    this.notes = notes;
  }

  /**
   * How one preset stands.
   *
   * @throws CommandException when there is none of this name
   */
  PresetState of(String nameOrPath) throws IOException, CommandException {
    Optional<Path> folder = PresetSource.locate(nameOrPath, surroundings.presetFolders());
    String name = folder.map(path -> String.valueOf(path.getFileName())).orElse(nameOrPath);
    Optional<HeldPreset> held = catalog.preset(name);
    var remarks = new ArrayList<String>();
    boolean isUsable = true;
    boolean isLost = catalog.unpublished().contains(name);
    boolean isDamaged = isLost || (held.isEmpty() && catalog.presets().contains(name));
    if (folder.isPresent() || (held.isEmpty() && !isDamaged)) {
      isUsable = fits(nameOrPath, held, remarks);
    }
    shadow(name, folder, held).ifPresent(remarks::add);
    if (isDamaged) {
      remarks.add(
          "its document is "
              + (isLost ? "missing, and its second copy is there" : "damaged")
              + ": run `airlock repair`");
      isUsable = false;
    }
    Optional<Lock> lock = holdings.lock(name);
    if (held.isPresent() && lock.isEmpty()) {
      remarks.add("its lock in the store is damaged: sync it again");
      isUsable = false;
    }
    Map<String, Long> missing = new HashMap<>();
    Map<String, Long> files = new HashMap<>();
    for (LockedPackage locked : lock.map(Lock::packages).orElse(List.of())) {
      for (LockedFile file : locked.files()) {
        files.put(file.name().text(), file.size());
        if (!holdings.has(locked, file)) {
          missing.put(file.name().text(), file.size());
        }
      }
    }
    List<Note> open =
        open(notes.stream().filter(note -> note.preset().equals(Optional.of(name))).toList());
    return new PresetState(
        name,
        folder.map(Path::toString).orElse("the store"),
        held.map(HeldPreset::synced),
        isDamaged,
        files.size(),
        sum(files),
        missing.keySet().stream().sorted().toList(),
        sum(files) - sum(missing),
        open.stream().filter(note -> note.kind() == Kind.UNLOCKED).toList(),
        open.stream().filter(note -> note.kind() == Kind.WANTED).toList(),
        remarks,
        isUsable);
  }

  /** What has the name of a preset besides, and stays in its shadow. */
  private Optional<String> shadow(String name, Optional<Path> folder, Optional<HeldPreset> held)
      throws IOException {
    return new Presets(surroundings).shadowed(name, folder, held).map(other -> "shadows " + other);
  }

  private static long sum(Map<String, Long> sizes) {
    return sizes.values().stream().mapToLong(size -> size).sum();
  }

  /** The notes of what is still not there. */
  List<Note> open(List<Note> some) throws IOException {
    var open = new ArrayList<Note>();
    for (Note note : some) {
      if (!holdings.has(note)) {
        open.add(note);
      }
    }
    return open;
  }

  /** Whether the preset of a folder is what was synced, wants besides; remarks say it. */
  private boolean fits(String nameOrPath, Optional<HeldPreset> held, List<String> remarks)
      throws IOException, CommandException {
    PresetBundle bundle;
    try {
      bundle = new Presets(surroundings).inFolder(nameOrPath);
    } catch (CommandException e) {
      boolean isThere = PresetSource.locate(nameOrPath, surroundings.presetFolders()).isPresent();
      if (!isThere) {
        throw e;
      }
      remarks.add(String.valueOf(e.getMessage()));
      return false;
    }
    Optional<Lock> lock = holdings.lock(bundle.preset().name());
    if (held.isEmpty() || lock.isEmpty() || lock.get().inputs().equals(bundle.inputs())) {
      return true;
    }
    Optional<String> besides = bundle.besides(held.get());
    remarks.add(
        besides.isPresent()
            ? "synced with wants that its folder does not have: "
                + String.join(", ", besides.get().lines().toList())
            : "its folder was changed after it was synced");
    return besides.isPresent();
  }
}
