package dev.airlock.server.pullthrough;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.HeldPreset;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockReader;
import dev.airlock.lock.MalformedLockException;
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
