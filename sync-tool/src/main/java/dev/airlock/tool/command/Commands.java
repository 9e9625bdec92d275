package dev.airlock.tool.command;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
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

  /**
   * The command line for some arguments. Executing it with them returns the exit code. Where they
   * name a verb, it is put together for that verb alone: reading the annotations of all takes
   * longer than a short command.
   */
  public static CommandLine in(Surroundings surroundings, String... arguments) {
    var commandLine = new CommandLine(new Top());
    commandLine.getCommandSpec().version("airlock " + surroundings.version());
    Map<String, Supplier<AirlockCommand>> verbs = new LinkedHashMap<>();
    verbs.put("up", () -> new UpCommand(surroundings));
    verbs.put("sync", () -> new SyncCommand(surroundings));
    verbs.put("lock", () -> new LockCommand(surroundings));
    verbs.put("check", () -> new CheckCommand(surroundings));
    verbs.put("status", () -> new StatusCommand(surroundings));
    verbs.put("verify", () -> new VerifyCommand(surroundings));
    verbs.put("repair", () -> new RepairCommand(surroundings));
    verbs.put("migrate", () -> new MigrateCommand(surroundings));
    verbs.put("wants", () -> new WantsCommand(surroundings));
    verbs.put("why", () -> new WhyCommand(surroundings));
    verbs.put("tree", () -> new TreeCommand(surroundings));
    verbs.put("env", () -> new EnvCommand(surroundings));
    verbs.put("serve", () -> new ServeCommand(surroundings));
    verbs.put("ls", () -> new LsCommand(surroundings));
    verbs.put("du", () -> new DuCommand(surroundings));
    verbs.put("gc", () -> new GcCommand(surroundings));
    verbs.put("rm", () -> new RmCommand(surroundings));
    verbs.put("build", () -> new BuildCommand(surroundings));
    verbs.put("bake", () -> new BakeCommand(surroundings));
    verbs.put("export", () -> new ExportCommand(surroundings));
    verbs.put("preset", () -> new PresetCommand(surroundings));
    verbs.put("docker-args", () -> new DockerArgsCommand(surroundings));
    if (arguments.length > 0 && verbs.containsKey(arguments[0])) {
      verbs.keySet().retainAll(Set.of(arguments[0]));
    }
    verbs.forEach((verb, command) ->
        commandLine.addSubcommand(verb, line(command.get(), surroundings.version())));
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setOut(
        new PrintWriter(surroundings.terminal().out(), true, StandardCharsets.UTF_8));
    commandLine.setErr(
        new PrintWriter(surroundings.terminal().err(), true, StandardCharsets.UTF_8));
    return commandLine;
  }

  private static CommandLine line(AirlockCommand command, String version) {
    var line = new CommandLine(command);
    CommandSpec spec = line.getCommandSpec();
    spec.mixinStandardHelpOptions(true).version("airlock " + version);
    command
        .subcommands()
        .forEach((verb, below) -> line.addSubcommand(verb, line(below.get(), version)));
    return line;
  }
}
