package dev.airlock.preset;

import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.SpecifierSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What somebody said about a preset that is to be written.
 *
 * @param name its name, which will be that of its folder
 * @param description one line on what it is for; empty where nobody said
 * @param like the preset that gives everything not said here; it can be read
 * @param baseImage the image that it is meant to be installed in
 * @param targets what it is built for; none: those of {@code like}
 * @param variant which of PyTorch's indexes it takes PyTorch from
 * @param versions projects with the versions that are admitted, in their order
 * @param requirements what stands in its requirements file, behind what is there of {@code like}
 */
public record PresetDraft(
    String name,
    Optional<String> description,
    Optional<PresetSource> like,
    Optional<String> baseImage,
    List<Target> targets,
    Optional<TorchVariant> variant,
    Map<ProjectName, SpecifierSet> versions,
    List<RequirementLine> requirements) {
  /** Copies the collections. */
  public PresetDraft {
    targets = List.copyOf(targets);
    versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
    requirements = List.copyOf(requirements);
  }

  /**
   * Reads the name of a preset.
   *
   * @throws MalformedException when no preset can be called so
   */
  public static String name(String text) {
    if (!PresetReader.isName(text)) {
      throw new MalformedException(
          "preset name",
          text,
          "accepted are lower-case letters, digits, '.', '_' and '-', as in"
              + " ubuntu22.04-cuda11.8-torch2.1");
    }
    return text;
  }
}
