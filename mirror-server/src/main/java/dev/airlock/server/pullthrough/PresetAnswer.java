package dev.airlock.server.pullthrough;

import dev.airlock.catalog.HeldPreset;
import dev.airlock.lock.Lock;
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
   * A preset whose lock cannot be read.
   *
   * @param reason what is wrong with it
   */
  record Damaged(String reason) implements PresetAnswer {}

  /**
   * No such preset.
   *
   * @param held the names of those that are held
   */
  record Absent(List<String> held) implements PresetAnswer {
    /** Copies the names. */
    public Absent {
      held = List.copyOf(held);
    }
  }
}
