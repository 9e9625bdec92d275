package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.catalog.Catalog;
import dev.airlock.ledger.Ledger;
import dev.airlock.ledger.Note;
import dev.airlock.preset.PresetSource;
import dev.airlock.store.Store;
import dev.airlock.tool.terminal.Amounts;
import dev.airlock.tool.terminal.Columns;
import dev.airlock.tool.terminal.Terminal;
import dev.airlock.tool.terminal.Terminal.Verbosity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code airlock status}: which presets are complete, and what was used that no lock has. */
@Command(
    name = "status",
    description =
        "Prints for each preset, of folders and of the store, when it was synced, whether every"
            + " file of its lock is held, what a server fetched for it outside its lock, and what"
            + " was asked for in vain. It looks at sizes; `airlock check` proves more.")
final class StatusCommand extends AirlockCommand {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int NAMED = 5;

  @Parameters(
      arity = "0..*",
      paramLabel = "PRESET",
      description = "The presets, by their names or the paths of their folders. Default: all.")
  private List<String> presets = new ArrayList<>();

  @Mixin private CommonOptions common = new CommonOptions();

  StatusCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  boolean json() {
    return common.json();
  }

  @Override
  ExitCode run(Surroundings around) throws IOException, CommandException {
    var states = new ArrayList<PresetState>();
    List<Note> orphans;
    try (Store store = Store.open(common.store(around));
        Ledger ledger = Ledger.in(store.root().resolve(Ledger.DIRECTORY), around.clock())) {
      var catalog = new Catalog(store);
      List<Note> notes = ledger.notes();
      var survey = new Survey(around, catalog, new Holdings(store, catalog), notes);
      for (String name : presets.isEmpty() ? all(around, catalog) : presets) {
        states.add(survey.of(name));
      }
      orphans = survey.open(notes.stream().filter(note -> note.preset().isEmpty()).toList());
    }
    boolean ready = isReady(states);
    if (common.json()) {
      around.terminal().print(json(states, ready));
    } else {
      tell(around.terminal(), states, orphans, ready);
    }
    return ready ? ExitCode.OK : ExitCode.ERROR;
  }

  private static Collection<String> all(Surroundings around, Catalog catalog) throws IOException {
    var names = new TreeSet<>(catalog.presets());
    names.addAll(catalog.unpublished());
    for (Path folder : around.presetFolders()) {
      // What comes with the program and was never synced is not missed.
      if (!around.isDemo(folder)) {
        names.addAll(PresetSource.names(folder));
      }
    }
    return names;
  }

  /** Presets that were never synced count only where they are named, and damaged ones always. */
  private boolean isReady(List<PresetState> states) {
    List<PresetState> counted =
        states.stream()
            .filter(state -> !presets.isEmpty() || state.synced().isPresent() || state.isDamaged())
            .toList();
    return !counted.isEmpty() && counted.stream().allMatch(PresetState::isReady);
  }

  private void tell(
      Terminal terminal, List<PresetState> states, List<Note> orphans, boolean ready) {
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("PRESET", "SYNCED", "COMPLETE", "FILES", "SIZE", "UNLOCKED", "WANTED"));
    for (PresetState state : states) {
      boolean synced = state.synced().isPresent();
      rows.add(
          List.of(
              state.name(),
              state
                  .synced()
                  .map(StatusCommand::time)
                  .orElse(state.isDamaged() ? "damaged" : "never"),
              state.isComplete() ? "yes" : "no",
              synced ? (state.files() - state.missing().size()) + "/" + state.files() : "-",
              synced ? Amounts.bytes(state.heldBytes()) : "-",
              Integer.toString(state.unlocked().size()),
              Integer.toString(state.wanted().size())));
    }
    Columns.lines(rows).forEach(terminal::print);
    for (PresetState state : states) {
      lines(state).forEach(line -> terminal.say(state.name() + ": " + line));
    }
    if (!orphans.isEmpty()) {
      terminal.say("wanted of no preset: " + names(orphans));
    }
    if (common.verbosity() != Verbosity.QUIET) {
      terminal.say(
          ready
              ? "complete, as far as sizes tell: `airlock check PRESET` proves it"
              : "NOT complete: an install from the locks alone may fail");
    }
  }

  private static List<String> lines(PresetState state) {
    var lines = new ArrayList<>(state.remarks());
    if (!state.missing().isEmpty()) {
      lines.add("not held: " + some(state.missing().stream()));
    }
    if (!state.unlocked().isEmpty()) {
      lines.add(
          "fetched outside its lock: "
              + names(state.unlocked())
              + "; to lock them: airlock wants --unlocked --json | airlock sync "
              + state.name()
              + " --wants -");
    }
    if (!state.wanted().isEmpty()) {
      lines.add("wanted: " + names(state.wanted()) + "; `airlock wants` says why");
    }
    return lines;
  }

  private static String names(List<Note> notes) {
    return some(notes.stream().map(note -> note.filename().orElse(note.project().value())));
  }

  private static String some(Stream<String> names) {
    List<String> all = names.distinct().toList();
    return String.join(", ", all.subList(0, Math.min(NAMED, all.size())))
        + (all.size() > NAMED ? " and " + (all.size() - NAMED) + " more" : "");
  }

  private static String time(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static ObjectNode json(List<PresetState> states, boolean ready) {
    ObjectNode result = JSON.createObjectNode().put("event", "result").put("ready", ready);
    var all = result.putArray("presets");
    for (PresetState state : states) {
      ObjectNode node = all.addObject().put("preset", state.name()).put("place", state.place());
      state.synced().ifPresent(time -> node.put("synced", time.toString()));
      node.put("complete", state.isComplete());
      node.put("files", state.files()).put("bytes", state.bytes());
      node.put("held_bytes", state.heldBytes());
      var missing = node.putArray("missing");
      state.missing().forEach(missing::add);
      var unlocked = node.putArray("unlocked");
      state.unlocked().forEach(note -> unlocked.add(json(note)));
      var wanted = node.putArray("wanted");
      state.wanted().forEach(note -> wanted.add(json(note)));
      var remarks = node.putArray("remarks");
      state.remarks().forEach(remarks::add);
    }
    return result;
  }

  private static ObjectNode json(Note note) {
    ObjectNode node = JSON.createObjectNode().put("project", note.project().value());
    note.filename().ifPresent(name -> node.put("file", name));
    return node.put("reason", note.reason());
  }
}
