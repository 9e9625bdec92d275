package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.HeldPreset;
import dev.airlock.packaging.target.Target;
import dev.airlock.preset.Preset;
import dev.airlock.preset.PresetSource;
import dev.airlock.store.Store;
import dev.airlock.tool.terminal.Columns;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code airlock preset list}: the presets of the folders and of the store. */
@Command(
    name = "list",
    description =
        "Lists the presets of the folders and of the store: when they were synced, what for, and in"
            + " which image.")
final class PresetListCommand extends AirlockCommand {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  @Mixin private StoreOption store = new StoreOption();

  PresetListCommand(Surroundings surroundings) {
    super(surroundings);
  }

  /**
   * A preset that was found.
   *
   * @param name its name
   * @param place its folder, or the store
   * @param preset what it says; empty where it cannot be read
   * @param synced when it was synced last
   * @param shadowed what else has its name, and is not found by it
   */
  private record Found(
      String name,
      String place,
      Optional<Preset> preset,
      Optional<Instant> synced,
      Optional<String> shadowed) {}

  @Override
  boolean json() {
    return json;
  }

  @Override
  ExitCode run(Surroundings around) throws IOException {
    List<Found> all = all(around);
    if (json) {
      around.terminal().print(data(all));
      return ExitCode.OK;
    }
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("PRESET", "SYNCED", "TARGETS", "BASE IMAGE", "DESCRIPTION"));
    for (Found found : all) {
      rows.add(
          List.of(
              found.name(),
              found.synced().map(PresetListCommand::time).orElse("never"),
              found.preset().map(PresetListCommand::targets).orElse("-"),
              found.preset().flatMap(Preset::baseImage).orElse("-"),
              found
                  .preset()
                  .map(Preset::description)
                  .orElse("it has mistakes: airlock preset validate " + found.name())));
    }
    Columns.lines(rows).forEach(around.terminal()::print);
    for (Found found : all) {
      found
          .shadowed()
          .ifPresent(other ->
              around.terminal().say(found.name() + ": '" + found.place() + "' shadows " + other));
    }
    return ExitCode.OK;
  }

  private List<Found> all(Surroundings around) throws IOException {
    var names = new TreeSet<String>();
    for (Path folder : around.presetFolders()) {
      names.addAll(PresetSource.names(folder));
    }
    Path root = store.store(around);
    if (!Store.exists(root)) {
      return found(around, names, Optional.empty());
    }
    try (Store opened = Store.open(root)) {
      var catalog = new Catalog(opened);
      names.addAll(catalog.presets());
      return found(around, names, Optional.of(catalog));
    }
  }

  private static List<Found> found(
      Surroundings around, Iterable<String> names, Optional<Catalog> catalog) throws IOException {
    var presets = new Presets(around);
    var all = new ArrayList<Found>();
    for (String name : names) {
      Optional<Path> folder = PresetSource.locate(name, around.presetFolders());
      Optional<HeldPreset> held =
          catalog.isPresent() ? catalog.get().preset(name) : Optional.empty();
      all.add(
          new Found(
              name,
              folder.map(Path::toString).orElse("the store"),
              read(name, presets, catalog),
              held.map(HeldPreset::synced),
              presets.shadowed(name, folder, held)));
    }
    return all;
  }

  /** The preset; empty where it has mistakes, which are for another command to tell. */
  private static Optional<Preset> read(String name, Presets presets, Optional<Catalog> catalog)
      throws IOException {
    try {
      return Optional.of(
          (catalog.isPresent() ? presets.anywhere(name, catalog.get()) : presets.inFolder(name))
              .preset());
    } catch (CommandException mistaken) {
      return Optional.empty();
    }
  }

  private static String targets(Preset preset) {
    return preset.targets().stream().map(Target::toString).collect(Collectors.joining(" "));
  }

  private static String time(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static ObjectNode data(List<Found> all) {
    ObjectNode result = JSON.createObjectNode().put("event", "result");
    var presets = result.putArray("presets");
    for (Found found : all) {
      ObjectNode node =
          presets
              .addObject()
              .put("preset", found.name())
              .put("place", found.place())
              .put("valid", found.preset().isPresent());
      found.synced().ifPresent(time -> node.put("synced", time.toString()));
      found.shadowed().ifPresent(other -> node.put("shadows", other));
      found
          .preset()
          .ifPresent(preset -> {
            node.put("description", preset.description());
            preset.baseImage().ifPresent(image -> node.put("base_image", image));
            var targets = node.putArray("targets");
            preset.targets().forEach(target -> targets.add(target.toString()));
          });
    }
    return result;
  }
}
