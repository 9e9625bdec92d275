package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.catalog.Catalog;
import dev.airlock.store.Reserve;
import dev.airlock.store.Store;
import dev.airlock.tool.terminal.Amounts;
import dev.airlock.tool.terminal.Terminal.Verbosity;
import dev.airlock.upkeep.Removal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code airlock rm}: removes presets from the store. */
@Command(
    name = "rm",
    description =
        "Removes presets from the store, and the files that no other preset's lock has. The folders"
            + " of the presets stay as they are. `airlock gc` frees the space; until then `airlock"
            + " sync` brings all back.")
final class RmCommand extends AirlockCommand {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Parameters(arity = "1..*", paramLabel = "PRESET", description = "The presets, by their names.")
  private List<String> presets = new ArrayList<>();

  @Option(
      names = "--keep-files",
      description = "Keep the files: servers give them out as before, outside the preset.")
  private boolean keepFiles;

  @Mixin private CommonOptions common = new CommonOptions();

  RmCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  boolean json() {
    return common.json();
  }

  @Override
  ExitCode run(Surroundings around) throws IOException, CommandException {
    Set<String> names = new LinkedHashSet<>(presets);
    Removal removal;
    try (Store store = Store.openToWrite(common.store(around), Reserve.USUAL)) {
      var catalog = new Catalog(store);
      List<String> held =
          Stream.concat(catalog.presets().stream(), catalog.unpublished().stream()).toList();
      List<String> unknown = names.stream().filter(name -> !held.contains(name)).toList();
      if (!unknown.isEmpty()) {
        throw new CommandException(
            ExitCode.USAGE,
            "the store holds no preset '"
                + String.join("', '", unknown)
                + "', so nothing was removed: it holds "
                + held);
      }
      removal = Removal.of(store, names, keepFiles);
    }
    if (common.json()) {
      ObjectNode result = JSON.createObjectNode().put("event", "result");
      names.forEach(result.putArray("removed")::add);
      result.put("kept_files", keepFiles);
      result
          .put("files", removal.removed().files())
          .put("bytes", removal.removed().bytes())
          .put("shared_files", removal.shared().files())
          .put("shared_bytes", removal.shared().bytes());
      around.terminal().print(result);
    } else if (common.verbosity() != Verbosity.QUIET) {
      around.terminal().say("removed: " + String.join(", ", names));
      String amount =
          Amounts.count(removal.removed().files(), "file")
              + " ("
              + Amounts.bytes(removal.removed().bytes())
              + ") of no other preset";
      around
          .terminal()
          .say(
              keepFiles
                  ? "kept: " + amount
                  : "given up: "
                      + amount
                      + "; `airlock gc` frees the space after its grace, `airlock gc --grace 0` at"
                      + " once");
    }
    return ExitCode.OK;
  }
}
