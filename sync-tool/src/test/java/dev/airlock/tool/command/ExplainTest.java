package dev.airlock.tool.command;

import static dev.airlock.fixtures.Presets.preset;
import static dev.airlock.fixtures.SdistBuilder.sdist;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.Presets;
import dev.airlock.fixtures.Python;
import dev.airlock.fixtures.ReferencePackaging;
import dev.airlock.lock.Lock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that explain a lock, and the one that explains a target. */
class ExplainTest {
  private static final String TARGET = "cp310-manylinux_2_28_x86_64";

  @TempDir Path directory;

  private FakeIndex pypi;
  private Tool tool;
  private Path folder;

  @BeforeEach
  void start() throws IOException {
    pypi = FakeIndex.start();
    pypi.add(
        wheel("app", "1.0")
            .requires("web[fast]>=2")
            .requires("tool; sys_platform == 'darwin'")
            .extra("unused"));
    pypi.add(wheel("web", "2.1").extra("fast").requires("loop; extra == 'fast'").requires("leaf"));
    pypi.add(wheel("loop", "1.0").requires("leaf<9"));
    pypi.add(wheel("leaf", "1.0"));
    pypi.add(wheel("tool", "1.0").requires("leaf"));
    pypi.add(sdist("old", "1.0").metadataVersion("2.2").buildRequires("backend>=3"));
    pypi.add(wheel("backend", "3.0"));
    tool = new Tool(directory);
    folder = tool.preset("kit", kit().json());
    Files.writeString(folder.resolve("requirements.txt"), "# comment\nold\n");
    assertThat(tool.run("sync", "kit")).isZero();
  }

  @AfterEach
  void stop() {
    pypi.close();
  }

  private Presets kit() {
    return preset("kit", pypi.simple())
        .packages("app", "1.0", "leaf", ">=1")
        .key("requirements", "\"requirements.txt\"");
  }

  private static List<String> withoutBytes(String text) {
    return text.lines().map(line -> line.replaceAll(", [0-9.]+ k?B", "")).toList();
  }

  // --- why

  @Test
  void tellsTheChainsThatWantAProjectTheShortestFirst() {
    assertThat(tool.run("why", "kit", "Leaf")).isZero();
    assertThat(tool.out())
        .isEqualTo(
            """
            leaf 1.0, for cp310-manylinux_2_28_x86_64
              the preset (packages.leaf) wants leaf>=1
              the preset (packages.app) wants app==1.0
                app 1.0 requires web[fast]>=2
                  web 2.1 requires leaf
              the preset (packages.app) wants app==1.0
                app 1.0 requires web[fast]>=2
                  web[fast] 2.1 requires loop; extra == "fast"
                    loop 1.0 requires leaf<9
            leaf is from %s
            """
                .formatted(pypi.simple()));
  }

  @Test
  void tellsWhatBuildsWant() {
    assertThat(tool.run("why", "kit", "backend")).isZero();
    assertThat(tool.out())
        .isEqualTo(
            """
            backend 3.0 (for builds), for cp310-manylinux_2_28_x86_64
              the preset (requirements.txt line 2) wants old
                building old 1.0 requires backend>=3
            backend is from %s
            """
                .formatted(pypi.simple()));
  }

  @Test
  void tellsTargetsApartWhereTheyDiffer() throws IOException {
    tool.preset("kit", kit().also("3.12", "macosx_14_0_arm64").json());
    tool.run("lock", "kit");
    assertThat(tool.run("why", "kit", "tool")).isZero();
    assertThat(tool.out())
        .contains("tool is not wanted, for " + TARGET + "\n")
        .contains("tool 1.0, for cp312-macosx_14_0_arm64\n")
        .contains("app 1.0 requires tool; sys_platform == \"darwin\"\n");
    assertThat(tool.run("why", "kit", "loop")).isZero();
    assertThat(tool.out()).contains("loop 1.0, for " + TARGET + ", cp312-macosx_14_0_arm64\n");
  }

  @Test
  void printsTenChainsAndCountsTheRest() throws IOException {
    var projects = new StringBuilder("old\n");
    for (int i = 0; i < 12; i++) {
      pypi.add(wheel("user" + i, "1.0").requires("leaf"));
      projects.append("user").append(i).append('\n');
    }
    Files.writeString(folder.resolve("requirements.txt"), projects);
    tool.run("lock", "kit");
    tool.run("why", "kit", "leaf");
    assertThat(tool.out())
        .endsWith("  … and 5 more; --all prints them\nleaf is from " + pypi.simple() + "\n");
    tool.run("why", "kit", "leaf", "--all");
    assertThat(tool.out()).contains("user11 1.0 requires leaf").doesNotContain("more");
    tool.run("why", "kit", "leaf", "--json");
    JsonNode target = tool.json().getLast().path("targets").path(0);
    assertThat(target.path("chains")).hasSize(10);
    assertThat(target.path("more").asInt()).isEqualTo(5);
  }

  @Test
  void givesChainsAsData() {
    assertThat(tool.run("why", "kit", "loop", "--json")).isZero();
    JsonNode target = tool.json().getLast().path("targets").path(0);
    assertThat(target.path("target").asText()).isEqualTo(TARGET);
    assertThat(target.path("versions").path(0).asText()).isEqualTo("1.0");
    JsonNode chain = target.path("chains").path(0);
    assertThat(chain.path("place").asText()).isEqualTo("packages.app");
    assertThat(chain.path("steps")).hasSize(2);
    JsonNode last = chain.path("steps").path(1);
    assertThat(last.path("extra").asText()).isEqualTo("fast");
    assertThat(last.path("leads_to").path("project").asText()).isEqualTo("loop");
    assertThat(last.path("build").asBoolean()).isFalse();
  }

  @Test
  void saysThatAProjectIsNotThere() throws IOException {
    assertThat(tool.run("why", "kit", "absent")).isEqualTo(1);
    assertThat(tool.err())
        .isEqualTo(
            "airlock: error: the lock of kit has no project absent: nothing in the preset requires"
                + " it. `airlock tree kit` shows what is there.\n");
    tool.preset("kit", kit().list("exclude", "loop").json());
    assertThat(tool.run("why", "kit", "loop")).isZero();
    assertThat(tool.err()).startsWith("kit was changed after it was locked");
    tool.run("lock", "kit");
    assertThat(tool.run("why", "kit", "loop")).isEqualTo(1);
    assertThat(tool.err()).contains("no project loop: the preset excludes it.");
    assertThat(tool.run("why", "kit", "no name")).isEqualTo(2);
  }

  @Test
  void asksTheStoreWhereTheFolderHasNoLock() throws IOException {
    Files.delete(folder.resolve(Lock.FILE));
    assertThat(tool.run("why", "kit", "leaf")).isZero();
    Files.delete(folder.resolve("preset.json"));
    assertThat(tool.run("tree", "kit")).isZero();
    assertThat(tool.out()).contains("loop 1.0");
    assertThat(tool.run("env", "kit")).isZero();
  }

  @Test
  void saysThatThereIsNoLock() throws IOException {
    tool.preset("new", preset("new", pypi.simple()).packages("leaf", "1.0").json());
    assertThat(tool.run("why", "new", "leaf")).isEqualTo(3);
    assertThat(tool.err())
        .contains(
            "new has no lock, neither in its folder nor in the store: run `airlock lock new`");
    String nowhere = directory.resolve("nowhere").toString();
    assertThat(tool.run("tree", "new", "--store", nowhere)).isEqualTo(3);
    assertThat(tool.err()).contains("there is no store in '" + nowhere);
    assertThat(tool.run("tree", "absent", "--store", nowhere)).isEqualTo(2);
    assertThat(tool.run("env", "absent", "--store", nowhere)).isEqualTo(2);
    assertThat(tool.err()).contains("there is no preset 'absent'");
  }

  // --- tree

  @Test
  void drawsTheWholeTree() {
    assertThat(tool.run("tree", "kit")).isZero();
    assertThat(withoutBytes(tool.out()))
        .containsExactly(
            "kit for " + TARGET,
            "app 1.0 (packages.app)",
            "└── web[fast] 2.1",
            "    ├── leaf 1.0",
            "    └── loop 1.0",
            "        └── leaf 1.0",
            "leaf 1.0 (packages.leaf)",
            "old 1.0 (requirements.txt line 2)",
            "└── backend 3.0 (build)",
            "6 files");
    assertThat(tool.out()).containsPattern("loop 1.0, [0-9.]+ k?B\n").containsPattern("6 files, ");
  }

  @Test
  void drawsWhatIsRepeatedOnce() throws IOException {
    Files.writeString(folder.resolve("requirements.txt"), "web\nloop\n");
    tool.run("lock", "kit");
    assertThat(tool.run("tree", "kit", "--depth", "2", "--target", TARGET)).isZero();
    assertThat(withoutBytes(tool.out()))
        .contains(
            "└── web[fast] 2.1",
            "    └── loop 1.0 …",
            "web 2.1 (requirements.txt line 1)",
            "loop 1.0 (requirements.txt line 2)");
    tool.run("tree", "kit");
    assertThat(withoutBytes(tool.out()))
        .contains(
            "loop 1.0 (requirements.txt line 2) (*)", "(*) what it requires stands further up");
  }

  @Test
  void givesTheTreeAsData() {
    assertThat(tool.run("tree", "kit", "--json")).isZero();
    JsonNode target = tool.json().getLast().path("targets").path(0);
    assertThat(target.path("files").asInt()).isEqualTo(6);
    JsonNode web = target.path("tree").path(0).path("requires").path(0);
    assertThat(web.path("extras").path(0).asText()).isEqualTo("fast");
    assertThat(web.path("bytes").asLong()).isPositive();
    assertThat(web.path("requirements").path(0).asText()).isEqualTo("web[fast]>=2");
    assertThat(web.path("requires_shown").asText()).isEqualTo("here");
    assertThat(target.path("tree").path(2).path("requires").path(0).path("build").asBoolean())
        .isTrue();
  }

  @Test
  void refusesATargetThatTheLockHasNot() {
    assertThat(tool.run("tree", "kit", "--target", "cp399-linux_x86_64")).isEqualTo(2);
    assertThat(tool.err()).contains("--target cp399-linux_x86_64: the lock of kit has [" + TARGET);
    assertThat(tool.run("tree", "kit", "--depth", "-1")).isEqualTo(2);
  }

  // --- env

  @Test
  void printsEachTargetOfAPreset() {
    assertThat(tool.run("env", "kit")).isZero();
    assertThat(tool.out())
        .startsWith("target: " + TARGET + "\n  implementation_name: cpython\n")
        .contains("  python_full_version: 3.10.0\n", "  sys_platform: linux\n")
        .containsPattern(
            """
            Compatible tags: \\d+
              cp310-cp310-manylinux_2_28_x86_64
              cp310-cp310-manylinux_2_27_x86_64
            """);
  }

  @Test
  void wantsAPresetOrAWholeTarget() {
    assertThat(tool.run("env")).isEqualTo(2);
    assertThat(tool.run("env", "--python", "3.12")).isEqualTo(2);
    assertThat(tool.run("env", "kit", "--python", "3.12", "--platform", "win_amd64")).isEqualTo(2);
    assertThat(tool.err()).contains("accepted are a preset, or --python and --platform together");
    assertThat(tool.run("env", "--python", "2.7", "--platform", "win_amd64")).isEqualTo(2);
    assertThat(tool.err()).contains("'2.7' is not a valid Python version");
    assertThat(tool.run("env", "--python", "3.12", "--platform", "win_amd64")).isZero();
    assertThat(tool.out()).contains("target: cp312-win_amd64\n", "  platform_machine: AMD64\n");
  }

  /** The tags and variables that a Python here gives itself. */
  private static final String OWN =
      ReferencePackaging.PRELUDE
          + """
          import json, platform, sys
          from packaging import markers, tags
          sys.exit(sys.implementation.name != "cpython" or platform.libc_ver()[0] != "glibc") \\
              if len(sys.argv) < 2 else None
          environment = markers.default_environment()
          print(json.dumps({
              "python": platform.python_version(),
              "platform": "manylinux_" + platform.libc_ver()[1].replace(".", "_") + "_" + platform.machine(),
              "environment": environment,
              "tags": [str(tag) for tag in tags.sys_tags()],
          }))
          """;

  @Test
  void saysWhatAMachineSaysOfItself() throws IOException {
    Optional<Python> python = Python.forWhich(OWN);
    assumeTrue(python.isPresent(), "no CPython on glibc with packaging here");
    JsonNode own = new ObjectMapper().readTree(python.get().output(OWN, List.of("print"), ""));

    assertThat(
            tool.run(
                "env",
                "--json",
                "--python",
                own.path("python").asText(),
                "--platform",
                own.path("platform").asText()))
        .isZero();
    JsonNode target = tool.json().getLast().path("targets").path(0);
    assertThat(target.path("tags")).isEqualTo(own.path("tags"));
    assertThat(target.path("environment").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrderElementsOf(() -> own.path("environment").fieldNames());
    target
        .path("environment")
        .properties()
        .forEach(variable -> {
          if (!variable.getKey().equals("platform_release")
              && !variable.getKey().equals("platform_version")) {
            assertThat(variable.getValue())
                .as(variable.getKey())
                .isEqualTo(own.path("environment").path(variable.getKey()));
          }
        });
  }
}
