package dev.airlock.tool.command;

import dev.airlock.ledger.MalformedNotesException;
import dev.airlock.ledger.Note;
import dev.airlock.ledger.NotesText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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
              + " metadata, sdists that have to be looked into, and files that have to be hashed"
              + " because their index states no digest to compare with the hashes wanted.")
  private boolean dryRun;

  @Option(
      names = "--verify",
      description = "Hash every file that is held, and fetch again what is damaged.")
  private boolean verify;

  @Option(
      names = "--wants",
      paramLabel = "FILE",
      description =
          "Fetch besides what was asked for on site and could not be had: the output of `airlock"
              + " wants --json`, or - for stdin. Each want goes to the preset that it was asked of,"
              + " or with PRESET all to that one.")
  private @Nullable String wants;

  @Mixin private SolveOptions solving = new SolveOptions();
  @Mixin private FromOptions from = new FromOptions();
  @Mixin private NameOptions names = new NameOptions();
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
    Supplier<SyncRun> runs =
        () -> new SyncRun(around, common, indexes, extent, solving, names, verify);
    if (wants != null) {
      from.refuse("--wants");
      names.refuse("--wants");
      return new WantsRun(around, common, indexes, solving, !dryRun, runs)
          .run(wanted(around, wants), solving.preset());
    }
    from.check(solving.preset());
    SyncRun run = runs.get();
    return from.isGiven()
        ? run.run(from.make(around, common.store(around), names.given()))
        : run.run(solving.preset());
  }

  private static List<Note> wanted(Surroundings around, String file)
      throws IOException, CommandException {
    try {
      if (file.equals("-")) {
        byte[] piped = around.in().readAllBytes();
        return NotesText.read("stdin", new String(piped, StandardCharsets.UTF_8));
      }
      Path path = around.directory().resolve(file);
      if (!Files.isRegularFile(path)) {
        throw new CommandException(ExitCode.USAGE, "--wants: there is no file '" + path + "'");
      }
      return NotesText.read(path.toString(), Files.readString(path));
    } catch (MalformedNotesException e) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
  }
}
