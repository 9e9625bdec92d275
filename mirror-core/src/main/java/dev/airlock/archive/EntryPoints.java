package dev.airlock.archive;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import dev.airlock.packaging.repack.Derivation;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The entry points that an sdist states in a file: in its {@code egg-info}, else in {@code
 * pyproject.toml}, else in {@code setup.cfg}.
 *
 * @see <a href="https://packaging.python.org/en/latest/specifications/entry-points/">Entry points
 *     specification</a>
 */
final class EntryPoints {
  private static final TomlMapper TOML = new TomlMapper();
  private static final Pattern WRITTEN =
      Pattern.compile("(src/)?[^/]+\\.egg-info/entry_points\\.txt");
  private static final String SECTION = "[options.entry_points]";

  private EntryPoints() {}

  /**
   * The text of {@code entry_points.txt}; empty where none are stated.
   *
   * @throws RepackException when {@code pyproject.toml} cannot be read
   */
  static Optional<byte[]> of(SdistTree tree, Derivation derivation) throws RepackException {
    Optional<String> written =
        tree.files().keySet().stream().filter(path -> WRITTEN.matcher(path).matches()).findFirst();
    if (written.isPresent()) {
      return Optional.of(
          (text(tree, written.get()).lines().collect(Collectors.joining("\n")) + "\n")
              .getBytes(StandardCharsets.UTF_8));
    }
    Map<String, Map<String, String>> groups = ofPyproject(tree, derivation);
    if (groups.isEmpty()) {
      groups = ofSetupCfg(text(tree, "setup.cfg"));
    }
    return groups.isEmpty() ? Optional.empty() : Optional.of(text(groups));
  }

  private static String text(SdistTree tree, String path) {
    return new String(tree.file(path).orElse(new byte[0]), StandardCharsets.UTF_8);
  }

  private static byte[] text(Map<String, Map<String, String>> groups) {
    var text = new StringBuilder();
    groups.forEach((group, points) -> {
      text.append(text.isEmpty() ? "" : "\n").append('[').append(group).append("]\n");
      points.forEach((name, object) -> text.append(name + " = " + object + "\n"));
    });
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** The tables of PEP 621. */
  private static Map<String, Map<String, String>> ofPyproject(SdistTree tree, Derivation derivation)
      throws RepackException {
    JsonNode project;
    try {
      project = TOML.readTree(text(tree, "pyproject.toml")).path("project");
    } catch (JsonProcessingException e) {
      throw new RepackException(
          derivation, "its pyproject.toml is not TOML: " + e.getOriginalMessage());
    }
    Map<String, Map<String, String>> groups = new TreeMap<>();
    add(groups, "console_scripts", project.path("scripts"));
    add(groups, "gui_scripts", project.path("gui-scripts"));
    project
        .path("entry-points")
        .properties()
        .forEach(group -> add(groups, group.getKey(), group.getValue()));
    return groups;
  }

  private static void add(Map<String, Map<String, String>> groups, String group, JsonNode points) {
    points
        .properties()
        .forEach(point ->
            groups
                .computeIfAbsent(group, _ -> new TreeMap<>())
                .put(point.getKey(), point.getValue().asText()));
  }

  /** The section of setuptools: a group a key, an entry point a line. */
  private static Map<String, Map<String, String>> ofSetupCfg(String text) {
    Map<String, Map<String, String>> groups = new TreeMap<>();
    List<String> section =
        text.lines()
            .map(String::stripTrailing)
            .filter(line -> !line.isEmpty() && !line.startsWith("#") && !line.startsWith(";"))
            .dropWhile(line -> !line.equals(SECTION))
            .skip(1)
            .takeWhile(line -> !line.startsWith("["))
            .toList();
    Map<String, String> group = new LinkedHashMap<>();
    for (String line : section) {
      String[] parts = line.strip().split("=", 2);
      boolean belongsToGroup = Character.isWhitespace(line.charAt(0));
      if (!belongsToGroup) {
        group = groups.computeIfAbsent(parts[0].strip(), _ -> new TreeMap<>());
        parts = parts.length == 2 ? parts[1].split("=", 2) : new String[0];
      }
      if (parts.length == 2) {
        group.put(parts[0].strip(), parts[1].strip());
      }
    }
    groups.values().removeIf(Map::isEmpty);
    return groups;
  }
}
