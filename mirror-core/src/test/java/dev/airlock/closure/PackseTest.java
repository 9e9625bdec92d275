package dev.airlock.closure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import dev.airlock.archive.SdistMetadata;
import dev.airlock.fixtures.Surroundings;
import dev.airlock.index.IndexFile;
import dev.airlock.index.IndexFile.MetadataOffer;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.index.ProjectPage;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.metadata.CoreMetadata;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Installer;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import dev.airlock.preset.InvalidPresetException;
import dev.airlock.preset.Preset;
import dev.airlock.preset.PresetReader;
import dev.airlock.preset.PresetSource;
import dev.airlock.resolve.NoSolutionException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The published scenarios for Python resolvers, each solved for one target: the Python that it
 * names on Linux. They state what uv does; pip does otherwise in a few, by rules that are named.
 * Each is turned into a preset and the pages of an index.
 */
class PackseTest {
  private static final TomlMapper TOML = new TomlMapper();
  private static final String DEFAULT_PYTHON = "3.13";
  private static final String DEFAULT_PLATFORM = "manylinux_2_35_x86_64";

  @ParameterizedTest(name = "{0}")
  @MethodSource("scenarios")
  void answersAsUvDoes(String name, Optional<Path> file) throws Exception {
    JsonNode scenario = scenario(file);

    String answer = answer(scenario, Installer.UV);

    assertThat(answer).isEqualTo(expected(scenario, answer));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scenarios")
  void answersAsPipDoes(String name, Optional<Path> file) throws Exception {
    JsonNode scenario = scenario(file);

    String answer = answer(scenario, Installer.PIP);

    String expected = expected(scenario, answer);
    if (!answer.equals(expected)) {
      assertThat(differenceOfPip(scenario, answer))
          .as("%s instead of %s", answer, expected)
          .isPresent();
    }
  }

  /** The rule by which pip answers otherwise than uv, if there is one. */
  private static Optional<String> differenceOfPip(JsonNode scenario, String answer) {
    if (answer.equals("no solution")) {
      return scenario.findValues("requires_python").stream()
              .anyMatch(python -> python.asText().contains("<"))
          ? Optional.of("pip obeys the upper bound of Requires-Python")
          : Optional.empty();
    }
    Matcher chosen = Pattern.compile("([a-z0-9_-]+)=([^,}]+)").matcher(answer);
    while (chosen.find()) {
      if (Version.parse(chosen.group(2)).isPrerelease()) {
        return Optional.of("pip takes a pre-release that any requirement names or that alone fits");
      }
      JsonNode version =
          scenario.path("packages").path(chosen.group(1)).path("versions").path(chosen.group(2));
      if (version.path("yanked").asBoolean()) {
        return Optional.of("pip takes a yanked version that any requirement pins");
      }
    }
    return Optional.empty();
  }

  private static JsonNode scenario(Optional<Path> file) throws IOException {
    assumeTrue(file.isPresent(), "the scenarios of packse are not here");
    return TOML.readTree(Files.readString(file.orElseThrow()));
  }

  static Stream<Object[]> scenarios() throws IOException {
    Optional<Path> folder = Surroundings.conformance("packse");
    if (folder.isEmpty()) {
      return Stream.<Object[]>of(new Object[] {"absent", Optional.empty()});
    }
    try (Stream<Path> files = Files.walk(folder.get())) {
      return files
          .filter(file -> file.toString().endsWith(".toml"))
          .sorted()
          .map(file ->
              new Object[] {file.getFileName().toString().replace(".toml", ""), Optional.of(file)})
          .toList()
          .stream();
    }
  }

  private static String expected(JsonNode scenario, String answer) {
    JsonNode expected = scenario.path("expected");
    if (!expected.path("satisfiable").asBoolean()) {
      return "no solution";
    }
    if (expected.path("packages").isMissingNode()) {
      return answer.equals("no solution") ? "any solution" : answer;
    }
    Map<String, String> versions = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : expected.path("packages").properties()) {
      versions.put(entry.getKey(), entry.getValue().asText());
    }
    return versions.toString();
  }

  private static String answer(JsonNode scenario, Installer installer)
      throws IOException, InvalidPresetException {
    Preset preset = preset(scenario, installer);
    try {
      TargetClosure closure =
          ClosureSolver.solve(
              preset, preset.targets().getFirst(), new Scenario(scenario), Runnable::run, Map.of());
      Map<String, String> versions = new TreeMap<>();
      closure
          .installed()
          .forEach(chosen -> versions.put(chosen.project().value(), chosen.version().toString()));
      return versions.toString();
    } catch (NoSolutionException e) {
      return "no solution";
    }
  }

  private static Preset preset(JsonNode scenario, Installer installer)
      throws InvalidPresetException {
    JsonNode options = scenario.path("resolver_options");
    String python =
        options
            .path("python")
            .asText(scenario.path("environment").path("python").asText(DEFAULT_PYTHON));
    String platform = platform(options.path("python_platform").asText(DEFAULT_PLATFORM));
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("schema", 1).put("name", "packse").put("installer", installer.toString());
    json.putArray("targets").addObject().put("python", python).put("platform", platform);
    json.putObject("indexes")
        .putObject("pypi")
        .put("url", Scenario.INDEX.toString())
        .put("default", true);
    json.putArray("bootstrap");
    json.put("requirements", "requirements.txt");
    if (options.path("prereleases").asBoolean(false)) {
      json.put("prereleases", true);
    }
    for (String key : List.of("no_build", "no_binary")) {
      texts(options.path(key)).forEach(json.withArray(key)::add);
    }
    String requirements = String.join("\n", texts(scenario.path("root").path("requires")));
    return PresetReader.read(
        new PresetSource(
            "packse", "packse", json.toString(), Optional.of(requirements), Optional.empty()));
  }

  /** {@code x86_64-manylinux2014} is written the other way round in a wheel tag. */
  private static String platform(String text) {
    String[] parts = text.split("-", -1);
    return parts.length == 2 ? parts[1] + "_" + parts[0] : text;
  }

  private static List<String> texts(JsonNode list) {
    var texts = new ArrayList<String>();
    list.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  /** The packages of a scenario as an index that has their files. */
  private record Scenario(JsonNode scenario) implements PackageSource {
    private static final URI INDEX = URI.create("https://packse.example/simple/");

    private JsonNode versions(ProjectName project) {
      for (Map.Entry<String, JsonNode> entry : scenario.path("packages").properties()) {
        if (new ProjectName(entry.getKey()).equals(project)) {
          return entry.getValue().path("versions");
        }
      }
      return MissingNode.getInstance();
    }

    @Override
    public PageLookup page(ProjectName project) {
      JsonNode versions = versions(project);
      if (versions.isMissingNode()) {
        return new PageLookup.Missing("there is no project " + project);
      }
      var files = new ArrayList<IndexFile>();
      for (Map.Entry<String, JsonNode> version : versions.properties()) {
        for (String name : filenames(project, version.getKey(), version.getValue())) {
          files.add(file(DistributionFilename.of(name, project).orElseThrow(), version.getValue()));
        }
      }
      return new PageLookup.Found(new ProjectPage(project, files));
    }

    private static List<String> filenames(
        ProjectName project, String version, JsonNode description) {
      String stem = project.value().replace('-', '_') + "-" + version;
      var names = new ArrayList<String>();
      if (description.path("wheel").asBoolean(true)) {
        List<String> tags = texts(description.path("wheel_tags"));
        (tags.isEmpty() ? List.of("py3-none-any") : tags)
            .forEach(tag -> names.add(stem + "-" + tag + ".whl"));
      }
      if (description.path("sdist").asBoolean(true)) {
        names.add(stem + ".tar.gz");
      }
      return names;
    }

    private static IndexFile file(DistributionFilename name, JsonNode description) {
      return new IndexFile(
          name,
          INDEX.resolve("/files/" + name.text()),
          List.of(),
          python(description),
          OptionalLong.empty(),
          Optional.empty(),
          description.path("yanked").asBoolean(false) ? new Yanked.Because("") : new Yanked.No(),
          new MetadataOffer.Offered(Optional.empty()));
    }

    private static SpecifierSet python(JsonNode description) {
      return SpecifierSet.parse(description.path("requires_python").asText(""));
    }

    @Override
    public MetadataLookup metadata(IndexFile file) {
      for (Map.Entry<String, JsonNode> entry : versions(file.name().project()).properties()) {
        if (Version.parse(entry.getKey()).equals(file.name().version())) {
          CoreMetadata metadata = metadata(file, entry.getValue());
          return file.name() instanceof WheelFilename
              ? new MetadataLookup.OfWheel(metadata)
              : new MetadataLookup.OfSdist(new SdistMetadata(Optional.of(metadata), List.of()));
        }
      }
      throw new AssertionError("no such file: " + file.name());
    }

    private static CoreMetadata metadata(IndexFile file, JsonNode description) {
      var requirements = new ArrayList<Requirement>();
      texts(description.path("requires"))
          .forEach(text -> requirements.add(Requirement.parse(text)));
      Set<ExtraName> extras = new HashSet<>();
      for (Map.Entry<String, JsonNode> extra : description.path("extras").properties()) {
        extras.add(new ExtraName(extra.getKey()));
        for (String text : texts(extra.getValue())) {
          String[] parts = text.split(";", 2);
          String marker = parts.length == 1 ? "" : "(" + parts[1] + ") and ";
          requirements.add(
              Requirement.parse(parts[0] + "; " + marker + "extra == '" + extra.getKey() + "'"));
        }
      }
      return new CoreMetadata(
          Version.parse("2.2"),
          file.name().project(),
          file.name().version(),
          python(description),
          requirements,
          List.of(),
          extras,
          Set.of());
    }
  }
}
