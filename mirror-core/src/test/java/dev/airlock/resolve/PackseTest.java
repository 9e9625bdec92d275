package dev.airlock.resolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import dev.airlock.fixtures.Surroundings;
import dev.airlock.packaging.marker.Marker;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.tag.Platform;
import dev.airlock.packaging.tag.Tag;
import dev.airlock.packaging.target.Installer;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The published scenarios for Python resolvers, each solved for one target: the Python that it
 * names on Linux. They state what uv does; pip does otherwise in a few, which are named.
 */
class PackseTest {
  private static final TomlMapper TOML = new TomlMapper();
  private static final String DEFAULT_PYTHON = "3.13";
  private static final String DEFAULT_PLATFORM = "manylinux_2_35_x86_64";

  /** Scenarios that are answered differently by pip's rules, and why. */
  private static final Map<String, String> DIFFERENT_FOR_PIP =
      Map.of(
          "package-only-prereleases-in-range",
          "pip takes a pre-release where no final version is in the range",
          "transitive-prerelease-and-stable-dependency",
          "pip lets every requirement ask for pre-releases, not the user's alone",
          "transitive-prerelease-and-stable-dependency-many-versions",
          "pip lets every requirement ask for pre-releases, not the user's alone",
          "transitive-yanked-and-unyanked-dependency",
          "pip takes a yanked version for every pin, not the user's alone",
          "python-less-than-current",
          "pip obeys the upper bound of Requires-Python");

  @ParameterizedTest(name = "{0}")
  @MethodSource("scenarios")
  void answersAsUvDoes(String name, Optional<Path> file) throws IOException {
    JsonNode scenario = scenario(file);

    String answer = answer(scenario, Installer.UV);

    assertThat(answer).isEqualTo(expected(scenario, answer));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scenarios")
  void answersAsPipDoes(String name, Optional<Path> file) throws IOException {
    JsonNode scenario = scenario(file);

    String answer = answer(scenario, Installer.PIP);

    if (DIFFERENT_FOR_PIP.containsKey(name)) {
      assertThat(answer)
          .as("pip's rules do not differ here: take it off the list")
          .isNotEqualTo(expected(scenario, answer));
    } else {
      assertThat(answer).isEqualTo(expected(scenario, answer));
    }
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

  private static String answer(JsonNode scenario, Installer installer) throws IOException {
    JsonNode options = scenario.path("resolver_options");
    String python =
        options
            .path("python")
            .asText(scenario.path("environment").path("python").asText(DEFAULT_PYTHON));
    Target target =
        Target.of(python, platform(options.path("python_platform").asText(DEFAULT_PLATFORM)));
    var roots = new ArrayList<Problem.Root>();
    for (Requirement requirement : requirements(scenario.path("root"))) {
      if (target.environment().satisfies(requirement.marker())) {
        roots.add(new Problem.Root(requirement.when(Marker.always()), "the scenario"));
      }
    }
    boolean prereleases = options.path("prereleases").asBoolean(false);
    try {
      Solution solution =
          Solver.solve(
              new Problem(roots, List.of(), installer, _ -> prereleases, Map.of()),
              new Scenario(scenario, target, installer));
      return new TreeMap<>(SolverTest.versions(solution)).toString();
    } catch (NoSolutionException e) {
      return "no solution";
    }
  }

  /** {@code x86_64-manylinux2014} is written the other way round in a wheel tag. */
  private static Platform platform(String text) {
    String[] parts = text.split("-", -1);
    return Platform.parse(parts.length == 2 ? parts[1] + "_" + parts[0] : text);
  }

  private static List<Requirement> requirements(JsonNode node) {
    var requirements = new ArrayList<Requirement>();
    node.path("requires").forEach(text -> requirements.add(Requirement.parse(text.asText())));
    return requirements;
  }

  private static List<String> texts(JsonNode list) {
    var texts = new ArrayList<String>();
    list.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  /** The packages of a scenario as one target sees them. */
  private record Scenario(JsonNode scenario, Target target, Installer installer)
      implements Candidates {
    private JsonNode versions(ProjectName project) {
      for (Map.Entry<String, JsonNode> entry : scenario.path("packages").properties()) {
        if (new ProjectName(entry.getKey()).equals(project)) {
          return entry.getValue().path("versions");
        }
      }
      return scenario.path("packages").path("");
    }

    @Override
    public Listing list(ProjectName project) {
      JsonNode versions = versions(project);
      if (versions.isMissingNode()) {
        return new Listing.Missing(Refusal.because("there is no project " + project));
      }
      var candidates = new ArrayList<Candidate>();
      for (Map.Entry<String, JsonNode> entry : versions.properties()) {
        candidates.add(
            new Candidate(Version.parse(entry.getKey()), state(project, entry.getValue())));
      }
      return new Listing.Found(candidates);
    }

    private Candidate.State state(ProjectName project, JsonNode version) {
      SpecifierSet python = SpecifierSet.parse(version.path("requires_python").asText(""));
      if (!installer.takes(python, target.fullVersion())) {
        return new Candidate.State.Unusable(Refusal.because("needs Python " + python));
      }
      List<String> tags = texts(version.path("wheel_tags"));
      boolean wheel =
          version.path("wheel").asBoolean(true)
              && (tags.isEmpty()
                  || tags.stream().anyMatch(tag -> target.tags().rank(Tag.parse(tag)).isPresent()));
      boolean noBuild =
          texts(scenario.path("resolver_options").path("no_build")).contains(project.value());
      if (!wheel && (noBuild || !version.path("sdist").asBoolean(true))) {
        return new Candidate.State.Unusable(Refusal.because("no file fits"));
      }
      return version.path("yanked").asBoolean(false)
          ? new Candidate.State.Yanked("")
          : new Candidate.State.Usable();
    }

    @Override
    public Dependencies dependencies(
        ProjectName project, Version version, Optional<ExtraName> extra) {
      for (Map.Entry<String, JsonNode> entry : versions(project).properties()) {
        if (Version.parse(entry.getKey()).equals(version)) {
          return new Dependencies.Known(
              requirements(entry.getValue(), extra).stream()
                  .filter(requirement -> target.environment().satisfies(requirement.marker()))
                  .map(requirement -> requirement.when(Marker.always()))
                  .toList());
        }
      }
      return new Dependencies.Unusable(Refusal.because("there is no such version"));
    }

    private static List<Requirement> requirements(JsonNode version, Optional<ExtraName> extra) {
      if (extra.isEmpty()) {
        return PackseTest.requirements(version);
      }
      for (Map.Entry<String, JsonNode> entry : version.path("extras").properties()) {
        if (new ExtraName(entry.getKey()).equals(extra.get())) {
          return texts(entry.getValue()).stream().map(Requirement::parse).toList();
        }
      }
      return List.of();
    }
  }
}
