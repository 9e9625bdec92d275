package dev.airlock.tool.command;

import dev.airlock.program.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code airlock up}: sync, then serve. The two are programs of their own: this one leaves the
 * server's arguments in the file that the launcher names, and the launcher goes on with the server.
 */
@Command(
    name = "up",
    description = "Brings a preset into the store, then serves the store: sync, then serve.")
final class UpCommand extends AirlockCommand {
  @Parameters(
      paramLabel = "PRESET",
      description = "The preset: its name, or the path of its folder.")
  private String preset = "";

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where the server listens. Default: 127.0.0.1:3143.")
  private @Nullable String listen;

  @Option(
      names = "--offline",
      description =
          "Serve what the store holds, and ask no index from then on. Else the server fetches what"
              + " is asked for and not held.")
  private boolean offline;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "The server's configuration. Default: $AIRLOCK_CONFIG, else airlock/airlock.json below"
              + " $XDG_CONFIG_HOME or ~/.config.")
  private @Nullable Path config;

  @Option(
      names = "--quota",
      paramLabel = "SIZE",
      description =
          "How much the server keeps of files that no preset's lock has. Default: $AIRLOCK_QUOTA,"
              + " else what the configuration says, else all.")
  private @Nullable String quota;

  @Mixin private NameOptions names = new NameOptions();
  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private IndexOptions indexes = new IndexOptions();

  UpCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  boolean json() {
    return common.json();
  }

  @Override
  ExitCode run(Surroundings around) throws IOException, CommandException {
    String handover = around.variable("AIRLOCK_UP_HANDOVER");
    if (handover.isBlank()) {
      throw new CommandException(
          ExitCode.USAGE,
          "`up` starts two programs and needs the launcher `airlock`: run that, or sync and then"
              + " serve");
    }
    if (quota != null) {
      Parsed.option("--quota", quota, ByteSize::parse);
    }
    ExitCode code =
        new SyncRun(around, common, indexes, SyncRun.Extent.FETCH, SolveOptions.NONE, names, false)
            .run(preset);
    if (code == ExitCode.OK) {
      Files.write(Path.of(handover), serverArguments(around));
    }
    return code;
  }

  private List<String> serverArguments(Surroundings around) throws CommandException {
    var arguments = new ArrayList<>(List.of("--mode", offline ? "offline" : "hybrid"));
    arguments.addAll(List.of("--store", common.store(around).toString()));
    if (listen != null) {
      arguments.addAll(List.of("--listen", listen));
    }
    if (config != null) {
      arguments.addAll(List.of("--config", around.directory().resolve(config).toString()));
    }
    indexes
        .replaced()
        .forEach((name, address) -> arguments.addAll(List.of("--index", name + "=" + address)));
    indexes.reserve().named().ifPresent(size -> arguments.addAll(List.of("--reserve", size)));
    if (quota != null) {
      arguments.addAll(List.of("--quota", quota));
    }
    if (!indexes.usesPipConfig()) {
      arguments.add("--no-pip-config");
    }
    return arguments;
  }
}
