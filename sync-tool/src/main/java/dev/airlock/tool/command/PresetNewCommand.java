package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.airlock.preset.InvalidPresetException;
import dev.airlock.preset.PresetSource;
import dev.airlock.preset.PresetWriter;
import dev.airlock.tool.terminal.Questions;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code airlock preset new}: writes a new preset. */
@Command(
    name = "new",
    description =
        "Writes a new preset: DIR/NAME/preset.json and its requirements.txt. On a terminal it asks"
            + " for what is needed and not given; else everything that is missing is told at once."
            + " An image of Ubuntu or nvidia/cuda tells the target and PyTorch's index. Nothing is"
            + " replaced.",
    footer = {
      "",
      "airlock preset new mine --base-image nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04 \\",
      "  --torch 2.1.0 --package numpy=1.23.1 --require requests"
    })
final class PresetNewCommand extends AirlockCommand {
  @Mixin private DraftOptions options = new DraftOptions();
  @Mixin private StoreOption store = new StoreOption();

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "The folder of presets. Default: presets, in the working directory.")
  private Path presets = Path.of("presets");

  @Option(names = "--json", description = "Print the result as a line of JSON. Asks nothing.")
  private boolean json;

  PresetNewCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  boolean json() {
    return json;
  }

  @Override
  ExitCode run(Surroundings around) throws IOException, CommandException {
    if (!options.isEnough() && around.terminal().isInteractive() && !json) {
      try {
        options.ask(new Questions(around.in(), around.terminal()));
      } catch (EOFException e) {
        throw new CommandException(ExitCode.USAGE, e.getMessage() + "; nothing was written");
      }
    }
    PresetSource preset =
        PresetWriter.text(options.draft(new Presets(around), store.store(around)));
    Path folder = written(preset, around.directory().resolve(presets));
    if (json) {
      around
          .terminal()
          .print(
              new ObjectMapper()
                  .createObjectNode()
                  .put("event", "result")
                  .put("preset", preset.folder())
                  .put("folder", folder.toString()));
    } else {
      around.terminal().print(folder.toString());
      around.terminal().say("written; next: airlock sync " + preset.folder());
    }
    return ExitCode.OK;
  }

  private static Path written(PresetSource preset, Path presets)
      throws IOException, CommandException {
    try {
      return PresetWriter.write(preset, presets);
    } catch (InvalidPresetException e) {
      throw new CommandException(ExitCode.USAGE, e.getMessage() + "\nNothing was written.");
    } catch (FileAlreadyExistsException e) {
      throw new CommandException(
          ExitCode.USAGE,
          e.getFile() + ": " + e.getReason() + ". Choose another name, or delete it first.");
    }
  }
}
