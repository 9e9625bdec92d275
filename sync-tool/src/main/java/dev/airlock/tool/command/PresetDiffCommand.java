package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.catalog.Catalog;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockDifference;
import dev.airlock.preset.PresetDifference;
import dev.airlock.preset.PresetDifference.Change;
import dev.airlock.store.Store;
import dev.airlock.sync.PresetBundle;
import dev.airlock.tool.terminal.LockChanges;
import dev.airlock.tool.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code airlock preset diff}: what differs between two presets, and between their locks. */
@Command(
    name = "diff",
    description =
        "Prints what differs between two presets: the keys, and what their locks name. With one"
            + " preset: between what its folder has and what was synced last. Ends with 0 whether"
            + " or not they differ.")
final class PresetDiffCommand extends AirlockCommand {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Parameters(
      index = "0",
      paramLabel = "PRESET",
      description = "The first preset: its name, or the path of its folder.")
  private String first = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "OTHER",
      description = "The second preset. Default: the first one, as it was synced last.")
  private @Nullable String second;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  @Mixin private StoreOption store = new StoreOption();

  PresetDiffCommand(Surroundings surroundings) {
    super(surroundings);
  }

  /** One of the presets, as it is called in sentences. */
  private record Side(String called, PresetBundle bundle, Optional<Lock> lock) {}

  @Override
  boolean json() {
    return json;
  }

  @Override
  ExitCode run(Surroundings around) throws IOException, CommandException {
    Path root = store.store(around);
    if (Store.exists(root)) {
      try (Store opened = Store.open(root)) {
        compare(around, Optional.of(new Catalog(opened)));
      }
    } else {
      compare(around, Optional.empty());
    }
    return ExitCode.OK;
  }

  private void compare(Surroundings around, Optional<Catalog> catalog)
      throws IOException, CommandException {
    var presets = new Presets(around);
    Side one;
    Side other;
    if (second == null) {
      one = synced(presets, catalog);
      other = inFolder(first, presets);
    } else {
      one = side(first, presets, catalog);
      other = side(second, presets, catalog);
    }
    PresetDifference difference =
        PresetDifference.between(one.bundle().source(), other.bundle().source());
    Optional<LockDifference> locks =
        one.lock().isPresent() && other.lock().isPresent()
            ? Optional.of(LockDifference.between(one.lock(), other.lock().get()))
            : Optional.empty();
    if (json) {
      around.terminal().print(data(one, other, difference, locks));
    } else {
      tell(around.terminal(), one, other, difference, locks);
    }
  }

  private static Side inFolder(String name, Presets presets) throws IOException, CommandException {
    PresetBundle bundle = presets.inFolder(name);
    return new Side(name, bundle, presets.lockInFolder(bundle));
  }

  private Side synced(Presets presets, Optional<Catalog> catalog)
      throws IOException, CommandException {
    String name = presets.inFolder(first).preset().name();
    if (catalog.isEmpty() || catalog.get().preset(name).isEmpty()) {
      throw new CommandException(
          ExitCode.USAGE,
          name + " was never synced, so there is nothing to compare it with: name a second preset");
    }
    PresetBundle bundle = presets.inStore(name, catalog.get());
    return new Side(name + " as synced", bundle, presets.lockInStore(bundle, catalog.get()));
  }

  /** A preset with the lock of its folder, or else the one that the store holds. */
  private static Side side(String name, Presets presets, Optional<Catalog> catalog)
      throws IOException, CommandException {
    PresetBundle bundle =
        catalog.isPresent() ? presets.anywhere(name, catalog.get()) : presets.inFolder(name);
    Optional<Lock> lock = presets.lockInFolder(bundle);
    if (lock.isEmpty() && catalog.isPresent()) {
      lock = presets.lockInStore(bundle, catalog.get());
    }
    return new Side(name, bundle, lock);
  }

  private static void tell(
      Terminal terminal,
      Side one,
      Side other,
      PresetDifference difference,
      Optional<LockDifference> locks) {
    if (difference.changes().isEmpty()) {
      terminal.print("the presets say the same");
    }
    difference.changes().forEach(change -> terminal.print(sentence(change, one, other)));
    if (locks.isPresent()) {
      terminal.print("locks, from " + one.called() + " to " + other.called() + ":");
      LockChanges.lines(locks.get()).forEach(line -> terminal.print("  " + line));
    } else {
      var without = new ArrayList<String>();
      List.of(one, other).stream()
          .filter(side -> side.lock().isEmpty())
          .map(Side::called)
          .forEach(without::add);
      terminal.say("locks are not compared: there is none of " + String.join(" and ", without));
    }
  }

  private static String sentence(Change change, Side one, Side other) {
    List<String> before = change.onlyFirst();
    List<String> after = change.onlySecond();
    if (before.size() == 1 && after.size() == 1) {
      return change.key()
          + ": "
          + one.called()
          + " has "
          + before.getFirst()
          + ", "
          + other.called()
          + " has "
          + after.getFirst();
    }
    var parts = new ArrayList<String>();
    if (!before.isEmpty()) {
      parts.add("only " + one.called() + " has " + String.join(", ", before));
    }
    if (!after.isEmpty()) {
      parts.add("only " + other.called() + " has " + String.join(", ", after));
    }
    return change.key() + ": " + String.join("; ", parts);
  }

  private static ObjectNode data(
      Side one, Side other, PresetDifference difference, Optional<LockDifference> locks) {
    ObjectNode result =
        JSON.createObjectNode()
            .put("event", "result")
            .put("first", one.called())
            .put("second", other.called());
    var changes = result.putArray("changes");
    for (Change change : difference.changes()) {
      ObjectNode node = changes.addObject().put("key", change.key());
      change.onlyFirst().forEach(node.putArray("only_first")::add);
      change.onlySecond().forEach(node.putArray("only_second")::add);
    }
    locks.ifPresent(ofLocks -> result.set("locks", LockChanges.json(ofLocks)));
    return result;
  }
}
