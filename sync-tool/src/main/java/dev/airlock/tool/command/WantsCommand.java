package dev.airlock.tool.command;

import dev.airlock.catalog.Catalog;
import dev.airlock.ledger.Kind;
import dev.airlock.ledger.Ledger;
import dev.airlock.ledger.Note;
import dev.airlock.ledger.NotesText;
import dev.airlock.store.Store;
import dev.airlock.tool.terminal.Amounts;
import dev.airlock.tool.terminal.Columns;
import dev.airlock.tool.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code airlock wants}: what a server was asked for and could not give. */
@Command(
    name = "wants",
    description =
        "Lists what servers of this store were asked for and could not give: the project, the file,"
            + " who asked, when, how often, and why it was not there. What is held by now is left"
            + " out.",
    footer = {
      "",
      "To fetch it, the first here, the second where the indexes can be reached:",
      "  airlock wants --json >wants.json",
      "  airlock sync --wants wants.json"
    })
final class WantsCommand extends AirlockCommand {
  @Option(
      names = "--json",
      description = "Print one line of JSON, which `airlock sync --wants` accepts.")
  private boolean json;

  @Option(
      names = "--unlocked",
      description = "List also what was fetched for a preset though its lock does not have it.")
  private boolean unlocked;

  @Option(names = "--clear", description = "Afterwards, forget all that was asked for.")
  private boolean clear;

  @Option(
      names = "--state",
      paramLabel = "DIR",
      description = "Read what a server noted that was started with --state DIR.")
  private @Nullable Path state;

  @Mixin private StoreOption store = new StoreOption();

  WantsCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  boolean json() {
    return json;
  }

  @Override
  ExitCode run(Surroundings around) throws IOException, CommandException {
    Terminal terminal = around.terminal();
    try (Store opened = Store.open(store.store(around));
        Ledger ledger = Ledger.in(notes(opened), around.clock())) {
      List<Note> all = ledger.notes();
      List<Note> open = open(all, new Holdings(opened, new Catalog(opened)));
      if (json) {
        terminal.print(NotesText.write(open));
      } else {
        tell(terminal, open);
      }
      if (clear) {
        ledger.remove(all);
        terminal.say("forgotten: " + Amounts.count(all.size(), "note"));
      }
    }
    return ExitCode.OK;
  }

  private Path notes(Store opened) throws CommandException {
    if (state == null) {
      return opened.root().resolve(Ledger.DIRECTORY);
    }
    Path notes = state.resolve(Ledger.DIRECTORY);
    if (!Files.isDirectory(notes)) {
      throw new CommandException(
          ExitCode.USAGE,
          "no server noted anything in '"
              + state
              + "': name the folder that `airlock serve --state` was given");
    }
    return notes;
  }

  private List<Note> open(List<Note> notes, Holdings holdings) throws IOException {
    var open = new ArrayList<Note>();
    for (Note note : notes) {
      if ((unlocked || note.kind() == Kind.WANTED) && !holdings.has(note)) {
        open.add(note);
      }
    }
    return open;
  }

  private static void tell(Terminal terminal, List<Note> notes) {
    if (notes.isEmpty()) {
      terminal.say("nothing was asked for that is not held");
      return;
    }
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("PROJECT", "FILE", "OF", "TIMES", "FIRST", "LAST", "ASKED BY", "WHY"));
    for (Note note : notes) {
      rows.add(
          List.of(
              note.project().value(),
              note.filename().orElse("-"),
              place(note),
              Long.toString(note.count()),
              time(note.first()),
              time(note.last()),
              note.asker(),
              note.reason()));
    }
    Columns.lines(rows).forEach(terminal::print);
  }

  private static String place(Note note) {
    return note.preset().map(preset -> "preset " + preset).or(note::index).orElse("-");
  }

  private static String time(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
