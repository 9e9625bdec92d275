package dev.airlock.tool.command;

import dev.airlock.sync.PresetBundle;
import java.io.IOException;
import java.util.Optional;
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
    BuildArguments.of(bundle, Optional.ofNullable(mirror))
        .forEach((name, value) -> around.terminal().print("--build-arg " + name + "=" + value));
    return ExitCode.OK;
  }
}
