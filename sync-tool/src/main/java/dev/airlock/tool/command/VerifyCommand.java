package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.catalog.Catalog;
import dev.airlock.program.ByteSize;
import dev.airlock.store.Store;
import dev.airlock.tool.terminal.Amounts;
import dev.airlock.tool.terminal.ProgressView;
import dev.airlock.tool.terminal.Terminal;
import dev.airlock.tool.terminal.Terminal.Verbosity;
import dev.airlock.upkeep.Checkpoint;
import dev.airlock.upkeep.Damage;
import dev.airlock.upkeep.Pace;
import dev.airlock.upkeep.Verification;
import dev.airlock.upkeep.Verifier;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code airlock verify}: looks whether the store is sound. */
@Command(
    name = "verify",
    description =
        "Looks whether the store is sound: hashes every blob, those first that were written last,"
            + " and looks at the seal of every document, at every lock, and whether what they name"
            + " is there. Nothing is changed. `airlock repair` mends what it finds; `airlock check`"
            + " proves besides that an install will succeed.")
final class VerifyCommand extends AirlockCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "PRESET",
      description = "Look at this preset of the store alone, with all that it uses.")
  private @Nullable String preset;

  @Option(
      names = "--fast",
      description = "Look at the sizes of blobs only; documents are looked at as ever.")
  private boolean fast;

  @Option(names = "--resume", description = "Go on where the last verification was interrupted.")
  private boolean resume;

  @Option(
      names = "--rate",
      paramLabel = "SIZE",
      description = "Read no more than this much a second, such as 50MB.")
  private @Nullable String rate;

  @Mixin private CommonOptions common = new CommonOptions();

  VerifyCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  boolean json() {
    return common.json();
  }

  @Override
  ExitCode run(Surroundings around) throws IOException, CommandException {
    Terminal terminal = around.terminal();
    long started = terminal.nanos().getAsLong();
    Pace pace = pace();
    Verification found;
    try (Store store = Store.open(common.store(around));
        Checkpoint checkpoint =
            preset == null && !fast ? Checkpoint.in(store.root(), resume) : Checkpoint.none();
        ProgressView view = terminal.progress(common.verbosity(), common.json())) {
      requirePreset(store, preset);
      var extent = new Verifier.Extent(Optional.ofNullable(preset), fast);
      found = new Verifier(store, extent, pace, checkpoint, view).run();
    }
    Duration took = Duration.ofNanos(terminal.nanos().getAsLong() - started);
    return tell(terminal, found, took);
  }

  /** Says so when the store has no such preset. */
  static void requirePreset(Store store, @Nullable String name)
      throws IOException, CommandException {
    var catalog = new Catalog(store);
    if (name != null
        && !catalog.presets().contains(name)
        && !catalog.unpublished().contains(name)) {
      throw new CommandException(
          ExitCode.USAGE,
          "the store has no preset '" + name + "': name one of " + catalog.presets());
    }
  }

  private Pace pace() throws CommandException {
    if (rate == null) {
      return Pace.free();
    }
    return Parsed.option(
        "--rate",
        rate,
        text -> Pace.of(ByteSize.parse(text), System::nanoTime, time -> Thread.sleep(time)));
  }

  private ExitCode tell(Terminal terminal, Verification found, Duration took) {
    if (common.json()) {
      ObjectNode result = JsonNodeFactory.instance.objectNode();
      result.put("event", "result").put("sound", found.isClean());
      result.put("documents", found.documents());
      result.put("blobs", found.blobs()).put("bytes", found.bytes());
      ArrayNode damages = result.putArray("damages");
      found.damages().forEach(damage -> damages.add(json(damage)));
      ArrayNode remarks = result.putArray("remarks");
      found.remarks().forEach(remark -> remarks.add(json(remark)));
      terminal.print(result);
    }
    found
        .damages()
        .forEach(damage -> terminal.say("damaged: " + damage.subject() + ": " + damage.what()));
    found
        .remarks()
        .forEach(remark -> terminal.say("remark: " + remark.subject() + ": " + remark.what()));
    if (!found.isClean()) {
      terminal.say(
          "the store is NOT sound: "
              + Amounts.count(found.damages().size(), "damage")
              + ". `airlock repair` mends what can be mended");
      return ExitCode.VERIFICATION;
    }
    if (common.verbosity() != Verbosity.QUIET && !common.json()) {
      terminal.say(
          "sound: "
              + Amounts.count(found.documents(), "document")
              + (fast
                  ? ", the sizes of what they name"
                  : ", "
                      + Amounts.count(found.blobs(), "blob")
                      + " ("
                      + Amounts.bytes(found.bytes())
                      + ")")
              + " in "
              + Amounts.time(took));
    }
    return ExitCode.OK;
  }

  static ObjectNode json(Damage damage) {
    String kind =
        switch (damage) {
          case Damage.BadBlob _ -> "blob";
          case Damage.BadDocument(var document, String _) ->
              document.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
          case Damage.BadMarkerCopy _ -> "marker-copy";
          case Damage.BadNote _ -> "note";
          case Damage.NoCopy _ -> "preset-copy";
          case Damage.Unpublished _ -> "unpublished-preset";
          case Damage.BadEntry _ -> "content";
          case Damage.BadMetadata _ -> "metadata-content";
          case Damage.NotEntered _ -> "locked-file";
        };
    return JsonNodeFactory.instance
        .objectNode()
        .put("kind", kind)
        .put("subject", damage.subject())
        .put("what", damage.what());
  }
}
