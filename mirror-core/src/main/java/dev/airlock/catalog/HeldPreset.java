package dev.airlock.catalog;

import java.time.Instant;
import java.util.Optional;

/**
 * A preset whose closure is complete in the store.
 *
 * @param name its name
 * @param preset the text of its {@code preset.json}
 * @param requirements the requirements of the {@code requirements.txt}, as written
 * @param lock the text of its {@code pylock.toml}
 * @param synced when it was published
 * @param origin where it came from: the absolute path of its folder, or of the file that it was
 *     made from; empty where an older version published it
 */
public record HeldPreset(
    String name,
    String preset,
    String requirements,
    String lock,
    Instant synced,
    Optional<String> origin) {
  /** A preset of which nobody recorded where it came from. */
  public HeldPreset(String name, String preset, String requirements, String lock, Instant synced) {
    this(name, preset, requirements, lock, synced, Optional.empty());
  }
}
