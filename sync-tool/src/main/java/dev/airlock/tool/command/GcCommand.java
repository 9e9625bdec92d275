package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.program.ByteSize;
import dev.airlock.program.TimeSpan;
import dev.airlock.store.Store;
import dev.airlock.tool.terminal.Amounts;
import dev.airlock.tool.terminal.Terminal;
import dev.airlock.tool.terminal.Terminal.Verbosity;
import dev.airlock.upkeep.Collected;
import dev.airlock.upkeep.Collected.Amount;
import dev.airlock.upkeep.Collector;
import dev.airlock.upkeep.Quota;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code airlock gc}: takes out of the store what nothing needs. */
@Command(
    name = "gc",
    description =
        "Takes out of the store what no preset and no entry needs, and what killed processes left."
            + " It lies in the trash for the grace, from where it comes back when it is asked for,"
            + " and is deleted by a later gc. Others may work on the store meanwhile.",
    footer = {"", "On a disk that is full nothing waits in the trash."})
final class GcCommand extends AirlockCommand {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(names = "--dry-run", description = "Say what would go, and change nothing.")
  private boolean dryRun;

  @Option(
      names = "--grace",
      paramLabel = "TIME",
      description =
          "How long what nothing needs is left, and then how long it lies in the trash: 90m, 24h,"
              + " 7d; 0 deletes at once. Default: 24h.")
  private String grace = "24h";

  @Option(
      names = "--unlocked",
      description =
          "Take also files that no preset's lock has and that nobody used within the grace: what"
              + " servers fetched, what removed presets and earlier locks left.")
  private boolean unlocked;

  @Option(
      names = "--quota",
      paramLabel = "SIZE",
      description =
          "Of files that no preset's lock has, keep no more than SIZE: the least recently used are"
              + " deleted at once, down to four fifths of it.")
  private @Nullable String quota;

  @Mixin private ReserveOption reserve = new ReserveOption();
  @Mixin private CommonOptions common = new CommonOptions();

  GcCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  boolean json() {
    return common.json();
  }

  @Override
  ExitCode run(Surroundings around) throws IOException, CommandException {
    Duration time = Parsed.option("--grace", grace, TimeSpan::parse);
    Optional<Quota> limit =
        quota == null
            ? Optional.empty()
            : Optional.of(new Quota(Parsed.option("--quota", quota, ByteSize::parse)));
    Collector.Options options =
        Parsed.option("--grace", grace, _ -> new Collector.Options(time, unlocked, limit, dryRun));
    Collected collected;
    Path root = common.store(around);
    try (Store store =
        dryRun
            ? Store.open(root, reserve.reserve(around))
            : Store.openToWrite(root, reserve.reserve(around))) {
      collected = new Collector(store, around.clock()).collect(options);
    }
    if (common.json()) {
      around.terminal().print(json(collected));
    } else {
      tell(around.terminal(), collected);
    }
    for (String damaged : collected.damaged()) {
      around.terminal().say("airlock: damaged: " + damaged);
    }
    if (collected.damaged().isEmpty()) {
      return ExitCode.OK;
    }
    around
        .terminal()
        .say(
            "airlock: error: nobody can tell what "
                + (collected.damaged().size() == 1 ? "this document names" : "these documents name")
                + ", so bytes that nothing else names were left: run `airlock repair` first");
    return ExitCode.VERIFICATION;
  }

  private void tell(Terminal terminal, Collected collected) {
    if (common.verbosity() == Verbosity.QUIET) {
      return;
    }
    String would = dryRun ? "would be " : "";
    line(terminal, collected.deleted(), would + "deleted for good");
    line(terminal, collected.leftovers(), would + "deleted: left by processes that ended");
    line(terminal, collected.quarantine(), would + "deleted: put aside long ago");
    line(terminal, collected.metadata(), would + "forgotten: metadata that no page needs");
    line(terminal, collected.entries(), would + "given up: held for no preset");
    line(terminal, collected.taken(), would + "taken: nothing needs them");
    line(terminal, collected.broughtBack(), would + "brought back from the trash: named again");
    line(terminal, collected.waiting(), "in the trash, deleted by a gc after " + grace);
    line(
        terminal,
        collected.young(),
        "left: nothing needs them, but they are younger than " + grace);
    line(
        terminal,
        collected.unlocked(),
        "held for no preset and not used for " + grace + ": `airlock gc --unlocked` takes them");
    if (collected.hurried()) {
      terminal.say("the disk is full: nothing was left to wait in the trash");
    }
    boolean nothing =
        collected.deleted().files()
                + collected.leftovers().files()
                + collected.quarantine().files()
                + collected.taken().files()
            == 0;
    if (nothing) {
      terminal.say(dryRun ? "nothing would be freed" : "nothing was freed");
    }
  }

  private static void line(Terminal terminal, Amount amount, String what) {
    if (amount.files() > 0) {
      terminal.say(
          Amounts.count(amount.files(), "file")
              + " ("
              + Amounts.bytes(amount.bytes())
              + ") "
              + what);
    }
  }

  private ObjectNode json(Collected collected) {
    ObjectNode result = JSON.createObjectNode().put("event", "result").put("dry_run", dryRun);
    amount(result, "deleted", collected.deleted());
    amount(result, "taken", collected.taken());
    amount(result, "brought_back", collected.broughtBack());
    amount(result, "entries", collected.entries());
    amount(result, "leftovers", collected.leftovers());
    amount(result, "quarantine", collected.quarantine());
    amount(result, "metadata", collected.metadata());
    amount(result, "waiting", collected.waiting());
    amount(result, "young", collected.young());
    amount(result, "unlocked", collected.unlocked());
    result.put("hurried", collected.hurried());
    var damaged = result.putArray("damaged");
    collected.damaged().forEach(damaged::add);
    return result;
  }

  private static void amount(ObjectNode result, String name, Amount amount) {
    result.putObject(name).put("files", amount.files()).put("bytes", amount.bytes());
  }
}
