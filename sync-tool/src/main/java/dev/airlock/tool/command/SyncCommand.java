package dev.airlock.tool.command;

import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code airlock sync}: brings a preset into the store. */
@Command(
    name = "sync",
    description =
        "Brings everything that a preset needs into the store: solves it unless its lock still"
            + " holds, fetches what is missing, verifies it, and publishes the preset when it is"
            + " complete.")
final class SyncCommand extends AirlockCommand {
  @Option(
      names = "--dry-run",
      description =
          "Print what would be fetched, with sizes and free space. Nothing is fetched but pages,"
              + " metadata, and sdists that have to be looked into.")
  private boolean dryRun;

  @Option(
      names = "--verify",
      description = "Hash every file that is held, and fetch again what is damaged.")
  private boolean verify;

  @Mixin private SolveOptions solving = new SolveOptions();
  @Mixin private FromOptions from = new FromOptions();
  @Mixin private CommonOptions common = new CommonOptions();
  @Mixin private IndexOptions indexes = new IndexOptions();

  SyncCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  boolean json() {
    return common.json();
  }

  @Override
  ExitCode run(Surroundings around) throws IOException, CommandException {
    SyncRun.Extent extent = dryRun ? SyncRun.Extent.PLAN : SyncRun.Extent.FETCH;
    from.check(solving.preset());
    var run = new SyncRun(around, common, indexes, extent, solving, verify);
    return from.isGiven() ? run.run(from.make(around)) : run.run(solving.preset());
  }
}
