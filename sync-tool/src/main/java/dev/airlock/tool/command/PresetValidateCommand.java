package dev.airlock.tool.command;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.preset.InvalidPresetException;
import dev.airlock.preset.PresetReader;
import dev.airlock.preset.PresetSource;
import dev.airlock.preset.Problem;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code airlock preset validate}: every mistake of presets. */
@Command(
    name = "validate",
    description =
        "Tells every mistake of presets, with its file, its place and the accepted form. Nothing is"
            + " asked of an index. Ends with 2 when there is one.")
final class PresetValidateCommand extends AirlockCommand {
  @Parameters(
      arity = "0..*",
      paramLabel = "PRESET",
      description =
          "Presets: their names, or the paths of their folders or preset.json. Default: all of the"
              + " folders.")
  private List<String> presets = new ArrayList<>();

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  PresetValidateCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  boolean json() {
    return json;
  }

  @Override
  ExitCode run(Surroundings around) throws IOException, CommandException {
    Map<String, List<Problem>> results = new LinkedHashMap<>();
    for (String preset : presets.isEmpty() ? all(around) : presets) {
      results.put(preset, problems(preset, around));
    }
    boolean isValid = results.values().stream().allMatch(List::isEmpty);
    if (json) {
      around.terminal().print(data(results, isValid));
    } else {
      results.forEach((preset, problems) -> {
        if (problems.isEmpty()) {
          around.terminal().print(preset + ": no mistake");
        } else {
          problems.forEach(problem -> around.terminal().print(problem.toString()));
        }
      });
    }
    return isValid ? ExitCode.OK : ExitCode.USAGE;
  }

  private static List<String> all(Surroundings around) throws IOException, CommandException {
    var names = new ArrayList<String>();
    for (Path folder : around.presetFolders()) {
      PresetSource.names(folder).stream().filter(name -> !names.contains(name)).forEach(names::add);
    }
    if (names.isEmpty()) {
      throw new CommandException(
          ExitCode.USAGE,
          "there is no preset in "
              + around.presetFolders()
              + ": name one, or write one with airlock preset new");
    }
    return names;
  }

  private static List<Problem> problems(String preset, Surroundings around) throws IOException {
    Optional<Path> folder = PresetSource.locate(preset, around.presetFolders());
    if (folder.isEmpty()) {
      return List.of(
          new Problem(
              preset,
              "",
              "",
              "there is no such preset; accepted are a name in "
                  + around.presetFolders()
                  + ", and the path of a folder that has a preset.json"));
    }
    try {
      PresetReader.read(PresetSource.read(folder.get()));
      return List.of();
    } catch (InvalidPresetException e) {
      return e.problems();
    } catch (CharacterCodingException e) {
      return List.of(
          new Problem(folder.get().toString(), "", "", "its files have to be texts in UTF-8"));
    }
  }

  private static ObjectNode data(Map<String, List<Problem>> results, boolean isValid) {
    ObjectNode result =
        new ObjectMapper().createObjectNode().put("event", "result").put("valid", isValid);
    var presets = result.putArray("presets");
    results.forEach((preset, problems) -> {
      ObjectNode node = presets.addObject().put("preset", preset).put("valid", problems.isEmpty());
      var list = node.putArray("problems");
      for (Problem problem : problems) {
        list.addObject()
            .put("file", problem.file())
            .put("place", problem.place())
            .put("found", problem.found())
            .put("rule", problem.rule());
      }
    });
    return result;
  }
}
