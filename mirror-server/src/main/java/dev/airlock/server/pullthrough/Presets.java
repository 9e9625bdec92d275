package dev.airlock.server.pullthrough;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.HeldPreset;
import dev.airlock.catalog.IndexKey;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockReader;
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import dev.airlock.lock.MalformedLockException;
import dev.airlock.packaging.name.ProjectName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The published presets with their locks. A preset is read again each time; its lock is parsed
 * again only when its text changed.
 */
final class Presets {
  private final Catalog catalog;
  private final Map<String, Parsed> parsed = new ConcurrentHashMap<>();

  private record Parsed(String text, Lock lock) {}

  Presets(Catalog catalog) {
    this.catalog = catalog;
  }

  List<String> names() throws IOException {
    return catalog.presets();
  }

  PresetAnswer find(String name) throws IOException {
    Optional<HeldPreset> held = catalog.preset(name);
    if (held.isEmpty()) {
      return new PresetAnswer.Absent(names());
    }
    try {
      return new PresetAnswer.Held(held.get(), lock(held.get()));
    } catch (MalformedLockException e) {
      return new PresetAnswer.Damaged(String.valueOf(e.getMessage()));
    }
  }

  /** Whether a lock takes a project from an index. */
  boolean lock(IndexKey index, ProjectName project) throws IOException {
    return locks().stream()
        .flatMap(lock -> lock.of(project).stream())
        .anyMatch(locked -> IndexKey.of(locked.index()).equals(index));
  }

  /**
   * A file of a lock.
   *
   * @param locked the version
   * @param file the file
   */
  record Locked(LockedPackage locked, LockedFile file) {}

  /**
   * The file that an address names as a lock has it. Where the address states no digest and locks
   * have different files of the name, nobody can say which of them is meant.
   */
  Optional<Locked> locked(FileAddress address) throws IOException {
    List<Locked> found =
        locks().stream()
            .flatMap(lock -> lock.of(address.name().project()).stream())
            .filter(locked -> IndexKey.of(locked.index()).equals(address.index()))
            .flatMap(locked -> locked.files().stream().map(file -> new Locked(locked, file)))
            .filter(each -> each.file().name().equals(address.name()))
            .filter(each -> address.sha256().map(each.file().sha256()::equals).orElse(true))
            .toList();
    boolean isOne = found.stream().map(each -> each.file().sha256()).distinct().count() == 1;
    return isOne ? Optional.of(found.getFirst()) : Optional.empty();
  }

  /** The locks of all presets that can be read. */
  List<Lock> locks() throws IOException {
    var locks = new ArrayList<Lock>();
    for (String name : names()) {
      if (find(name) instanceof PresetAnswer.Held(HeldPreset _, Lock lock)) {
        locks.add(lock);
      }
    }
    return locks;
  }

  private Lock lock(HeldPreset preset) throws MalformedLockException {
    Parsed known = parsed.get(preset.name());
    if (known != null && known.text().equals(preset.lock())) {
      return known.lock();
    }
    Lock lock = LockReader.read(preset.lock());
    parsed.put(preset.name(), new Parsed(preset.lock(), lock));
    return lock;
  }
}
