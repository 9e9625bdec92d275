package dev.airlock.tool.command;

import dev.airlock.packaging.name.ProjectName;
import dev.airlock.preset.Preset;
import dev.airlock.sync.PresetBundle;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The build arguments of {@code docker/Dockerfile}. */
final class BuildArguments {
  private static final ProjectName TORCH = new ProjectName("torch");

  private BuildArguments() {}

  /**
   * Those of a preset, in the order in which the Dockerfile declares them. No value has a blank.
   *
   * @param mirror the mirror's address as the build sees it, where it has one
   */
  static Map<String, String> of(PresetBundle bundle, Optional<String> mirror) {
    Preset preset = bundle.preset();
    Map<String, String> arguments = new LinkedHashMap<>();
    preset.baseImage().ifPresent(image -> arguments.put("BASE_IMAGE", image));
    arguments.put("PRESET", preset.name());
    mirror.ifPresent(address -> arguments.put("MIRROR_URL", address));
    arguments.put(
        "BOOTSTRAP",
        preset.roots().stream()
            .filter(root -> root.step() == Preset.Step.BOOTSTRAP)
            .map(root -> root.requirement().project() + root.requirement().specifier().toString())
            .collect(Collectors.joining(",")));
    arguments.putAll(bundle.buildArguments());
    preset
        .claimant(TORCH)
        .ifPresent(torch -> arguments.put("TORCH_INDEX_URL", torch.url().toString()));
    return arguments;
  }
}
