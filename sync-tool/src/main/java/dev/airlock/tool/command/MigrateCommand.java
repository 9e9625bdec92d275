package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.airlock.store.Store;
import dev.airlock.store.StoreException;
import dev.airlock.tool.terminal.Amounts;
import dev.airlock.upkeep.Migration;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code airlock migrate}: makes a store of an older format one of this version's. */
@Command(
    name = "migrate",
    description =
        "Makes a store of an older format one of this version's format. Nothing is fetched and no"
            + " distribution is touched. Servers and syncs of the store have to be stopped before.")
final class MigrateCommand extends AirlockCommand {
  @Mixin private CommonOptions common = new CommonOptions();

  MigrateCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  boolean json() {
    return common.json();
  }

  @Override
  ExitCode run(Surroundings around) throws IOException {
    Path root = common.store(around);
    if (!Store.exists(root)) {
      throw new StoreException("there is no store in '" + root + "' to migrate");
    }
    int before = Store.format(root);
    int written = Migration.run(root);
    if (common.json()) {
      around
          .terminal()
          .print(
              JsonNodeFactory.instance
                  .objectNode()
                  .put("event", "result")
                  .put("from", before)
                  .put("to", Store.FORMAT)
                  .put("documents", written));
    } else {
      around
          .terminal()
          .say(
              before == Store.FORMAT
                  ? "the store has format " + before + " already"
                  : "migrated from format "
                      + before
                      + " to "
                      + Store.FORMAT
                      + ": "
                      + Amounts.count(written, "document")
                      + " written. `airlock verify` looks whether all is sound");
    }
    return ExitCode.OK;
  }
}
