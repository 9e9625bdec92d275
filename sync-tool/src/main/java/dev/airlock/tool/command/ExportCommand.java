package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.catalog.Catalog;
import dev.airlock.export.ExportForm;
import dev.airlock.export.ExportPlan;
import dev.airlock.export.ExportedFile;
import dev.airlock.export.Exporter;
import dev.airlock.export.LockedPreset;
import dev.airlock.files.NoSpaceException;
import dev.airlock.store.CorruptContentException;
import dev.airlock.store.Store;
import dev.airlock.tool.terminal.Amounts;
import dev.airlock.tool.terminal.ProgressView;
import dev.airlock.tool.terminal.Terminal;
import dev.airlock.tool.terminal.Terminal.Verbosity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code airlock export}: writes presets into a folder of plain files. */
@Command(
    name = "export",
    description =
        "Writes what the locks of presets name into a folder that needs no program of ours: a plain"
            + " folder of distributions, or a static package index. `airlock check` must hold for"
            + " each. Several presets may share a folder, also one after the other. A later export"
            + " writes only what changed, and removes nothing that an export did not write.")
final class ExportCommand extends AirlockCommand {
  private static final String FORMS =
      "--as wheels writes a plain folder of distributions, for `pip install --no-index"
          + " --find-links`; --as index writes a static package index, for file:// or any web"
          + " server";

  @Parameters(
      arity = "1..*",
      paramLabel = "PRESET",
      description = "The presets: their names, or the paths of their folders.")
  private List<String> presets = new ArrayList<>();

  @Option(
      names = "--as",
      paramLabel = "FORM",
      description =
          "wheels: a plain folder of distributions. index: a static package index (PEP 503 and 691)"
              + " with metadata.")
  private @Nullable String form;

  @Option(
      names = "--to",
      paramLabel = "DIR",
      description = "The folder. It is made where it is not there.")
  private @Nullable Path to;

  @Option(names = "--dry-run", description = "Check, say what would be written, and write nothing.")
  private boolean dryRun;

  @Mixin private CommonOptions common = new CommonOptions();

  ExportCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  boolean json() {
    return common.json();
  }

  @Override
  ExitCode run(Surroundings around) throws IOException, CommandException {
    ExportForm layout = layout();
    if (to == null) {
      throw new CommandException(ExitCode.USAGE, "say into which folder to export: add --to DIR");
    }
    Path folder = around.directory().resolve(to).normalize();
    Terminal terminal = around.terminal();
    Map<String, Checked> checked = new LinkedHashMap<>();
    try (Store store = Store.open(common.store(around))) {
      refuseStore(folder, store);
      var catalog = new Catalog(store);
      var known = new Presets(around);
      try (ProgressView view = terminal.progress(common.verbosity(), common.json())) {
        for (String preset : presets) {
          Checked one = Checked.of(preset, known, store, catalog, view);
          checked.put(one.name(), one);
        }
      }
      if (!checked.values().stream().allMatch(Checked::holds)) {
        return refuse(terminal, checked.values().stream().toList(), folder);
      }
      ExportPlan plan;
      try (ProgressView view = terminal.progress(common.verbosity(), common.json())) {
        var exporter = new Exporter(store, catalog, folder, layout, view);
        List<LockedPreset> locked = checked.values().stream().map(ExportCommand::locked).toList();
        plan = dryRun ? exporter.plan(locked) : exporter.export(locked);
      } catch (NoSpaceException e) {
        throw new CommandException(
            ExitCode.NO_SPACE,
            e.getMessage() + ". What was written is whole; run the same command again to go on");
      } catch (CorruptContentException e) {
        throw new CommandException(ExitCode.VERIFICATION, String.valueOf(e.getMessage()));
      }
      tell(terminal, layout, folder, List.copyOf(checked.keySet()), plan);
    }
    return ExitCode.OK;
  }

  private ExportForm layout() throws CommandException {
    if (form == null) {
      throw new CommandException(ExitCode.USAGE, "say in which form to export: " + FORMS);
    }
    return ExportForm.named(form)
        .orElseThrow(() ->
            new CommandException(ExitCode.USAGE, "there is no form '" + form + "': " + FORMS));
  }

  private static void refuseStore(Path folder, Store store) throws CommandException {
    if (folder.startsWith(store.root().toAbsolutePath().normalize()) || Store.exists(folder)) {
      throw new CommandException(
          ExitCode.USAGE,
          "'" + folder + "' belongs to a store: name a folder of its own with --to");
    }
  }

  private static LockedPreset locked(Checked checked) {
    return new LockedPreset(checked.name(), checked.lock(), checked.bundle().installed());
  }

  /** Says why nothing is written. A damage weighs more than what is missing. */
  private ExitCode refuse(Terminal terminal, List<Checked> checked, Path folder) {
    List<Checked> failed = checked.stream().filter(one -> !one.holds()).toList();
    for (Checked one : failed) {
      if (common.json()) {
        terminal.print(one.json());
      }
      one.tellFindings(terminal);
    }
    terminal.say("nothing was written to " + folder);
    return failed.stream().anyMatch(one -> one.exitCode() == ExitCode.VERIFICATION)
        ? ExitCode.VERIFICATION
        : ExitCode.PARTIAL;
  }

  private void tell(
      Terminal terminal, ExportForm layout, Path folder, List<String> names, ExportPlan plan) {
    if (common.json()) {
      terminal.print(json(layout, folder, names, plan));
      return;
    }
    if (common.verbosity() == Verbosity.QUIET) {
      return;
    }
    if (dryRun) {
      plan.notes().forEach(note -> terminal.say("airlock: " + note));
      plan.writes().forEach(file -> terminal.print("write " + file.place() + " " + file.size()));
      plan.removals().forEach(file -> terminal.print("remove " + file.place()));
    }
    terminal.say(
        (dryRun ? "would export " : "exported ")
            + String.join(", ", names)
            + " as "
            + layout
            + " into "
            + folder
            + ": written "
            + amount(plan.writes())
            + ", left as they are "
            + amount(plan.kept())
            + ", removed "
            + amount(plan.removals()));
    if (!dryRun) {
      names.forEach(name -> terminal.say(install(layout, folder, name)));
    }
  }

  private static String amount(List<ExportedFile> files) {
    return files.size() + " (" + Amounts.bytes(ExportPlan.bytes(files)) + ")";
  }

  /** How a preset is installed from a folder. */
  private static String install(ExportForm layout, Path folder, String preset) {
    String from =
        switch (layout) {
          case WHEELS -> "--no-index --find-links " + folder;
          case INDEX -> "--index-url " + folder.resolve("simple").toUri();
        };
    return "pip install "
        + from
        + " -c "
        + folder.resolve(LockedPreset.constraintsPlace(preset))
        + " -r "
        + folder.resolve(LockedPreset.requirementsPlace(preset));
  }

  private ObjectNode json(ExportForm layout, Path folder, List<String> names, ExportPlan plan) {
    ObjectNode result = JsonNodeFactory.instance.objectNode().put("event", "result");
    result.put("dry_run", dryRun).put("as", layout.toString()).put("to", folder.toString());
    names.forEach(result.putArray("presets")::add);
    amount(result, "written", plan.writes());
    amount(result, "kept", plan.kept());
    amount(result, "removed", plan.removals());
    return result;
  }

  private static void amount(ObjectNode result, String name, List<ExportedFile> files) {
    ObjectNode amount = result.putObject(name);
    amount.put("files", files.size()).put("bytes", ExportPlan.bytes(files));
  }
}
