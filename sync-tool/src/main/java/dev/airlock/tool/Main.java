package dev.airlock.tool;

import dev.airlock.program.Build;
import dev.airlock.program.HomeFolder;
import dev.airlock.tool.command.Commands;
import dev.airlock.tool.command.Surroundings;
import dev.airlock.tool.terminal.Terminal;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * Where the program {@code airlock} begins: it finds out what is around it and hands over to the
 * commands.
 */
public final class Main {
  private Main() {}

  /** Runs one command, and ends the process with its exit code. */
  public static void main(String[] args) {
    var surroundings =
        new Surroundings(
            Terminal.ofProcess(),
            System.in,
            System.getenv(),
            HomeFolder.of(System.getenv()),
            Path.of("").toAbsolutePath(),
            InstantSource.system(),
            Build.current().toString());
    System.exit(Commands.in(surroundings, args).execute(args));
  }
}
