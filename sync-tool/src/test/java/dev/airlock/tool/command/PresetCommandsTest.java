package dev.airlock.tool.command;

import static dev.airlock.fixtures.Presets.preset;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.airlock.fixtures.FakeIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code airlock preset …}. */
class PresetCommandsTest {
  private static final String IMAGE = "nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04";

  @TempDir Path directory;

  private Tool tool;

  @BeforeEach
  void start() {
    tool = new Tool(directory);
  }

  private Path written(String name) {
    return directory.resolve("presets").resolve(name);
  }

  private String json(String name) throws IOException {
    return Files.readString(written(name).resolve("preset.json"));
  }

  // --- new

  @Test
  void writesAPresetOfOptionsAndValidatesIt() throws IOException {
    assertThat(
            tool.run(
                "preset",
                "new",
                "mine",
                "--base-image",
                IMAGE,
                "--torch",
                "2.1.0",
                "--package",
                "numpy=1.23.1",
                "--package",
                "scipy>=1.11,<2",
                "--require",
                "requests"))
        .isZero();

    assertThat(tool.out()).isEqualTo(written("mine") + "\n");
    assertThat(tool.err()).isEqualTo("written; next: airlock sync mine\n");
    assertThat(json("mine"))
        .contains(
            "\"targets\": [{\"python\": \"3.10\", \"platform\": \"manylinux_2_35_x86_64\"}]",
            "\"url\": \"https://download.pytorch.org/whl/cu118\"",
            "\"packages\": {\"numpy\": \"1.23.1\", \"scipy\": \">=1.11,<2\"}");
    assertThat(written("mine").resolve("requirements.txt")).hasContent("requests\n");
    assertThat(tool.run("preset", "validate")).isZero();
    assertThat(tool.out()).isEqualTo("mine: no mistake\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--target cp312-manylinux_2_39_x86_64 --target cp312-manylinux_2_39_aarch64"
            + "| [{\"python\": \"3.12\", \"platform\": \"manylinux_2_39_x86_64\"},"
            + " {\"python\": \"3.12\", \"platform\": \"manylinux_2_39_aarch64\"}]",
        "--python 3.11 --platform manylinux_2_28_x86_64 --platform win_amd64"
            + "| [{\"python\": \"3.11\", \"platform\": \"manylinux_2_28_x86_64\"},"
            + " {\"python\": \"3.11\", \"platform\": \"win_amd64\"}]",
        "--base-image ubuntu:24.04 --python 3.13"
            + "| [{\"python\": \"3.13\", \"platform\": \"manylinux_2_39_x86_64\"}]",
        "--base-image ubuntu:24.04 --platform manylinux_2_39_aarch64"
            + "| [{\"python\": \"3.12\", \"platform\": \"manylinux_2_39_aarch64\"}]",
      })
  void takesTargetsInEachForm(String options, String targets) throws IOException {
    assertThat(tool.run(("preset new mine " + options).split(" "))).isZero();
    assertThat(json("mine")).contains("\"targets\": " + targets + ",");
  }

  @Test
  void tellsEverythingThatIsMissingAtOnceWithoutATerminal() {
    assertThat(tool.run("preset", "new", "--torch", "2.8.0", "--package", "numpy")).isEqualTo(2);
    assertThat(tool.err())
        .contains(
            "it is missing: NAME",
            "it is missing: --base-image",
            "--target cp310-manylinux_2_35_x86_64",
            "it is missing: --cuda",
            "--package 'numpy': 'numpy' names no version: accepted are numpy=1.23.1",
            "Nothing was written.");
    assertThat(written("")).doesNotExist();
  }

  @Test
  void saysThatAnImageTellsTooLittle() {
    assertThat(
            tool.run(
                "preset",
                "new",
                "Mine",
                "--base-image",
                "python:3.12",
                "--torch",
                "1 0",
                "--cuda",
                "12.7"))
        .isEqualTo(2);
    assertThat(tool.err())
        .contains(
            "the image 'python:3.12' does not tell its Ubuntu",
            "NAME 'Mine'",
            "accepted are lower-case letters",
            "--torch '1 0'",
            "cpu, 11.8, 12.1, 12.4, 12.6, 12.8, 12.9, 13.0");
  }

  @Test
  void replacesNoPreset() throws IOException {
    Path folder = tool.preset("mine", "mine");
    assertThat(tool.run("preset", "new", "mine", "--base-image", IMAGE)).isEqualTo(2);
    assertThat(tool.err()).contains(folder + ": it is there already, and is not replaced");
    assertThat(folder.resolve("preset.json")).hasContent("mine");
  }

  @Test
  void takesTheRestFromAnotherPreset() throws IOException {
    tool.run(
        "preset", "new", "mine", "--base-image", IMAGE, "--torch", "2.1.0", "--require", "rich");
    assertThat(
            tool.run(
                "preset",
                "new",
                "other",
                "--like",
                "mine",
                "--torch",
                "2.8.0",
                "--cuda",
                "12.8",
                "--dir",
                "elsewhere"))
        .isZero();

    assertThat(Files.readString(directory.resolve("elsewhere/other/preset.json")))
        .contains(
            "\"base_image\": \"" + IMAGE + "\"",
            "https://download.pytorch.org/whl/cu128",
            "\"torch_version\": \"2.8.0\"");
    assertThat(directory.resolve("elsewhere/other/requirements.txt")).hasContent("rich\n");
  }

  @Test
  void asksOnATerminalAndSaysAtOnceWhatIsWrong() throws IOException {
    tool.interactive = true;
    tool.piped =
        """
        Mine
        mine

        nvidia/cuda:12.8.1-cudnn-devel-ubuntu22.04

        2.8.0

        0.23.0

        numpy=2.2.6
        scipy

        requests

        """;
    assertThat(tool.run("preset", "new")).isZero();

    assertThat(tool.err())
        .contains(
            "Name of the preset: ",
            "'Mine'",
            "Base image, or none [ubuntu:24.04]: ",
            "Targets, blanks between [cp310-manylinux_2_35_x86_64]: ",
            "CUDA of PyTorch, or cpu [12.8]: ",
            "'scipy' names no version: accepted are numpy=1.23.1");
    assertThat(tool.out()).isEqualTo(written("mine") + "\n");
    assertThat(json("mine"))
        .contains(
            "\"packages\": {\"numpy\": \"2.2.6\"}",
            "{\"torch_version\": \"2.8.0\", \"torchvision_version\": \"0.23.0\"}",
            "whl/cu128");
    assertThat(written("mine").resolve("requirements.txt")).hasContent("requests\n");
  }

  @Test
  void writesNothingWhenTheAnswersEnd() {
    tool.interactive = true;
    tool.piped = "mine\n\nubuntu:24.04\n";
    assertThat(tool.run("preset", "new")).isEqualTo(2);
    assertThat(tool.err()).endsWith("airlock: error: the answers ended; nothing was written\n");
    assertThat(written("")).doesNotExist();
  }

  @Test
  void asksNothingWhereTheOptionsAreEnough() {
    tool.interactive = true;
    assertThat(tool.run("preset", "new", "mine", "--base-image", "ubuntu:24.04")).isZero();
    assertThat(tool.err()).doesNotContain(": \n").doesNotContain("Version of");
  }

  // --- validate

  @Test
  void tellsEveryMistakeOfEveryPreset() throws IOException {
    tool.run("preset", "new", "good", "--base-image", "ubuntu:24.04");
    tool.preset("bad", "{\"schema\": 2, \"name\": \"bad\"}");
    tool.preset("worse", "{");

    assertThat(tool.run("preset", "validate")).isEqualTo(2);
    assertThat(tool.out())
        .contains(
            "bad/preset.json: schema: 2: accepted is 1\n",
            "bad/preset.json: targets: it is missing",
            "bad/preset.json: indexes: it is missing",
            "good: no mistake\n",
            "worse/preset.json: line 1: it is not JSON");
    assertThat(tool.run("preset", "validate", "good", written("bad/preset.json").toString()))
        .isEqualTo(2);
    assertThat(tool.out()).contains("good: no mistake").doesNotContain("worse");
    assertThat(tool.run("preset", "validate", "good", "absent", "--json")).isEqualTo(2);
    JsonNode result = tool.json().getLast();
    assertThat(result.path("valid").asBoolean()).isFalse();
    assertThat(result.path("presets").path(0).path("valid").asBoolean()).isTrue();
    assertThat(result.path("presets").path(1).path("problems").path(0).path("rule").asText())
        .startsWith("there is no such preset");
  }

  @Test
  void saysThatThereIsNoPresetAtAll() {
    assertThat(tool.run("preset", "validate")).isEqualTo(2);
    assertThat(tool.err()).contains("there is no preset in [" + written("").toString());
  }

  // --- list, show, diff

  @Test
  void listsThePresetsOfTheFoldersAndOfTheStore() throws IOException {
    try (FakeIndex pypi = FakeIndex.start()) {
      pypi.add(wheel("app", "1.0"));
      Path gone = tool.preset("kit", preset("kit", pypi.simple()).packages("app", "1.0").json());
      tool.run("sync", "kit");
      Files.move(gone, directory.resolve("gone"));
    }
    tool.run(
        "preset", "new", "mine", "--base-image", "ubuntu:24.04", "--description", "For tests.");
    tool.preset("bad", "{");

    assertThat(tool.run("preset", "list")).isZero();
    assertThat(tool.out().lines().map(line -> line.replaceAll(" +", " ")))
        .containsExactly(
            "PRESET SYNCED TARGETS BASE IMAGE DESCRIPTION",
            "bad never - - it has mistakes: airlock preset validate bad",
            "kit 1970-01-01T00:00:00Z cp310-manylinux_2_28_x86_64 -",
            "mine never cp312-manylinux_2_39_x86_64 ubuntu:24.04 For tests.");
    assertThat(tool.run("preset", "list", "--json")).isZero();
    JsonNode presets = tool.json().getLast().path("presets");
    assertThat(presets.path(1).path("place").asText()).isEqualTo("the store");
    assertThat(presets.path(1).path("synced").asText()).isEqualTo("1970-01-01T00:00:00Z");
    assertThat(presets.path(0).path("valid").asBoolean()).isFalse();
  }

  @Test
  void showsWhatAPresetSays() throws IOException {
    tool.run(
        "preset", "new", "mine", "--base-image", IMAGE, "--torch", "2.1.0", "--require", "rich");
    Files.writeString(
        written("mine").resolve("preset.json"),
        json("mine").replace("\"base_image\"", "\"notes\": [\"A note.\"],\n  \"base_image\""));

    assertThat(tool.run("preset", "show", "mine")).isZero();
    assertThat(tool.out())
        .contains(
            "base image     " + IMAGE,
            "target         cp310-manylinux_2_35_x86_64\n",
            "https://download.pytorch.org/whl/cu118 of torch torchaudio torchvision triton\n",
            "https://pypi.org/simple/ of everything else\n",
            "installed, in this order:\n  bootstrap     pip\n",
            "  pytorch       torch==2.1.0\n  requirements  rich\n",
            "rules:\n  constraints: numpy<2\n",
            "build arguments:\n  TORCH_VERSION=2.1.0\n",
            "notes:\n  A note.\n");
    assertThat(tool.run("preset", "show", "mine", "--json")).isZero();
    JsonNode shown = tool.json().getLast();
    assertThat(shown.path("install").path(3).path("requirement").asText())
        .isEqualTo("torch==2.1.0");
    assertThat(shown.path("build_arguments").path("TORCH_VERSION").asText()).isEqualTo("2.1.0");
    assertThat(shown.path("document").path("notes").path(0).asText()).isEqualTo("A note.");
  }

  @Test
  void tellsWhatDiffersBetweenTwoPresetsAndTheirLocks() throws IOException {
    try (FakeIndex pypi = FakeIndex.start()) {
      pypi.add(wheel("app", "1.0"));
      pypi.add(wheel("app", "2.0"));
      tool.preset("kit", preset("kit", pypi.simple()).packages("app", "1.0").json());
      tool.preset("next", preset("next", pypi.simple()).packages("app", "2.0").json());
      assertThat(tool.run("preset", "diff", "kit", "next")).isZero();
      assertThat(tool.out()).isEqualTo("packages.app: kit has 1.0, next has 2.0\n");
      assertThat(tool.err()).isEqualTo("locks are not compared: there is none of kit and next\n");
      tool.run("lock", "kit");
      tool.run("sync", "next");
    }

    assertThat(tool.run("preset", "diff", "kit", "next")).isZero();
    assertThat(tool.out()).contains("locks, from kit to next:\n  ~ app 1.0 → 2.0");
    assertThat(tool.run("preset", "diff", "kit", "next", "--json")).isZero();
    JsonNode result = tool.json().getLast();
    assertThat(result.path("changes").path(0).path("only_second").path(0).asText())
        .isEqualTo("2.0");
    assertThat(result.path("locks").path("changes").path(0).path("project").asText())
        .isEqualTo("app");
  }

  @Test
  void comparesAPresetWithItselfAsItWasSynced() throws IOException {
    try (FakeIndex pypi = FakeIndex.start()) {
      pypi.add(wheel("app", "1.0"));
      tool.preset("kit", preset("kit", pypi.simple()).packages("app", "1.0").json());
      assertThat(tool.run("preset", "diff", "kit")).isEqualTo(2);
      assertThat(tool.err()).contains("kit was never synced");
      tool.run("sync", "kit");
      assertThat(tool.run("preset", "diff", "kit")).isZero();
      assertThat(tool.out())
          .startsWith("the presets say the same\nlocks, from kit as synced to kit:\n  no change;");
      tool.preset(
          "kit", preset("kit", pypi.simple()).packages("app", "1.0").list("exclude", "x").json());
    }

    assertThat(tool.run("preset", "diff", "kit")).isZero();
    assertThat(tool.out()).startsWith("exclude: only kit has x\n");
  }

  @Test
  void namesItsVerbs() {
    assertThat(tool.run("preset")).isEqualTo(2);
    assertThat(tool.err()).contains("airlock preset new|list|show|validate|diff");
    assertThat(tool.run("preset", "new", "--help")).isZero();
    assertThat(tool.out()).startsWith("Usage: airlock preset new");
  }
}
