package dev.airlock.readyset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.index.Authority;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import dev.airlock.preset.IndexFormat;
import dev.airlock.preset.PresetReader;
import dev.airlock.preset.PresetSource;
import dev.airlock.preset.Selection;
import dev.airlock.readyset.ReadySet.Line;
import dev.airlock.readyset.ReadySet.Location;
import dev.airlock.readyset.ReadySet.NamedIndex;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Writes the preset that a ready set makes. From there on it is one as any other. */
public final class PresetText {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]*");
  private static final Set<String> OF_EVERY_PROJECT =
      Set.of("requirements.txt", "pylock.toml", "uv.lock", "poetry.lock", "pyproject.toml");
  private static final String DEFAULT_INDEX = "pypi";

  private PresetText() {}

  /**
   * The texts of the preset.
   *
   * @param name the preset's name
   * @param madeFrom what the set was read from, for people
   * @param targets what it is built for
   */
  public static PresetSource of(ReadySet set, String name, String madeFrom, List<Target> targets) {
    ObjectNode preset = JSON.createObjectNode();
    preset.put("schema", PresetReader.SCHEMA).put("name", name).put("made_from", madeFrom);
    ArrayNode builtFor = preset.putArray("targets");
    targets.forEach(target ->
        builtFor
            .addObject()
            .put("python", target.python())
            .put("platform", target.platform().toString()));
    indexes(set.places(), preset.putObject("indexes"));
    preset.putArray("bootstrap");
    preset.put("installer", set.rules().installer().toString());
    boolean hasItsLines = set.lines().stream().allMatch(line -> line.number() > 0);
    preset.put("requirements", hasItsLines ? "requirements.txt" : "set.txt");
    if (!set.constraints().isEmpty()) {
      set.constraints().stream()
          .map(Requirement::toString)
          .forEach(preset.putArray("constraints")::add);
    }
    selection(preset, "prereleases", set.rules().prereleases());
    selection(preset, "no_binary", set.rules().noBinary());
    selection(preset, "no_build", set.rules().noBuild());
    if (set.rules().complete()) {
      preset.put("no_deps", true);
    }
    if (set.rules().hashed()) {
      preset.put("require_hashes", true);
    }
    try {
      return new PresetSource(
          madeFrom,
          name,
          JSON.writerWithDefaultPrettyPrinter().writeValueAsString(preset) + "\n",
          Optional.of(requirements(set.lines())),
          Optional.empty());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts, flags and lists cannot be written as JSON", e);
    }
  }

  /**
   * What the preset of a file is called where nobody says: like the file's folder, if the file has
   * one of the names that each project's has, else like the file. Empty where nothing is left.
   */
  public static String usualName(Path file) {
    String name = String.valueOf(file.getFileName());
    String stem = name.replaceFirst("^pylock\\.(.+)\\.toml$", "$1").replaceFirst("\\.[a-z]+$", "");
    boolean everyProjectHasIt = OF_EVERY_PROJECT.contains(name);
    Path folder = file.toAbsolutePath().normalize().getParent();
    return slug(everyProjectHasIt && folder != null ? folderName(folder) : stem);
  }

  /** Whether a preset can be called so. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /** What a set was read from, as a preset says it: the file and its folder, without the rest. */
  public static String madeFrom(Path file) {
    Path folder = file.toAbsolutePath().normalize().getParent();
    String name = String.valueOf(file.getFileName());
    return folder == null ? name : folderName(folder) + "/" + name;
  }

  private static String folderName(Path folder) {
    return folder.getFileName() == null ? "" : folder.getFileName().toString();
  }

  private static void selection(ObjectNode preset, String key, Selection selection) {
    if (selection.all()) {
      preset.put(key, true);
    } else if (!selection.projects().isEmpty()) {
      selection.projects().stream()
          .sorted()
          .map(ProjectName::value)
          .forEach(preset.putArray(key)::add);
    }
  }

  private static void indexes(ReadySet.Places places, ObjectNode indexes) {
    Map<URI, ObjectNode> written = new LinkedHashMap<>();
    new TreeMap<>(places.ofProjects())
        .forEach((project, index) ->
            written
                .computeIfAbsent(
                    index.url(),
                    url -> {
                      ObjectNode node = indexes.putObject(nameOf(index, indexes));
                      node.put("url", url.toString()).putArray("projects");
                      return node;
                    })
                .withArray("projects")
                .add(project.value()));
    Location last = places.index().orElse(Location.simple(NamedIndex.PYPI.url()));
    Set<String> known = new HashSet<>(Set.of(last.address()));
    for (Location location : places.searched()) {
      if (known.add(location.address())) {
        location(location, indexes, nameOf(new NamedIndex("", location.url()), indexes))
            .put("searched", true);
      }
    }
    boolean isIndex = last.format() == IndexFormat.SIMPLE;
    String name = isIndex ? DEFAULT_INDEX : nameOf(new NamedIndex("", last.url()), indexes);
    location(last, indexes, name).put("default", true);
  }

  private static ObjectNode location(Location location, ObjectNode indexes, String name) {
    ObjectNode node = indexes.putObject(name).put("url", location.url().toString());
    return location.format() == IndexFormat.SIMPLE
        ? node
        : node.put("format", location.format().toString());
  }

  /** The name that its file gives an index, or else the end of its address that tells most. */
  private static String nameOf(NamedIndex index, ObjectNode taken) {
    String path = String.valueOf(index.url().getPath()).replaceFirst("(/\\+?simple)?/*$", "");
    String end = path.substring(path.lastIndexOf('/') + 1);
    String host = Authority.of(index.url()).map(Authority::host).orElse("local");
    String name = slug(index.name().isEmpty() ? (end.isEmpty() ? host : end) : index.name());
    name = name.isEmpty() ? "index" : name;
    String free = name;
    for (int i = 2; taken.has(free) || free.equals(DEFAULT_INDEX); i++) {
      free = name + "-" + i;
    }
    return free;
  }

  /** A text as the name of an index or preset: lower-case letters, digits, dots and dashes. */
  static String slug(String text) {
    return text.toLowerCase(Locale.ROOT)
        .replaceAll("[^a-z0-9._-]+", "-")
        .replaceAll("^[-._]+|[-._]+$", "");
  }

  /** Requirements on the lines that they have in the file, where they have one. */
  private static String requirements(List<Line> lines) {
    var text = new StringBuilder();
    int written = 0;
    for (Line line : lines) {
      for (; written + 1 < line.number(); written++) {
        text.append('\n');
      }
      text.append(line.content()).append('\n');
      written++;
    }
    return text.toString();
  }
}
