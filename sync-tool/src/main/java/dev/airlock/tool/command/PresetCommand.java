package dev.airlock.tool.command;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine.Command;

/** {@code airlock preset}: the verbs that make presets and tell what is in them. */
@Command(
    name = "preset",
    description = "Makes presets, and tells what is in them.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n")
final class PresetCommand extends AirlockCommand {
  private final Map<String, Supplier<AirlockCommand>> verbs = new LinkedHashMap<>();

  PresetCommand(Surroundings surroundings) {
    super(surroundings);
    verbs.put("new", () -> new PresetNewCommand(surroundings));
    verbs.put("list", () -> new PresetListCommand(surroundings));
    verbs.put("show", () -> new PresetShowCommand(surroundings));
    verbs.put("validate", () -> new PresetValidateCommand(surroundings));
    verbs.put("diff", () -> new PresetDiffCommand(surroundings));
  }

  @Override
  Map<String, Supplier<AirlockCommand>> subcommands() {
    return verbs;
  }

  @Override
  ExitCode run(Surroundings around) throws CommandException {
    throw new CommandException(
        ExitCode.USAGE, "name what to do: airlock preset " + String.join("|", verbs.keySet()));
  }
}
