package dev.airlock.server.pullthrough;

import dev.airlock.catalog.HeldPreset;
import dev.airlock.lock.Lock;
import dev.airlock.sync.PresetBundle;
import java.util.List;

/** What the mirror has of a preset. */
public sealed interface PresetAnswer {
  /**
   * The preset.
   *
   * @param preset as it was published
   * @param lock its lock
   */
  record Held(HeldPreset preset, Lock lock) implements PresetAnswer {}

  /**
   * A preset that was never synced, of which everything can be fetched, unlocked.
   *
   * @param preset as it stands in its folder
   */
  record Unsynced(PresetBundle preset) implements PresetAnswer {}

  /**
   * A preset whose lock cannot be read.
   *
   * @param reason what is wrong with it
   */
  record Damaged(String reason) implements PresetAnswer {}

  /**
   * No such preset.
   *
   * @param known the names of those that there are
   */
  record Absent(List<String> known) implements PresetAnswer {
    /** Copies the names. */
    public Absent {
      known = List.copyOf(known);
    }
  }
}
