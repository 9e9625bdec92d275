package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.FileKey;
import dev.airlock.catalog.HeldFile;
import dev.airlock.store.Store;
import dev.airlock.tool.terminal.Amounts;
import dev.airlock.tool.terminal.Columns;
import dev.airlock.tool.terminal.Terminal;
import dev.airlock.upkeep.Inventory.Unreadable;
import dev.airlock.upkeep.Usage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code airlock ls}: the presets of the store, the files of some of them, or its projects. */
@Command(
    name = "ls",
    description =
        "Lists the presets of the store: when they were synced, whether every file of their locks"
            + " is held, how much they take, and how much of that no other preset has. With PRESET,"
            + " the files of its lock. With --projects, the projects of which files are held.")
final class LsCommand extends AirlockCommand {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Parameters(
      arity = "0..*",
      paramLabel = "PRESET",
      description = "Presets of which the files are listed, by their names.")
  private List<String> presets = new ArrayList<>();

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
  ExitCode run(Surroundings around) throws IOException, CommandException {
    if (projects && !presets.isEmpty()) {
      throw new CommandException(
          ExitCode.USAGE, "--projects lists those of all presets: leave out either it or PRESET");
    }
    Usage usage;
    List<Usage.Preset> chosen;
    Map<FileKey, HeldFile> held;
    try (Store opened = Store.open(store.store(around))) {
      usage = Usage.of(opened);
      chosen = chosen(usage);
      held = presets.isEmpty() ? Map.of() : held(chosen, new Catalog(opened));
    }
    Terminal terminal = around.terminal();
    if (json) {
      ObjectNode result = projects ? projectsJson(usage) : presetsJson(chosen, held);
      DuCommand.damaged(usage, result);
      terminal.print(result);
    } else if (projects) {
      Columns.lines(projects(usage)).forEach(terminal::print);
    } else {
      Columns.lines(presets.isEmpty() ? presets(chosen) : files(chosen, held))
          .forEach(terminal::print);
    }
    return DuCommand.tellDamage(usage, terminal);
  }

  /** The files of presets as they are held. */
  private static Map<FileKey, HeldFile> held(List<Usage.Preset> presets, Catalog catalog)
      throws IOException {
    Map<FileKey, HeldFile> held = new HashMap<>();
    for (Usage.Preset preset : presets) {
      for (Usage.File file : preset.files()) {
        FileKey key = file.key();
        if (file.isHeld()) {
          catalog.file(key).ifPresent(found -> held.put(key, found));
        }
      }
    }
    return held;
  }

  private List<Usage.Preset> chosen(Usage usage) throws CommandException {
    List<String> held = usage.presets().stream().map(Usage.Preset::name).toList();
    List<String> unknown = presets.stream().filter(name -> !held.contains(name)).toList();
    for (String name : unknown) {
      Optional<String> damaged = damage(usage, name);
      if (damaged.isPresent()) {
        throw new CommandException(
            ExitCode.VERIFICATION,
            "the preset '" + name + "' is damaged: " + damaged.get() + "; run `airlock repair`");
      }
    }
    if (!unknown.isEmpty()) {
      throw new CommandException(
          ExitCode.USAGE,
          "the store holds no preset '" + String.join("', '", unknown) + "': it holds " + held);
    }
    return usage.presets().stream()
        .filter(preset -> presets.isEmpty() || presets.contains(preset.name()))
        .toList();
  }

  /** What is wrong with a preset. */
  private static Optional<String> damage(Usage usage, String name) {
    Path document = Path.of("presets", name + ".json");
    Path copy = Path.of("presets", "copies", name + ".json");
    return usage.damaged().stream()
        .filter(one -> one.document().endsWith(document) || one.document().endsWith(copy))
        .map(Unreadable::toString)
        .findFirst();
  }

  private static List<List<String>> files(List<Usage.Preset> presets, Map<FileKey, HeldFile> held) {
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("PRESET", "FILE", "INDEX", "SIZE", "HELD", "FROM", "ALSO OF"));
    for (Usage.Preset preset : presets) {
      for (Usage.File file : preset.files()) {
        List<String> others = others(preset, file);
        rows.add(
            List.of(
                preset.name(),
                file.key().filename(),
                file.key().index().value(),
                Amounts.bytes(file.size()),
                file.isHeld() ? "yes" : "no",
                Optional.ofNullable(held.get(file.key())).map(HeldFile::origin).orElse("-"),
                others.isEmpty() ? "-" : String.join(" ", others)));
      }
    }
    return rows;
  }

  private static List<String> others(Usage.Preset preset, Usage.File file) {
    return file.presets().stream().filter(name -> !name.equals(preset.name())).toList();
  }

  private static List<List<String>> presets(List<Usage.Preset> presets) {
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("PRESET", "SYNCED", "COMPLETE", "FILES", "SIZE", "OWN"));
    for (Usage.Preset preset : presets) {
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

  private ObjectNode presetsJson(List<Usage.Preset> chosen, Map<FileKey, HeldFile> held) {
    ObjectNode result = JSON.createObjectNode().put("event", "result");
    var all = result.putArray("presets");
    for (Usage.Preset preset : chosen) {
      ObjectNode node = all.addObject();
      node.put("preset", preset.name())
          .put("synced", preset.synced().toString())
          .put("complete", preset.missing() == 0)
          .put("missing", preset.missing())
          .put("files", preset.locked().files())
          .put("bytes", preset.locked().bytes())
          .put("own_files", preset.own().files())
          .put("own_bytes", preset.own().bytes());
      if (!presets.isEmpty()) {
        var files = node.putArray("locked_files");
        preset.files().forEach(file -> file(files.addObject(), preset, file, held));
      }
    }
    return result;
  }

  private static void file(
      ObjectNode node, Usage.Preset preset, Usage.File file, Map<FileKey, HeldFile> held) {
    node.put("file", file.key().filename())
        .put("project", file.key().project().value())
        .put("index", file.key().index().value())
        .put("sha256", file.sha256().hex())
        .put("bytes", file.size())
        .put("held", file.isHeld());
    HeldFile found = held.get(file.key());
    if (found != null) {
      node.put("origin", found.origin()).put("source", found.source().toString());
    }
    others(preset, file).forEach(node.putArray("also_of")::add);
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
