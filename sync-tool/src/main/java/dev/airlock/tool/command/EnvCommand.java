package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.catalog.Catalog;
import dev.airlock.packaging.MalformedException;
import dev.airlock.packaging.marker.Variable;
import dev.airlock.packaging.tag.Platform;
import dev.airlock.packaging.tag.Tag;
import dev.airlock.packaging.target.Target;
import dev.airlock.preset.PresetSource;
import dev.airlock.store.Store;
import dev.airlock.store.StoreException;
import dev.airlock.tool.terminal.Terminal;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code airlock env}: what a target answers to markers, and which wheels it takes. */
@Command(
    name = "env",
    description =
        "Prints the marker environment of a target and its wheel tags, the best first, as"
            + " `python -m pip debug --verbose` prints those of a machine: of each target of a"
            + " preset, or of one that is named.")
final class EnvCommand extends AirlockCommand {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The variables that describe a machine; the others say what is asked for. */
  private static final List<Variable> VARIABLES =
      Stream.of(Variable.values())
          .filter(variable ->
              variable != Variable.EXTRA
                  && variable != Variable.EXTRAS
                  && variable != Variable.DEPENDENCY_GROUPS)
          .sorted(Comparator.comparing(Variable::toString))
          .toList();

  @Parameters(
      arity = "0..1",
      paramLabel = "PRESET",
      description = "The preset: its name, or the path of its folder.")
  private @Nullable String preset;

  @Option(
      names = "--python",
      paramLabel = "VERSION",
      description = "The Python of a target: 3.12, 3.12.4, 3.13t.")
  private @Nullable String python;

  @Option(
      names = "--platform",
      paramLabel = "TAG",
      description = "The platform of a target: manylinux_2_35_x86_64.")
  private @Nullable String platform;

  @Mixin private CommonOptions common = new CommonOptions();

  EnvCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  boolean json() {
    return common.json();
  }

  @Override
  ExitCode run(Surroundings around) throws IOException, CommandException {
    List<Target> targets = targets(around);
    Terminal terminal = around.terminal();
    if (common.json()) {
      terminal.print(json(targets));
    } else {
      targets.forEach(target -> tell(terminal, target));
    }
    return ExitCode.OK;
  }

  private List<Target> targets(Surroundings around) throws IOException, CommandException {
    boolean named = python != null || platform != null;
    if (named == (preset != null) || (named && (python == null || platform == null))) {
      throw new CommandException(
          ExitCode.USAGE,
          "accepted are a preset, or --python and --platform together, as in --python 3.12"
              + " --platform manylinux_2_35_x86_64");
    }
    if (python != null && platform != null) {
      try {
        return List.of(Target.of(python, Platform.parse(platform)));
      } catch (MalformedException e) {
        throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()));
      }
    }
    String name = String.valueOf(preset);
    var presets = new Presets(around);
    if (PresetSource.locate(name, around.presetFolders()).isPresent()) {
      return presets.inFolder(name).preset().targets();
    }
    try (Store store = Store.open(common.store(around))) {
      return presets.anywhere(name, new Catalog(store)).preset().targets();
    } catch (StoreException noStore) {
      // Without a store only the folders count, which do not have it: that is what to say.
      return presets.inFolder(name).preset().targets();
    }
  }

  private static void tell(Terminal terminal, Target target) {
    terminal.print("target: " + target);
    for (Variable variable : VARIABLES) {
      terminal.print("  " + variable + ": " + target.environment().get(variable));
    }
    List<Tag> tags = target.tags().tags();
    terminal.print("Compatible tags: " + tags.size());
    tags.forEach(tag -> terminal.print("  " + tag));
  }

  private static ObjectNode json(List<Target> targets) {
    ObjectNode result = JSON.createObjectNode().put("event", "result");
    ArrayNode all = result.putArray("targets");
    for (Target target : targets) {
      ObjectNode node = all.addObject().put("target", target.toString());
      ObjectNode environment = node.putObject("environment");
      VARIABLES.forEach(
          variable -> environment.put(variable.toString(), target.environment().get(variable)));
      ArrayNode tags = node.putArray("tags");
      target.tags().tags().forEach(tag -> tags.add(tag.toString()));
    }
    return result;
  }
}
