package dev.airlock.catalog;

import java.time.Instant;

/**
 * A preset whose closure is complete in the store.
 *
 * @param name its name
 * @param preset the text of its {@code preset.json}
 * @param requirements the requirements of the {@code requirements.txt}, as written
 * @param lock the text of its {@code pylock.toml}
 * @param synced when it was published
 */
public record HeldPreset(
    String name, String preset, String requirements, String lock, Instant synced) {}
