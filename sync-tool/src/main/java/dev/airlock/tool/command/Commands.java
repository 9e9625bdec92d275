package dev.airlock.tool.command;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** The command line of the program: every verb, with its help. */
public final class Commands {
  private Commands() {}

  @Command(
      name = "airlock",
      description =
          "Takes Python builds through an air gap: mirrors what a preset needs, and serves it to"
              + " pip and uv.",
      mixinStandardHelpOptions = true,
      synopsisSubcommandLabel = "COMMAND",
      commandListHeading = "%nCommands:%n",
      footer = {"", "Begin with: airlock up quickstart", "Exit codes: docs/exit-codes.md"})
  private static final class Top {}

  /** The command line. Executing it returns the exit code. */
  public static CommandLine in(Surroundings surroundings) {
    var commandLine = new CommandLine(new Top());
    commandLine.getCommandSpec().version("airlock " + surroundings.version());
    for (AirlockCommand command :
        new AirlockCommand[] {
          new UpCommand(surroundings),
          new SyncCommand(surroundings),
          new LockCommand(surroundings),
          new CheckCommand(surroundings),
          new WhyCommand(surroundings),
          new TreeCommand(surroundings),
          new EnvCommand(surroundings),
          new ServeCommand(surroundings),
          new DockerArgsCommand(surroundings)
        }) {
      var subcommand = new CommandLine(command);
      CommandSpec spec = subcommand.getCommandSpec();
      spec.mixinStandardHelpOptions(true).version("airlock " + surroundings.version());
      commandLine.addSubcommand(spec.name(), subcommand);
    }
    commandLine.setOut(
        new PrintWriter(surroundings.terminal().out(), true, StandardCharsets.UTF_8));
    commandLine.setErr(
        new PrintWriter(surroundings.terminal().err(), true, StandardCharsets.UTF_8));
    return commandLine;
  }
}
