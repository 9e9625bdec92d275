package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.store.Store;
import dev.airlock.tool.terminal.Amounts;
import dev.airlock.tool.terminal.Columns;
import dev.airlock.tool.terminal.Terminal;
import dev.airlock.upkeep.Collected.Amount;
import dev.airlock.upkeep.Usage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code airlock du}: what takes how much room in the store. */
@Command(
    name = "du",
    description =
        "Tells what takes how much room in the store: presets (and what no other has of them),"
            + " indexes, what is held for no preset, what nothing names, documents, the trash; and"
            + " how much is left of the disk. What several have counts in each line."
            + " Ends with 5 where a preset or an entry is damaged, and so not counted as one.")
final class DuCommand extends AirlockCommand {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  @Mixin private StoreOption store = new StoreOption();
  @Mixin private ReserveOption kept = new ReserveOption();

  DuCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  boolean json() {
    return json;
  }

  @Override
  ExitCode run(Surroundings around) throws IOException, CommandException {
    Usage usage;
    long free;
    long reserve;
    try (Store opened = Store.open(store.store(around), kept.reserve(around))) {
      usage = Usage.of(opened);
      free = opened.freeBytes();
      reserve = opened.reserveBytes();
    }
    if (json) {
      around.terminal().print(json(usage, free, reserve));
      return tellDamage(usage, around.terminal());
    }
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("WHAT", "FILES", "SIZE", "OWN"));
    for (Usage.Preset preset : usage.presets()) {
      rows.add(
          row("preset " + preset.name(), preset.locked(), Amounts.bytes(preset.own().bytes())));
    }
    usage.indexes().forEach((index, amount) -> rows.add(row("index " + index.value(), amount, "")));
    rows.add(row("of no preset", usage.unlocked(), ""));
    rows.add(row("named by nothing", usage.unnamed(), ""));
    rows.add(row("all blobs", usage.blobs(), ""));
    usage.parts().forEach((part, amount) -> rows.add(row(part + "/", amount, "")));
    rows.add(List.of("free, besides the reserve", "", Amounts.bytes(free), ""));
    rows.add(List.of("the reserve", "", Amounts.bytes(reserve), ""));
    Columns.lines(rows).forEach(around.terminal()::print);
    return tellDamage(usage, around.terminal());
  }

  /** Puts what is damaged into the result. */
  static void damaged(Usage usage, ObjectNode result) {
    var damaged = result.putArray("damaged");
    usage.damaged().forEach(one -> damaged.add(one.toString()));
  }

  /** Says what is damaged, and ends with that where there is something. */
  static ExitCode tellDamage(Usage usage, Terminal terminal) {
    usage.damaged().forEach(damaged -> terminal.say("damaged: " + damaged));
    if (usage.damaged().isEmpty()) {
      return ExitCode.OK;
    }
    terminal.say("run `airlock verify`, which finds all that is damaged, or `airlock repair`");
    return ExitCode.VERIFICATION;
  }

  private static List<String> row(String what, Amount amount, String own) {
    return List.of(what, Long.toString(amount.files()), Amounts.bytes(amount.bytes()), own);
  }

  private static ObjectNode json(Usage usage, long free, long reserve) {
    ObjectNode result = JSON.createObjectNode().put("event", "result");
    ObjectNode presets = result.putObject("presets");
    usage
        .presets()
        .forEach(preset ->
            amount(presets, preset.name(), preset.locked())
                .put("own_files", preset.own().files())
                .put("own_bytes", preset.own().bytes()));
    ObjectNode indexes = result.putObject("indexes");
    usage.indexes().forEach((index, amount) -> amount(indexes, index.value(), amount));
    amount(result, "unlocked", usage.unlocked());
    amount(result, "unnamed", usage.unnamed());
    amount(result, "blobs", usage.blobs());
    ObjectNode parts = result.putObject("parts");
    usage.parts().forEach((part, amount) -> amount(parts, part, amount));
    damaged(usage, result);
    return result.put("free_bytes", free).put("reserve_bytes", reserve);
  }

  private static ObjectNode amount(ObjectNode node, String name, Amount amount) {
    return node.putObject(name).put("files", amount.files()).put("bytes", amount.bytes());
  }
}
