package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.catalog.Catalog;
import dev.airlock.fetch.Fetcher;
import dev.airlock.ledger.Ledger;
import dev.airlock.routing.LocalPlaces;
import dev.airlock.store.ProvenBlobs;
import dev.airlock.store.Store;
import dev.airlock.tool.terminal.Amounts;
import dev.airlock.tool.terminal.ProgressView;
import dev.airlock.tool.terminal.Terminal;
import dev.airlock.tool.terminal.Terminal.Verbosity;
import dev.airlock.upkeep.Checkpoint;
import dev.airlock.upkeep.Damage;
import dev.airlock.upkeep.Marker;
import dev.airlock.upkeep.Pace;
import dev.airlock.upkeep.Repair;
import dev.airlock.upkeep.Repairer;
import dev.airlock.upkeep.Verification;
import dev.airlock.upkeep.Verifier;
import dev.airlock.upstream.FileAccess;
import dev.airlock.upstream.Http;
import dev.airlock.upstream.Indexes;
import dev.airlock.upstream.PipConfig;
import dev.airlock.upstream.Retries;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code airlock repair}: mends what {@code verify} finds. */
@Command(
    name = "repair",
    description =
        "Looks whether the store is sound, as `airlock verify` does, and mends what is not: puts"
            + " damaged bytes aside in quarantine, makes documents anew from others, and fetches by"
            + " digest what is missing. What cannot be had is noted, and `airlock wants` lists it.")
final class RepairCommand extends AirlockCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "PRESET",
      description = "Mend this preset of the store alone, with all that it uses.")
  private @Nullable String preset;

  @Option(names = "--fast", description = "Look at the sizes of blobs only, as `verify --fast`.")
  private boolean fast;

  @Option(
      names = "--offline",
      description = "Ask no index: mend from what is held, and note the rest as wanted.")
  private boolean offline;

  @Mixin private IndexOptions indexes = new IndexOptions();
  @Mixin private CommonOptions common = new CommonOptions();

  RepairCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  boolean json() {
    return common.json();
  }

  @Override
  ExitCode run(Surroundings around) throws IOException, CommandException {
    Path root = common.store(around);
    Terminal terminal = around.terminal();
    if (Marker.mend(root)) {
      terminal.say("mended: the store's marker: written anew");
    }
    PipConfig pip = offline ? PipConfig.NONE : indexes.pipConfig(around);
    Http http =
        Http.of(
            "airlock/" + around.version().split(" ", 2)[0],
            around.environment(),
            around.home(),
            Retries.DEFAULT);
    try (http;
        Store store = Store.openToWrite(root, indexes.reserve().reserve(around));
        Ledger ledger = Ledger.in(root.resolve(Ledger.DIRECTORY), around.clock());
        ProgressView view = terminal.progress(common.verbosity(), common.json())) {
      VerifyCommand.requirePreset(store, preset);
      var extent = new Verifier.Extent(Optional.ofNullable(preset), fast);
      Verification found = new Verifier(store, extent, Pace.free(), Checkpoint.none(), view).run();
      var catalog = new Catalog(store);
      var fetcher =
          new Fetcher(
              store,
              catalog,
              new FileAccess(http),
              Retries.DEFAULT,
              around.clock(),
              view,
              true,
              new ProvenBlobs());
      Optional<Indexes> asked = offline ? Optional.empty() : Optional.of(new Indexes(http));
      var origins =
          new KnownOrigins(around, catalog, asked, new LocalPlaces(indexes.replaced(), pip));
      var repairer = new Repairer(store, fetcher, origins, ledger, around.clock(), view);
      return tell(terminal, repairer, repairer.run(extent.preset(), found.all()));
    }
  }

  private ExitCode tell(Terminal terminal, Repairer repairer, Repair repair) {
    if (common.json()) {
      terminal.print(json(repairer, repair));
    } else if (common.verbosity() != Verbosity.QUIET) {
      repair
          .deeds()
          .forEach(deed -> terminal.say("mended: " + deed.subject() + ": " + deed.what()));
    }
    for (Damage damage : repair.left()) {
      terminal.say(
          "NOT mended: "
              + damage.subject()
              + ": "
              + damage.what()
              + repairer.reason(damage).map(reason -> ": " + reason).orElse(""));
    }
    if (repair.isFull()) {
      terminal.say(
          "the disk is full, so not all was mended: make room, by `airlock gc --grace 0` say, which"
              + " also deletes what lies in the trash and in quarantine, and run `airlock repair`"
              + " again");
      return ExitCode.NO_SPACE;
    }
    if (!repair.isComplete()) {
      terminal.say(
          Amounts.count(repair.left().size(), "damage")
              + " could not be mended here; `airlock wants` lists what is missing, and `airlock"
              + " repair` goes on where the indexes can be reached");
      return ExitCode.PARTIAL;
    }
    if (common.verbosity() != Verbosity.QUIET && !common.json()) {
      terminal.say(
          repair.deeds().isEmpty() ? "sound: nothing was to be mended" : "sound: all is mended");
    }
    return ExitCode.OK;
  }

  private static ObjectNode json(Repairer repairer, Repair repair) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("event", "result").put("sound", repair.isComplete()).put("full", repair.isFull());
    ArrayNode deeds = result.putArray("mended");
    for (Repair.Deed deed : repair.deeds()) {
      deeds.addObject().put("subject", deed.subject()).put("what", deed.what());
    }
    ArrayNode left = result.putArray("left");
    for (Damage damage : repair.left()) {
      ObjectNode node = VerifyCommand.json(damage);
      repairer.reason(damage).ifPresent(reason -> node.put("reason", reason));
      left.add(node);
    }
    return result;
  }
}
