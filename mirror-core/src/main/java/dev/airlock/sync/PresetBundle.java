package dev.airlock.sync;

import dev.airlock.digest.Sha256;
import dev.airlock.preset.InvalidPresetException;
import dev.airlock.preset.Preset;
import dev.airlock.preset.PresetReader;
import dev.airlock.preset.PresetSource;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/**
 * A preset with the texts it was read from.
 *
 * @param preset the preset
 * @param source its texts
 */
public record PresetBundle(Preset preset, PresetSource source) {
  /** Reads a preset. */
  public static PresetBundle read(PresetSource source) throws InvalidPresetException {
    return new PresetBundle(PresetReader.read(source), source);
  }

  /** The digest of all that the solution depends on: a lock of other inputs is out of date. */
  public Sha256 inputs() {
    return Sha256.of((source.json() + "\0" + requirements()).getBytes(StandardCharsets.UTF_8));
  }

  /** The requirements of the last step of the install, one a line, without comments. */
  public String requirements() {
    return preset.roots().stream()
        .filter(root -> root.step() == Preset.Step.REQUIREMENTS)
        .map(root -> root.requirement() + "\n")
        .collect(Collectors.joining());
  }
}
