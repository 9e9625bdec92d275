package dev.airlock.preset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.airlock.fixtures.Surroundings;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.preset.PresetDifference.Change;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What new presets look like, and what is told of presets. */
class PresetWriterTest {
  private static final Target JAMMY = Target.parse("cp310-manylinux_2_35_x86_64");

  @TempDir Path directory;

  private static PresetDraft draft(
      Optional<PresetSource> like, Map<ProjectName, SpecifierSet> versions, String... lines) {
    return new PresetDraft(
        "one",
        Optional.of("For \"tests\"."),
        like,
        Optional.of("nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04"),
        List.of(JAMMY),
        Optional.of(TorchVariant.CU118),
        versions,
        List.of(lines).stream().map(RequirementLine::parse).toList());
  }

  private static Map<ProjectName, SpecifierSet> versions(String... namesAndVersions) {
    Map<ProjectName, SpecifierSet> versions = new LinkedHashMap<>();
    for (int i = 0; i < namesAndVersions.length; i += 2) {
      versions.put(
          new ProjectName(namesAndVersions[i]), PresetReader.versions(namesAndVersions[i + 1]));
    }
    return versions;
  }

  @Test
  void writesTheKeysInTheOrderOfTheSchemaAndReadsThemBack() throws Exception {
    PresetSource text =
        PresetWriter.text(
            draft(
                Optional.empty(),
                versions("torch", "2.1.0", "numpy", "1.23.1", "scipy", ">=1.11,<2"),
                "requests",
                "rich>=13"));
    Path folder = PresetWriter.write(text, directory.resolve("presets"));

    assertThat(Files.readString(folder.resolve("preset.json")))
        .isEqualTo(
            """
            {
              "$schema": "../preset.schema.json",
              "schema": 1,
              "name": "one",
              "description": "For \\"tests\\".",
              "base_image": "nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04",
              "targets": [{"python": "3.10", "platform": "manylinux_2_35_x86_64"}],
              "indexes": {
                "pytorch": {"url": "https://download.pytorch.org/whl/cu118", "projects": ["torch", "torchvision", "torchaudio", "triton"]},
                "pypi": {"url": "https://pypi.org/simple/", "default": true}
              },
              "packages": {"numpy": "1.23.1", "scipy": ">=1.11,<2"},
              "pytorch": {"torch_version": "2.1.0"},
              "requirements": "requirements.txt"
            }
            """);
    assertThat(folder.resolve("requirements.txt")).hasContent("requests\nrich>=13\n");
    Preset read = PresetReader.read(PresetSource.read(folder));
    assertThat(read.targets()).containsExactly(JAMMY);
    assertThat(read.buildArguments())
        .containsEntry("NUMPY_VERSION", "1.23.1")
        .containsEntry("TORCH_VERSION", "2.1.0");
    assertThat(directory.resolve("presets")).isDirectoryContaining("glob:**/one");
    assertThat(PresetSource.names(directory.resolve("presets"))).containsExactly("one");
  }

  @Test
  void knowsTheOrderOfTheSchema() throws IOException {
    var order = new ArrayList<String>();
    new ObjectMapper()
        .readTree(
            Files.readString(Surroundings.repository("presets/preset.schema.json").orElseThrow()))
        .path("properties")
        .fieldNames()
        .forEachRemaining(order::add);
    assertThat(order).containsSubsequence(PresetWriter.KEYS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2.1.0  |            |        | numpy<2",
        "2.2.2  |            | numpy  | numpy<2",
        "2.3.0  |            |        | ",
        "2.1.0  | numpy      |        | ",
        "2.1.0  |            | numpy==1.26.4 | ",
        ">=2.1  |            |        | ",
      })
  void constrainsNumpyWhereTorchWasBuiltForNumpy1(
      String torch, String pinned, String line, String constraint) throws Exception {
    Map<ProjectName, SpecifierSet> versions = versions("torch", torch);
    if (pinned != null) {
      versions.putAll(versions(pinned, "1.23.1"));
    }
    PresetSource text =
        PresetWriter.text(
            draft(Optional.empty(), versions, line == null ? new String[0] : new String[] {line}));
    assertThat(PresetReader.read(text).constraints())
        .map(Object::toString)
        .isEqualTo(constraint == null ? List.of() : List.of(constraint));
  }

  @Test
  void takesEverythingElseFromTheModel() throws Exception {
    PresetSource model =
        Presets.source(
            Presets.merged(
                """
                "made_from": "x", "description": "Old.", "notes": ["Kept."], "base_image": "old",
                "indexes": {"pypi": {"url": "https://pypi.org/simple/", "default": true},
                  "fast": {"url": "https://download.pytorch.org/whl/cpu", "projects": ["Torch"]}},
                "packages": {"NumPy": "1.0", "scipy": "1.0"}, "requirements": "set.txt",
                "installer": "uv"
                """),
            Optional.of("rich"));
    PresetSource text =
        PresetWriter.text(draft(Optional.of(model), versions("numpy", "1.26.4"), "requests"));

    assertThat(text.requirements()).contains("rich\nrequests\n");
    assertThat(text.json())
        .contains(
            "\"notes\": [\n    \"Kept.\"\n  ]",
            "\"fast\": {\"url\": \"https://download.pytorch.org/whl/cu118\"",
            "\"packages\": {\"NumPy\": \"1.26.4\", \"scipy\": \"1.0\"}",
            "\"installer\": \"uv\"")
        .doesNotContain("made_from", "Old.", "\"old\"");
    PresetReader.read(text);
  }

  @Test
  void replacesNothing() throws IOException {
    Path taken = Files.createDirectory(directory.resolve("one"));
    PresetSource text = PresetWriter.text(draft(Optional.empty(), Map.of()));

    assertThatThrownBy(() -> PresetWriter.write(text, directory))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(taken).isEmptyDirectory();
  }

  @Test
  void leavesNothingWhereThePresetCannotBeRead() {
    PresetSource text = new PresetSource("one", "one", "{}", Optional.empty(), Optional.empty());

    assertThatThrownBy(() -> PresetWriter.write(text, directory))
        .isInstanceOf(InvalidPresetException.class)
        .hasMessageContaining("targets: it is missing");
    assertThat(directory).isEmptyDirectory();
  }

  @ParameterizedTest
  @CsvSource({
    "ubuntu:22.04, cp310-manylinux_2_35_x86_64, ",
    "docker.io/library/ubuntu:focal, cp38-manylinux_2_31_x86_64, ",
    "nvidia/cuda:11.8.0-cudnn8-devel-ubuntu20.04, cp38-manylinux_2_31_x86_64, 11.8",
    "nvcr.io/nvidia/cuda:13.0.1-cudnn-devel-ubuntu24.04, cp312-manylinux_2_39_x86_64, 13.0",
    "nvidia/cuda:12.5.1-runtime-ubuntu22.04, cp310-manylinux_2_35_x86_64, ",
    "ubuntu:22.10, , ",
    "python:3.12-bookworm, , ",
  })
  void knowsWhatTheNameOfAnImageTells(String image, String target, String cuda) {
    assertThat(UbuntuRelease.ofImage(image).map(release -> release.target("x86_64").toString()))
        .isEqualTo(Optional.ofNullable(target));
    assertThat(TorchVariant.ofImage(image).map(TorchVariant::toString))
        .isEqualTo(Optional.ofNullable(cuda));
  }

  @Test
  void refusesACudaThatPyTorchHasNoIndexOf() {
    assertThatThrownBy(() -> TorchVariant.parse("12.5"))
        .hasMessageContaining("'12.5'")
        .hasMessageContaining("cpu, 11.8, 12.1");
  }

  @Test
  void tellsWhichKeysOfTwoPresetsDiffer() {
    PresetSource one =
        Presets.source(
            Presets.merged(
                "\"packages\": {\"numpy\": \"1.0\"}, \"installer\": \"uv\","
                    + "\"requirements\": \"requirements.txt\""),
            Optional.of("rich # words\nrequests"));
    PresetSource other =
        Presets.source(
            Presets.merged(
                "\"packages\": {\"numpy\": \"2.0\"}, \"name\": \"other\", \"exclude\": [\"x\"],"
                    + "\"requirements\": \"set.txt\""),
            Optional.of("requests\nflask"));

    assertThat(PresetDifference.between(one, other).changes())
        .containsExactly(
            new Change("packages.numpy", List.of("1.0"), List.of("2.0")),
            new Change("installer", List.of("uv"), List.of()),
            new Change("requirements", List.of("rich"), List.of("flask")),
            new Change("exclude", List.of(), List.of("x")));
    assertThat(PresetDifference.between(one, one).changes()).isEmpty();
  }
}
