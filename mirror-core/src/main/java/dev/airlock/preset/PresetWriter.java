package dev.airlock.preset;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.files.DurableFiles;
import dev.airlock.files.Trees;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Writes new presets into folders, in the form of those that are written by hand. */
public final class PresetWriter {
  /** The keys in the order of the schema; others stand behind them. */
  static final List<String> KEYS =
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
          "requirements",
          "constraints",
          "override",
          "exclude",
          "installer",
          "prereleases",
          "no_binary",
          "no_build",
          "no_deps",
          "require_hashes",
          "exclude_newer",
          "repack",
          "dependency_metadata",
          "build_requires");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectWriter ON_ONE_LINE = JSON.writer(new OneLine());

  /** Keys whose elements stand on a line each. */
  private static final Set<String> OF_LINES =
      Set.of("notes", "indexes", "dependency_metadata", "repack", "build_requires");

  private static final String PYTORCH = "pytorch";
  private static final String INDEXES = "indexes";
  private static final String CONSTRAINTS = "constraints";
  private static final ProjectName TORCH = new ProjectName("torch");
  private static final ProjectName NUMPY = new ProjectName("numpy");

  /**
   * The first torch whose wheels work with numpy 2.
   *
   * @see <a href="https://github.com/pytorch/pytorch/issues/107302">PyTorch's issue 107302</a>
   */
  private static final Version FIRST_WITH_NUMPY_2 = Version.parse("2.3");

  private PresetWriter() {}

  /**
   * The texts of a preset as somebody described it. What the model gives stays as it is, but for
   * its name and description. A torch that was built for numpy 1 constrains numpy, unless the
   * preset says which numpy it wants.
   */
  public static PresetSource text(PresetDraft draft) {
    ObjectNode preset = draft.like().map(PresetWriter::parsed).orElseGet(JSON::createObjectNode);
    preset.remove(List.of("made_from", "description"));
    preset.put("$schema", "../preset.schema.json");
    preset.put("schema", PresetReader.SCHEMA).put("name", draft.name());
    draft.description().ifPresent(words -> preset.put("description", words));
    draft.baseImage().ifPresent(image -> preset.put("base_image", image));
    if (!draft.targets().isEmpty()) {
      ArrayNode targets = preset.putArray("targets");
      draft
          .targets()
          .forEach(target ->
              targets
                  .addObject()
                  .put("python", target.python())
                  .put("platform", target.platform().toString()));
    }
    indexes(draft.variant(), preset);
    draft.versions().forEach((project, versions) -> version(preset, project, versions));
    if (!preset.has("requirements")) {
      preset.put("requirements", PresetReader.REQUIREMENTS);
    }
    String earlier = draft.like().flatMap(PresetSource::requirements).orElse("");
    String lines =
        (earlier.isEmpty() || earlier.endsWith("\n") ? earlier : earlier + "\n")
            + draft.requirements().stream().map(line -> line + "\n").collect(Collectors.joining());
    if (isOfNumpy1(preset) && !saysNumpy(preset, lines)) {
      preset.withArray(CONSTRAINTS).add("numpy<2");
    }
    return new PresetSource(
        draft.name(), draft.name(), printed(preset), Optional.of(lines), Optional.empty());
  }

  private static ObjectNode parsed(PresetSource source) {
    try {
      return (ObjectNode) JSON.readTree(source.json());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(source.label() + " was read before", e);
    }
  }

  private static void indexes(Optional<TorchVariant> variant, ObjectNode preset) {
    ObjectNode earlier =
        preset.get(INDEXES) instanceof ObjectNode object ? object : JSON.createObjectNode();
    ObjectNode indexes = JSON.createObjectNode();
    variant.ifPresent(wanted -> {
      String name = claimant(earlier).orElse(PYTORCH);
      ObjectNode index = indexes.putObject(name).put("url", wanted.index().toString());
      ArrayNode projects = index.putArray("projects");
      wanted.projects().stream().map(ProjectName::value).forEach(projects::add);
      earlier.remove(name);
    });
    indexes.setAll(earlier);
    boolean hasDefault =
        indexes.properties().stream().anyMatch(index -> index.getValue().has("default"));
    if (!hasDefault) {
      indexes.putObject("pypi").put("url", "https://pypi.org/simple/").put("default", true);
    }
    preset.set(INDEXES, indexes);
  }

  /** The name of the index that torch comes from by name. */
  private static Optional<String> claimant(ObjectNode indexes) {
    return indexes.properties().stream()
        .filter(index ->
            texts(index.getValue().path("projects"))
                .anyMatch(text -> new ProjectName(text).equals(TORCH)))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private static Stream<String> texts(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText);
  }

  private static void version(ObjectNode preset, ProjectName project, SpecifierSet versions) {
    String text = pin(versions).map(Version::toString).orElse(versions.toString());
    if (TorchVariant.PROJECTS.contains(project)) {
      object(preset, PYTORCH).put(project.value() + "_version", text);
      return;
    }
    ObjectNode packages = object(preset, "packages");
    String key =
        packages.properties().stream()
            .map(Map.Entry::getKey)
            .filter(name -> new ProjectName(name).equals(project))
            .findFirst()
            .orElse(project.value());
    packages.put(key, text);
  }

  private static ObjectNode object(ObjectNode preset, String key) {
    return preset.get(key) instanceof ObjectNode object ? object : preset.putObject(key);
  }

  /** The one version that is admitted, where it is one. */
  private static Optional<Version> pin(SpecifierSet versions) {
    return versions.isPin()
        ? Optional.of(Version.parse(versions.toString().replaceFirst("^={2,3}", "")))
        : Optional.empty();
  }

  private static boolean isOfNumpy1(ObjectNode preset) {
    String torch = preset.path(PYTORCH).path("torch_version").asText("");
    return !torch.isEmpty()
        && pin(PresetReader.versions(torch))
            .map(version -> version.compareTo(FIRST_WITH_NUMPY_2) < 0)
            .orElse(false);
  }

  /** Whether the preset itself says something of numpy's version. */
  private static boolean saysNumpy(ObjectNode preset, String lines) {
    Stream<String> names = preset.path("packages").properties().stream().map(Map.Entry::getKey);
    Stream<String> requirements =
        Stream.concat(
            LogicalLines.of(lines).stream().map(LogicalLines.Line::text),
            Stream.concat(texts(preset.path(CONSTRAINTS)), texts(preset.path("override"))));
    return names.map(ProjectName::new).anyMatch(NUMPY::equals)
        || requirements
            .map(RequirementLine::parse)
            .map(RequirementLine::requirement)
            .anyMatch(requirement ->
                requirement.project().equals(NUMPY) && !requirement.specifier().isAny());
  }

  // --- as text

  /** A key a line, in the order of {@link #KEYS}. */
  static String printed(ObjectNode preset) {
    var names = new ArrayList<String>();
    KEYS.stream().filter(preset::has).forEach(names::add);
    preset.properties().stream()
        .map(Map.Entry::getKey)
        .filter(name -> !KEYS.contains(name))
        .forEach(names::add);
    return names.stream()
        .map(name ->
            "  "
                + line(JSON.getNodeFactory().textNode(name))
                + ": "
                + value(name, preset.path(name)))
        .collect(Collectors.joining(",\n", "{\n", "\n}\n"));
  }

  private static String value(String name, JsonNode value) {
    if (!OF_LINES.contains(name) || value.isEmpty()) {
      return line(value);
    }
    Stream<String> lines =
        value.isObject()
            ? value.properties().stream()
                .map(entry ->
                    line(JSON.getNodeFactory().textNode(entry.getKey()))
                        + ": "
                        + line(entry.getValue()))
            : StreamSupport.stream(value.spliterator(), false).map(PresetWriter::line);
    return lines.collect(
        Collectors.joining(
            ",\n    ",
            value.isObject() ? "{\n    " : "[\n    ",
            value.isObject() ? "\n  }" : "\n  ]"));
  }

  private static String line(JsonNode value) {
    try {
      return ON_ONE_LINE.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values is always JSON", e);
    }
  }

  // --- into a folder

  /**
   * Writes the files of a new preset into a folder of its own. They are read back as a preset
   * before the folder gets its name, so it is there whole and readable, or not at all.
   *
   * @param presets the folder of presets, made where it is missing
   * @return the preset's folder
   * @throws InvalidPresetException when they make no preset
   * @throws FileAlreadyExistsException when something has its name
   */
  public static Path write(PresetSource preset, Path presets)
      throws IOException, InvalidPresetException {
    Path folder = presets.resolve(preset.folder());
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(
          folder.toString(), null, "it is there already, and is not replaced");
    }
    PresetReader.read(preset);
    DurableFiles.createDirectories(presets);
    Path made = DurableFiles.temporaryIn(presets);
    Files.createDirectory(made);
    try {
      write(made, PresetSource.FILE, preset.json());
      Optional<String> named = PresetReader.requirementsFile(preset.json());
      if (named.isPresent()) {
        write(made, named.get(), preset.requirements().orElse(""));
      }
      PresetSource written = PresetSource.read(made);
      PresetReader.read(
          new PresetSource(
              folder.toString(),
              preset.folder(),
              written.json(),
              written.requirements(),
              Optional.empty()));
      Files.move(made, folder, StandardCopyOption.ATOMIC_MOVE);
      DurableFiles.syncDirectory(presets);
      return folder;
    } finally {
      Trees.delete(made);
    }
  }

  private static void write(Path folder, String name, String text) throws IOException {
    DurableFiles.write(folder.resolve(name), text.getBytes(StandardCharsets.UTF_8));
  }

  /** JSON on one line, with a blank behind each colon and comma. */
  private static final class OneLine extends MinimalPrettyPrinter {
    private static final long serialVersionUID = 1L;

    @Override
    public void writeObjectFieldValueSeparator(JsonGenerator generator) throws IOException {
      generator.writeRaw(": ");
    }

    @Override
    public void writeObjectEntrySeparator(JsonGenerator generator) throws IOException {
      generator.writeRaw(", ");
    }

    @Override
    public void writeArrayValueSeparator(JsonGenerator generator) throws IOException {
      generator.writeRaw(", ");
    }
  }
}
