package dev.airlock.preset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.airlock.digest.Algorithm;
import dev.airlock.fixtures.Surroundings;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.repack.Recipe;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import dev.airlock.preset.Preset.Step;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PresetReaderTest {
  @Test
  void readsEveryKey() throws InvalidPresetException {
    Preset preset =
        PresetReader.read(
            Presets.source(
                Presets.merged(
                    """
                    "$schema": "../preset.schema.json",
                    "description": "for a test", "notes": ["a note"],
                    "base_image": "ubuntu:22.04",
                    "indexes": {
                      "pytorch": {"url": "https://download.pytorch.org/whl/cu118",
                                  "projects": ["torch", "Torch_Vision"]},
                      "pypi": {"url": "https://pypi.org/simple/", "default": true}},
                    "bootstrap": ["pip>=23"],
                    "packages": {"numpy": "1.23.1", "scikit-learn": ">=1,<2"},
                    "pytorch": {"torch_version": "2.1.0", "torchvision_version": "0.16.0",
                                "torchaudio_version": "2.1.0"},
                    "tensorrt": {"version": "8.6.1"},
                    "requirements": "requirements.txt",
                    "constraints": ["scipy<2"],
                    "override": ["packaging==24.0"],
                    "exclude": ["cuda-bindings"],
                    "prereleases": ["yacs"],
                    "no_binary": ["GPUtil"],
                    "no_build": ["torch"],
                    "no_deps": true, "require_hashes": true, "made_from": "app/uv.lock",
                    "exclude_newer": "2024-06-30T00:00:00Z",
                    "dependency_metadata": [
                      {"name": "tensorrt", "version": "8.6.1", "requires_python": ">=3.8",
                       "requires_dist": ["tensorrt-libs==8.6.1"]}],
                    "repack": [
                      {"name": "Yacs", "version": "0.1.8", "requires_python": ">=3.6",
                       "requires_dist": ["PyYAML"], "packages": ["yacs"], "modules": ["other"],
                       "root": "src"}],
                    "build_requires": {"gputil": ["setuptools", "wheel"]}
                    """),
                Optional.of("requests[socks]; python_version >= '3.8'\n")));

    assertThat(preset.name()).isEqualTo("one");
    assertThat(preset.description()).isEqualTo("for a test");
    assertThat(preset.baseImage()).contains("ubuntu:22.04");
    assertThat(preset.targets()).hasToString("[cp310-manylinux_2_35_x86_64]");
    assertThat(preset.claimant(new ProjectName("torch-vision")).orElseThrow().name())
        .isEqualTo("pytorch");
    assertThat(preset.claimant(new ProjectName("numpy"))).isEmpty();
    assertThat(preset.defaultIndex().name()).isEqualTo("pypi");
    assertThat(preset.roots())
        .map(root -> root.step() + " " + root.requirement())
        .containsExactly(
            "BOOTSTRAP pip>=23",
            "PACKAGES numpy==1.23.1",
            "PACKAGES scikit-learn>=1,<2",
            "PYTORCH torch==2.1.0",
            "PYTORCH torchvision==0.16.0",
            "PYTORCH torchaudio==2.1.0",
            "TENSORRT tensorrt==8.6.1",
            "REQUIREMENTS requests[socks]; python_version >= \"3.8\"");
    assertThat(preset.roots().getLast().place()).isEqualTo("requirements.txt line 1");
    assertThat(preset.roots().get(1).place()).isEqualTo("packages.numpy");
    assertThat(preset.constraints()).hasToString("[scipy<2]");
    assertThat(preset.noDependencies()).isTrue();
    assertThat(preset.requiresHashes()).isTrue();
    assertThat(preset.madeFrom()).contains("app/uv.lock");
    assertThat(preset.overrides()).hasToString("[packaging==24.0]");
    assertThat(preset.exclude()).containsExactly(new ProjectName("cuda-bindings"));
    assertThat(preset.prereleases().contains(new ProjectName("yacs"))).isTrue();
    assertThat(preset.prereleases().contains(new ProjectName("numpy"))).isFalse();
    assertThat(preset.noBinary().projects()).containsExactly(new ProjectName("gputil"));
    assertThat(preset.noBuild().projects()).containsExactly(new ProjectName("torch"));
    assertThat(preset.excludeNewer().orElseThrow()).hasToString("2024-06-30T00:00:00Z");
    assertThat(preset.dependencyMetadata()).hasSize(1);
    assertThat(preset.repack())
        .containsExactly(
            new Recipe(
                new ProjectName("yacs"),
                Version.parse("0.1.8"),
                SpecifierSet.parse(">=3.6"),
                List.of(Requirement.parse("pyyaml")),
                Optional.of("src"),
                List.of("yacs"),
                List.of("other")));
    assertThat(preset.buildRequires()).containsOnlyKeys(new ProjectName("gputil"));
    assertThat(preset.buildArguments())
        .containsEntry("NUMPY_VERSION", "1.23.1")
        .doesNotContainKey("SCIKIT_LEARN_VERSION")
        .containsEntry("TORCH_VERSION", "2.1.0")
        .containsEntry("TENSORRT_VERSION", "8.6.1");
  }

  @Test
  void installsPipSetuptoolsAndWheelFirstWhereNothingIsSaid() throws InvalidPresetException {
    Preset preset = PresetReader.read(Presets.source(Presets.LEAST, Optional.empty()));

    assertThat(preset.roots())
        .allMatch(root -> root.step() == Step.BOOTSTRAP)
        .map(root -> root.requirement().toString())
        .containsExactly("pip", "setuptools", "wheel");
    assertThat(PresetReader.read(Presets.with("\"bootstrap\": []")).roots()).isEmpty();
    assertThat(
            PresetReader.read(Presets.with("\"prereleases\": true"))
                .prereleases()
                .contains(new ProjectName("any")))
        .isTrue();
  }

  @Test
  void readsTheHashesBehindARequirement() throws InvalidPresetException {
    Preset preset =
        PresetReader.read(
            Presets.source(
                Presets.merged("\"requirements\": \"requirements.txt\", \"bootstrap\": []"),
                Optional.of(
                    "numpy==1.23.1 ; python_version >= '3.8' \\\n  --hash=sha256:"
                        + "a".repeat(64)
                        + " \\\n  --hash sha512:"
                        + "B".repeat(128)
                        + "  # via scipy\n# not continued \\\nscipy\n")));
    assertThat(preset.roots())
        .map(root -> root.place() + ": " + root.requirement() + " " + root.hashes())
        .containsExactly(
            "requirements.txt line 1: numpy==1.23.1; python_version >= \"3.8\" [sha256="
                + "a".repeat(64)
                + ", sha512="
                + "b".repeat(128)
                + "]",
            "requirements.txt line 5: scipy []");
    assertThat(preset.hashAlgorithms(new ProjectName("numpy")))
        .containsExactly(Algorithm.SHA512, Algorithm.SHA256);
  }

  @ParameterizedTest
  @ValueSource(strings = {"md5:0123456789abcdef0123456789abcdef", "sha256:abc", "sha256", "abc"})
  void refusesHashesThatAreNoneOrWeak(String hash) {
    assertThat(
            Presets.problems(
                Presets.source(
                    Presets.merged("\"requirements\": \"requirements.txt\""),
                    Optional.of("numpy --hash=" + hash))))
        .singleElement()
        .asString()
        .contains("requirements.txt: line 1", "'" + hash + "' is no hash", "sha256:");
  }

  @Test
  void reportsEveryMistakeAtOnceWithPlaceValueAndRule() {
    List<Problem> problems =
        Presets.problems(
            Presets.source(
                """
                {
                  "schema": 2,
                  "name": "Two",
                  "targets": [{"python": "2.7", "platform": "solaris", "abi": "cp27"}],
                  "indexes": {
                    "a": {"url": "ftp://example.org/", "projects": ["torch"]},
                    "b": {"url": "https://example.org/", "projects": ["Torch", "no name"]}
                  },
                  "packages": {"numpy": "latest", "scipy": 1.11},
                  "requirements": "requirements.txt",
                  "exclude": "torch",
                  "exclude_newer": "yesterday",
                  "constraint": ["numpy<2"]
                }
                """,
                Optional.of("requests\n--index-url x\nbroken==\n")));

    assertThat(problems)
        .map(Problem::place)
        .containsExactlyInAnyOrder(
            "schema",
            "name",
            "targets[0].python",
            "targets[0].platform",
            "targets[0].abi",
            "indexes.a.url",
            "indexes.b.projects[0]",
            "indexes.b.projects[1]",
            "indexes",
            "packages.numpy",
            "packages.scipy",
            "line 2",
            "line 3",
            "exclude",
            "exclude_newer",
            "constraint");
    assertThat(problems)
        .map(Problem::toString)
        .contains(
            "presets/one/preset.json: schema: 2: accepted is 1",
            "presets/one/preset.json: indexes.b.projects[0]: 'Torch': the index 'a' claims this"
                + " project too; a project has one index",
            "presets/one/preset.json: exclude: 'torch': it has to be a list, […]",
            "presets/one/preset.json: packages.scipy: 1.11: it has to be a text in quotes",
            "presets/one/preset.json: exclude_newer: 'yesterday': accepted is a time such as"
                + " 2024-06-30T00:00:00Z")
        .anyMatch(problem -> problem.contains("constraint: unknown key; known here are"))
        .anyMatch(problem -> problem.contains("'2.7': ") && problem.contains("accepted are 3.10"))
        .anyMatch(problem -> problem.startsWith("presets/one/requirements.txt: line 2: "))
        .anyMatch(problem -> problem.startsWith("presets/one/requirements.txt: line 3: "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "schema": "1"                            | schema                 | accepted is 1
          "name": "../one"                         | name                   | accepted are lower-case letters
          "name": "two"                            | name                   | it has to be the name of the preset's folder, 'one'
          "name": 1                                | name                   | it has to be a text in quotes
          "targets": []                            | targets                | one target at least
          "targets": {}                            | targets                | it has to be a list
          "targets": ["3.10"]                      | targets[0]             | it has to be an object
          "targets": [{}]                          | targets[0].python      | it is missing
          "targets": [{"python": "3.10", "platform": "win_amd64"}, {"python": "3.10", "platform": "WIN_AMD64"}] | targets[1] | there already
          "indexes": {}                            | indexes                | no index has "default": true
          "indexes": []                            | indexes                | it has to be an object
          "indexes": {"p": {"default": true}}      | indexes.p.url          | it is missing
          "indexes": {"P": {"url": "https://a.org", "default": true}} | indexes.P | lower-case
          "indexes": {"p": {"url": "https://a.org", "default": "yes"}} | indexes.p.default | accepted are true and false
          "indexes": {"p": {"url": "https://u:p@a.org", "default": true}} | indexes.p.url | ~/.netrc
          "indexes": {"p": {"url": "https:// a", "default": true}} | indexes.p.url | accepted are http, https and file addresses
          "indexes": {"p": {"url": "pypi.org", "default": true}} | indexes.p.url | accepted are http, https and file addresses
          "indexes": {"p": {"url": "https://a.org", "default": true}, "q": {"url": "https://b.org", "default": true}} | indexes | 2 indexes have
          "bootstrap": ["pip ="]                   | bootstrap[0]           | not a valid requirement
          "packages": {"numpy": "1.x"}             | packages.numpy         | not a valid version
          "packages": {"numpy": ">=1.x"}           | packages.numpy         | not a valid version
          "packages": {"numpy": ""}                | packages.numpy         | accepted are a version, as in 1.23.1
          "packages": {"n y": "1"}                 | packages.n y           | not a valid project name
          "packages": ["numpy"]                    | packages               | it has to be an object
          "pytorch": {"torch": "2.1.0"}            | pytorch.torch          | unknown key
          "tensorrt": {"tensorrt_version": "8"}    | tensorrt.tensorrt_version | unknown key
          "requirements": "../requirements.txt"    | requirements           | the name of a file beside preset.json
          "constraints": ["numpy<"]                | constraints[0]         | not a valid
          "bootstrap": ["pip @ https://h/p.whl"]   | bootstrap[0]           | requirements by address are not mirrored
          "constraints": ["x @ https://h/x.whl"]   | constraints[0]         | requirements by address are not mirrored
          "constraints": ["x[y]<1"]                | constraints[0]         | a constraint has no extras
          "override": ["x @ https://h/x.whl"]      | override[0]            | requirements by address are not mirrored
          "dependency_metadata": [{"name": "a", "requires_dist": ["x @ https://h/x.whl"]}] | dependency_metadata[0].requires_dist[0] | requirements by address are not mirrored
          "build_requires": {"a": ["x @ https://h/x.whl"]} | build_requires.a[0] | requirements by address are not mirrored
          "bootstrap": ["pip"], "exclude": ["a", "Pip"] | exclude[1]        | it is asked for too, by bootstrap[0]
          "packages": {"a_b": "1"}, "exclude": ["A-B"] | exclude[0]         | it is asked for too, by packages.a_b
          "pytorch": {"torch_version": "2"}, "exclude": ["torch"] | exclude[0] | it is asked for too, by pytorch.torch_version
          "tensorrt": {"version": "8"}, "exclude": ["tensorrt"] | exclude[0] | it is asked for too, by tensorrt.version
          "override": [1]                          | override[0]            | it has to be a text in quotes
          "exclude": ["a b"]                       | exclude[0]             | not a valid project name
          "prereleases": "all"                     | prereleases            | it has to be a list
          "no_binary": [":all:"]                   | no_binary[0]           | not a valid project name
          "no_build": {}                           | no_build               | it has to be a list
          "exclude_newer": "2024-06-30"            | exclude_newer          | accepted is a time
          "dependency_metadata": [{}]              | dependency_metadata[0].name | it is missing
          "dependency_metadata": [{"name": "a", "version": "x"}] | dependency_metadata[0].version | not a valid version
          "dependency_metadata": [{"name": "a", "requires": []}] | dependency_metadata[0].requires | unknown key
          "repack": {}                             | repack                 | it has to be a list
          "repack": [{"version": "1", "requires_dist": []}] | repack[0].name | it is missing
          "repack": [{"name": "a", "requires_dist": []}] | repack[0].version | it is missing
          "repack": [{"name": "a", "version": "1"}] | repack[0].requires_dist | it is missing: the wheel requires what is stated here
          "repack": [{"name": "a", "version": "1", "requires_dist": ["b @ https://h/b.whl"]}] | repack[0].requires_dist[0] | requirements by address are not mirrored
          "repack": [{"name": "a", "version": "1", "requires_dist": [], "requires_python": "3"}] | repack[0].requires_python | not a valid
          "repack": [{"name": "a", "version": "1", "requires_dist": [], "packages": ["a.b"]}] | repack[0].packages[0] | accepted is a name at the top
          "repack": [{"name": "a", "version": "1", "requires_dist": [], "modules": ["a.py"]}] | repack[0].modules[0] | without a dot or an extension
          "repack": [{"name": "a", "version": "1", "requires_dist": [], "root": "../x"}] | repack[0].root | accepted is a path below its top
          "repack": [{"name": "a", "version": "1", "requires_dist": []}, {"name": "A", "version": "1.0", "requires_dist": []}] | repack[1] | a 1.0 is in
          "repack": [{"name": "a", "version": "1", "requires_dist": []}], "dependency_metadata": [{"name": "a"}] | repack[0] | states what a 1 requires, too
          "repack": [{"name": "a", "version": "1", "requires_dist": []}], "no_binary": ["a"] | repack[0] | no wheel of a is taken
          "build_requires": {"a": "setuptools"}    | build_requires.a       | it has to be a list
          "build_requires": {"a": ["-e ."]}        | build_requires.a[0]    | not a valid requirement
          "base_image": ["ubuntu"]                 | base_image             | it has to be a text in quotes
          "notes": "a note"                        | notes                  | it has to be a list
          "description": 7                         | description            | it has to be a text in quotes
          """)
  void reportsOneMistake(String fields, String place, String rule) {
    List<Problem> problems = Presets.problems(Presets.with(fields));

    assertThat(problems)
        .anySatisfy(problem -> {
          assertThat(problem.place()).isEqualTo(place);
          assertThat(problem.rule()).contains(rule);
          assertThat(problem.file()).isEqualTo("presets/one/preset.json");
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"indexes\": {\"p\": {\"url\": \"https://u:secretpw@h/simple\", \"default\": true}}",
        "\"indexes\": {\"p\": {\"url\": \"https://u:se@cretpw@h/simple\", \"default\": true}}",
        "\"indexes\": {\"p\": {\"url\": \"ftp://u:cretpw@h/simple\", \"default\": true}}",
        "\"indexes\": {\"p\": {\"url\": \"https://u:x cretpw@h/\", \"default\": true}}",
        "\"indexes\": {\"p\": {\"url\": [\"https://u:cretpw@h/\"], \"default\": true}}",
        "\"indexes\": {\"p\": \"https://u:cretpw@h/\"}",
        "\"constraints\": [\"https://u:cretpw@h/x.whl\"]",
        "\"name\": \"https://u:cretpw@h/\"",
      })
  void repeatsNoCredentials(String fields) {
    assertThat(Presets.problems(Presets.with(fields)))
        .isNotEmpty()
        .map(Problem::toString)
        .noneMatch(problem -> problem.contains("cretpw"))
        .anyMatch(problem -> problem.contains("://***@h"));
  }

  @Test
  void repeatsNoCredentialsOfRequirements() {
    assertThat(
            Presets.problems(
                Presets.source(
                    Presets.merged("\"requirements\": \"r.txt\""),
                    Optional.of(
                        "--index-url https://u:secretpw@h/\nhttps://u:secretpw@h/a.whl\n"))))
        .hasSize(2)
        .map(Problem::toString)
        .allMatch(problem -> problem.contains("https://***@h/"));
  }

  @Test
  void reportsWhatIsWrongWithRequirementsByTheirLines() {
    assertThat(
            Presets.problems(
                Presets.source(
                    Presets.merged("\"requirements\": \"r.txt\", \"exclude\": [\"yacs\"]"),
                    Optional.of("yacs\npkg @ https://example.org/p.whl#sha256=ab\n"))))
        .map(Problem::toString)
        .containsExactly(
            "presets/one/r.txt: line 2: 'pkg @ https://example.org/p.whl#sha256=ab': requirements"
                + " by address are not mirrored: give the project and its versions, and its index"
                + " in `indexes`",
            "presets/one/preset.json: exclude[0]: 'yacs': it is asked for too, by r.txt line 1: a"
                + " project is either installed or left out");
  }

  @Test
  void leavesOutAProjectOfTheDefaultBootstrap() throws InvalidPresetException {
    assertThat(PresetReader.read(Presets.with("\"exclude\": [\"wheel\"]")).exclude())
        .containsExactly(new ProjectName("wheel"));
  }

  @Test
  void takesIndexesOnHostsWithAnUnderscore() throws InvalidPresetException {
    assertThat(
            PresetReader.read(
                    Presets.with(
                        """
                        "indexes": {"p": {"url": "http://my_host:8777/simple", "default": true}}
                        """))
                .defaultIndex()
                .url())
        .hasToString("http://my_host:8777/simple");
  }

  @Test
  void saysWhatIsMissing() {
    assertThat(Presets.problems(Presets.source("{}", Optional.empty())))
        .map(Problem::place)
        .containsExactlyInAnyOrder("schema", "name", "targets", "indexes");
    assertThat(
            Presets.problems(
                Presets.source(Presets.merged("\"requirements\": \"r.txt\""), Optional.empty())))
        .singleElement()
        .asString()
        .contains("requirements: 'r.txt': there is no such file beside preset.json");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"schema": 1,        | line 1
          not json             | line 1
          ``                   | preset.json: it has to be an object
          []                   | it has to be an object
          {"name": "a", "name": "b"} | Duplicate
          """)
  void refusesWhatIsNoJsonObject(String json, String message) {
    assertThatThrownBy(() -> PresetReader.read(Presets.source(json, Optional.empty())))
        .isInstanceOf(InvalidPresetException.class)
        .hasMessageContaining(message);
  }

  @Test
  void readsRequirementsWithCommentsAndContinuedLines() throws InvalidPresetException {
    Preset preset =
        PresetReader.read(
            Presets.source(
                Presets.merged("\"requirements\": \"r.txt\", \"bootstrap\": []"),
                Optional.of(
                    """
                    # what the kit needs

                    requests  # any version
                    gdown \\
                      >=4.0
                    numpy<2;python_version<'3.13'\r
                    """)));

    assertThat(preset.roots())
        .map(root -> root.place() + ": " + root.requirement())
        .containsExactly(
            "r.txt line 3: requests",
            "r.txt line 4: gdown>=4.0",
            "r.txt line 6: numpy<2; python_version < \"3.13\"");
  }

  @Test
  void readsEveryPresetOfTheRepository() throws IOException {
    Path presets = Surroundings.repository("presets").orElse(Path.of("presets"));
    List<Path> folders = new ArrayList<>();
    if (Files.isDirectory(presets)) {
      try (Stream<Path> entries = Files.list(presets)) {
        entries.filter(folder -> Files.exists(folder.resolve("preset.json"))).forEach(folders::add);
      }
    }
    assumeFalse(folders.isEmpty(), "there are no presets yet");

    for (Path folder : folders) {
      assertThat(Presets.problems(PresetSource.read(folder))).as(folder.toString()).isEmpty();
    }
  }

  @Test
  void readsIndexesThatAreSearched() throws InvalidPresetException {
    String json =
        dev.airlock.fixtures.Presets.preset("p", URI.create("https://pypi.org/simple/"))
            .searched("more", URI.create("https://more.example/simple/"))
            .list("forbidden_means_absent", "Files.example", "10.0.0.5:8080")
            .json()
            .replace("\"default\": true", "\"default\": true, \"format\": \"flat\"");
    Preset preset =
        PresetReader.read(new PresetSource("p", "p", json, Optional.empty(), Optional.empty()));
    assertThat(preset.indexes().getLast().isSearched()).isTrue();
    assertThat(preset.indexes().getLast().format()).isEqualTo(IndexFormat.SIMPLE);
    assertThat(preset.defaultIndex().format()).isEqualTo(IndexFormat.FLAT);
    assertThat(preset.forbiddenMeansAbsent())
        .containsExactlyInAnyOrder("files.example", "10.0.0.5:8080");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "a": {"url": "https://a.org"} | indexes.a: nothing would come from it: accepted are "projects" that it claims, "searched": true and "default": true
          "a": {"url": "https://a.org", "searched": 1} | indexes.a.searched: 1: accepted are true and false
          "a": {"url": "https://a.org", "searched": true, "format": "x"} | indexes.a.format: 'x': accepted are "simple" and "flat"
          """)
  void refusesIndexesThatNothingComesFrom(String index, String problem) {
    String json =
        dev.airlock.fixtures.Presets.preset("p", URI.create("https://pypi.org/simple/"))
            .json()
            .replace("\"indexes\": {", "\"indexes\": {" + index + ", ");
    assertThatThrownBy(() ->
            PresetReader.read(new PresetSource("p", "p", json, Optional.empty(), Optional.empty())))
        .isInstanceOf(InvalidPresetException.class)
        .hasMessage("p/preset.json: " + problem);
  }
}
