package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.store.Store;
import dev.airlock.tool.terminal.Amounts;
import dev.airlock.tool.terminal.Columns;
import dev.airlock.tool.terminal.Terminal;
import dev.airlock.upkeep.Usage;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code airlock ls}: the presets of the store, or its projects. */
@Command(
    name = "ls",
    description =
        "Lists the presets of the store: when they were synced, whether every file of their locks"
            + " is held, how much they take, and how much of that no other preset has. With"
            + " --projects, the projects of which files are held.")
final class LsCommand extends AirlockCommand {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(names = "--projects", description = "List projects instead of presets.")
  private boolean projects;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  @Mixin private StoreOption store = new StoreOption();

  LsCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  boolean json() {
    return json;
  }

  @Override
  ExitCode run(Surroundings around) throws IOException {
    Usage usage;
    try (Store opened = Store.open(store.store(around))) {
      usage = Usage.of(opened);
    }
    Terminal terminal = around.terminal();
    if (json) {
      terminal.print(projects ? projectsJson(usage) : presetsJson(usage));
    } else {
      Columns.lines(projects ? projects(usage) : presets(usage)).forEach(terminal::print);
    }
    return ExitCode.OK;
  }

  private static List<List<String>> presets(Usage usage) {
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("PRESET", "SYNCED", "COMPLETE", "FILES", "SIZE", "OWN"));
    for (Usage.Preset preset : usage.presets()) {
      rows.add(
          List.of(
              preset.name(),
              time(preset.synced()),
              preset.missing() == 0 ? "yes" : preset.missing() + " missing",
              Long.toString(preset.locked().files()),
              Amounts.bytes(preset.locked().bytes()),
              Amounts.bytes(preset.own().bytes())));
    }
    return rows;
  }

  private static List<List<String>> projects(Usage usage) {
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("PROJECT", "INDEX", "FILES", "SIZE", "USED", "PRESETS"));
    for (Usage.Project project : usage.projects()) {
      rows.add(
          List.of(
              project.name().value(),
              project.index().value(),
              Long.toString(project.files().files()),
              Amounts.bytes(project.files().bytes()),
              time(project.lastUsed()),
              project.presets().isEmpty() ? "-" : String.join(" ", project.presets())));
    }
    return rows;
  }

  private static ObjectNode presetsJson(Usage usage) {
    ObjectNode result = JSON.createObjectNode().put("event", "result");
    var all = result.putArray("presets");
    for (Usage.Preset preset : usage.presets()) {
      all.addObject()
          .put("preset", preset.name())
          .put("synced", preset.synced().toString())
          .put("complete", preset.missing() == 0)
          .put("missing", preset.missing())
          .put("files", preset.locked().files())
          .put("bytes", preset.locked().bytes())
          .put("own_files", preset.own().files())
          .put("own_bytes", preset.own().bytes());
    }
    return result;
  }

  private static ObjectNode projectsJson(Usage usage) {
    ObjectNode result = JSON.createObjectNode().put("event", "result");
    var all = result.putArray("projects");
    for (Usage.Project project : usage.projects()) {
      ObjectNode node =
          all.addObject()
              .put("project", project.name().value())
              .put("index", project.index().value())
              .put("files", project.files().files())
              .put("bytes", project.files().bytes())
              .put("last_used", project.lastUsed().toString());
      project.presets().forEach(node.putArray("presets")::add);
    }
    return result;
  }

  private static String time(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
