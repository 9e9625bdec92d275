package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.preset.IndexFormat;
import dev.airlock.preset.Preset;
import dev.airlock.preset.PresetIndex;
import dev.airlock.preset.PresetOutline;
import dev.airlock.sync.PresetBundle;
import dev.airlock.tool.terminal.Columns;
import dev.airlock.tool.terminal.Terminal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code airlock preset show}: what a preset says. */
@Command(
    name = "show",
    description =
        "Prints what a preset says: its indexes and targets, what is installed in which order, its"
            + " rules, the build arguments, and its notes.")
final class PresetShowCommand extends AirlockCommand {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Keys that are shown in a form of their own. */
  private static final List<String> SHOWN =
      List.of(
          "$schema",
          "schema",
          "name",
          "description",
          "notes",
          "base_image",
          "targets",
          "indexes",
          "bootstrap",
          "packages",
          "pytorch",
          "tensorrt",
          "requirements");

  @Parameters(
      paramLabel = "PRESET",
      description = "The preset: its name, or the path of its folder.")
  private String preset = "";

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  @Mixin private StoreOption store = new StoreOption();

  PresetShowCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  boolean json() {
    return json;
  }

  @Override
  ExitCode run(Surroundings around) throws IOException, CommandException {
    PresetBundle bundle = new Presets(around).anywhere(preset, store.store(around));
    if (json) {
      around.terminal().print(data(bundle));
    } else {
      tell(bundle, around.terminal());
    }
    return ExitCode.OK;
  }

  private static void tell(PresetBundle bundle, Terminal terminal) {
    Preset described = bundle.preset();
    PresetOutline outline = PresetOutline.of(bundle.source());
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("preset", described.name()));
    if (!described.description().isEmpty()) {
      rows.add(List.of("for", described.description()));
    }
    rows.add(List.of("from", bundle.source().label()));
    described.baseImage().ifPresent(image -> rows.add(List.of("base image", image)));
    described.targets().forEach(target -> rows.add(List.of("target", target.toString())));
    described
        .indexes()
        .forEach(index ->
            rows.add(
                List.of(
                    "index " + index.name(), index.url() + form(index) + of(index, described))));
    Columns.lines(rows).forEach(terminal::print);
    section(
        terminal,
        "installed, in this order",
        Columns.lines(
            described.roots().stream()
                .map(root -> List.of(step(root), root.requirement().toString()))
                .toList()));
    section(
        terminal,
        "rules",
        outline.keys().stream()
            .filter(key -> !SHOWN.contains(key.split("\\.", 2)[0]))
            .map(key -> key + ": " + String.join(", ", outline.of(key)))
            .toList());
    section(
        terminal,
        "build arguments",
        bundle.buildArguments().entrySet().stream()
            .map(argument -> argument.getKey() + "=" + argument.getValue())
            .toList());
    section(terminal, "notes", outline.of("notes"));
  }

  private static void section(Terminal terminal, String heading, List<String> lines) {
    if (!lines.isEmpty()) {
      terminal.print("");
      terminal.print(heading + ":");
      lines.forEach(line -> terminal.print("  " + line));
    }
  }

  private static String form(PresetIndex index) {
    return index.format() == IndexFormat.SIMPLE ? "" : ", " + index.format() + ",";
  }

  /** What comes from an index; the default has what no other claims or has. */
  private static String of(PresetIndex index, Preset preset) {
    var projects =
        new ArrayList<>(index.projects().stream().sorted().map(ProjectName::value).toList());
    if (index.isSearched()) {
      projects.add("what it is the first to have");
    }
    if (index.isDefault()) {
      boolean othersClaim =
          preset.indexes().stream().anyMatch(any -> any.isSearched() || !any.projects().isEmpty());
      projects.add(othersClaim ? "everything else" : "everything");
    }
    return projects.isEmpty() ? "" : " of " + String.join(" ", projects);
  }

  private static String step(Preset.Root root) {
    return root.step().name().toLowerCase(Locale.ROOT);
  }

  private static ObjectNode data(PresetBundle bundle) throws IOException {
    Preset described = bundle.preset();
    ObjectNode result =
        JSON.createObjectNode()
            .put("event", "result")
            .put("preset", described.name())
            .put("place", bundle.source().label());
    var targets = result.putArray("targets");
    described.targets().forEach(target -> targets.add(target.toString()));
    var install = result.putArray("install");
    for (Preset.Root root : described.roots()) {
      install
          .addObject()
          .put("step", step(root))
          .put("requirement", root.requirement().toString())
          .put("place", root.place());
    }
    ObjectNode arguments = result.putObject("build_arguments");
    bundle.buildArguments().forEach(arguments::put);
    result.set("document", JSON.readTree(bundle.source().json()));
    return result;
  }
}
