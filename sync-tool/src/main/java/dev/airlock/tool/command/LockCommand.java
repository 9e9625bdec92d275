package dev.airlock.tool.command;

import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code airlock lock}: solves a preset and writes its lock. */
@Command(
    name = "lock",
    description =
        "Solves a preset and writes pylock.toml into its folder. Versions of an earlier lock are"
            + " kept where they fit. Only files whose index states no digest are fetched. Prints"
            + " the difference to the earlier lock.")
final class LockCommand extends AirlockCommand {
  @Mixin private SolveOptions solving = new SolveOptions();
  @Mixin private NameOptions names = new NameOptions();
  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private IndexOptions indexes = new IndexOptions();

  LockCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  boolean json() {
    return common.json();
  }

  @Override
  ExitCode run(Surroundings around) throws IOException, CommandException {
    if (solving.preset().isEmpty()) {
      throw new CommandException(ExitCode.USAGE, "name the PRESET to lock");
    }
    return new SyncRun(around, common, indexes, SyncRun.Extent.LOCK, solving, names, false)
        .run(solving.preset());
  }
}
