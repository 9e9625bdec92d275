package dev.airlock.tool.command;

import dev.airlock.catalog.Catalog;
import dev.airlock.rehearsal.Verdict;
import dev.airlock.store.Store;
import dev.airlock.tool.terminal.Amounts;
import dev.airlock.tool.terminal.ProgressView;
import dev.airlock.tool.terminal.Terminal;
import dev.airlock.tool.terminal.Terminal.Verbosity;
import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code airlock check}: proves that an install from the store alone will succeed. */
@Command(
    name = "check",
    description =
        "Proves from the store alone, without network, that an install of a preset will succeed for"
            + " each of its targets: verifies every file, and solves the preset anew against what"
            + " is held.")
final class CheckCommand extends AirlockCommand {
  @Parameters(
      paramLabel = "PRESET",
      description = "The preset: its name, or the path of its folder.")
  private String preset = "";

  @Mixin private CommonOptions common = new CommonOptions();

  CheckCommand(Surroundings surroundings) {
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
    Checked checked;
    try (Store store = Store.open(common.store(around));
        ProgressView view = terminal.progress(common.verbosity(), common.json())) {
      checked = Checked.of(preset, new Presets(around), store, new Catalog(store), view);
    }
    Duration took = Duration.ofNanos(terminal.nanos().getAsLong() - started);
    return tell(terminal, checked, took);
  }

  private ExitCode tell(Terminal terminal, Checked checked, Duration took) {
    if (common.json()) {
      terminal.print(checked.json());
    }
    checked.tellFindings(terminal);
    if (checked.holds() && common.verbosity() != Verbosity.QUIET && !common.json()) {
      Verdict verdict = checked.verdict();
      terminal.say(
          checked.name()
              + " holds for "
              + String.join(", ", verdict.targets())
              + ": "
              + Amounts.count(verdict.files(), "file")
              + ", "
              + Amounts.bytes(verdict.bytes())
              + " verified in "
              + Amounts.time(took));
    }
    return checked.exitCode();
  }
}
