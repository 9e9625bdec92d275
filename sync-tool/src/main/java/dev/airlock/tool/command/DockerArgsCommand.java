package dev.airlock.tool.command;

import dev.airlock.packaging.name.ProjectName;
import dev.airlock.preset.Preset;
import dev.airlock.preset.PresetIndex;
import dev.airlock.sync.PresetBundle;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code airlock docker-args}: the build arguments of an image build of a preset. */
@Command(
    name = "docker-args",
    description = "Prints the build arguments of docker/Dockerfile for a preset, one a line.",
    footer = {
      "",
      "docker build -f docker/Dockerfile $(airlock docker-args PRESET --mirror http://HOST:3143) ."
    })
final class DockerArgsCommand extends AirlockCommand {
  private static final ProjectName TORCH = new ProjectName("torch");

  @Parameters(
      paramLabel = "PRESET",
      description = "The preset: its name, or the path of its folder.")
  private String preset = "";

  @Option(
      names = "--mirror",
      paramLabel = "URL",
      description = "The mirror's address as the build sees it; adds MIRROR_URL.")
  private @Nullable String mirror;

  @Mixin private StoreOption store = new StoreOption();

  DockerArgsCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  ExitCode run(Surroundings around) throws IOException, CommandException {
    PresetBundle bundle = new Presets(around).anywhere(preset, store.store(around));
    arguments(bundle)
        .forEach((name, value) -> around.terminal().print("--build-arg " + name + "=" + value));
    return ExitCode.OK;
  }

  /** The arguments in the order in which the Dockerfile declares them; no value has a blank. */
  private Map<String, String> arguments(PresetBundle bundle) {
    Preset described = bundle.preset();
    Map<String, String> arguments = new LinkedHashMap<>();
    described.baseImage().ifPresent(image -> arguments.put("BASE_IMAGE", image));
    arguments.put("PRESET", described.name());
    if (mirror != null) {
      arguments.put("MIRROR_URL", mirror);
    }
    arguments.put(
        "BOOTSTRAP",
        described.roots().stream()
            .filter(root -> root.step() == Preset.Step.BOOTSTRAP)
            .map(root -> root.requirement().project() + root.requirement().specifier().toString())
            .collect(Collectors.joining(",")));
    arguments.putAll(bundle.buildArguments());
    PresetIndex torch = described.indexOf(TORCH);
    if (!torch.isDefault()) {
      arguments.put("TORCH_INDEX_URL", torch.url().toString());
    }
    return arguments;
  }
}
