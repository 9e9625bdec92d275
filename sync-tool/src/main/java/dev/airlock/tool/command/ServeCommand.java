package dev.airlock.tool.command;

import picocli.CommandLine.Command;

/**
 * {@code airlock serve}: listed here for the help; the launcher starts the server's own program for
 * it.
 */
@Command(
    name = "serve",
    description =
        "Serves the store as a package index, at http://127.0.0.1:3143/ unless told otherwise.")
final class ServeCommand extends AirlockCommand {
  ServeCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  ExitCode run(Surroundings around) throws CommandException {
    throw new CommandException(
        ExitCode.USAGE,
        "`serve` is a program of its own, which the launcher `airlock` starts: run that");
  }
}
