package dev.airlock.tool.command;

import static dev.airlock.fixtures.Presets.preset;
import static dev.airlock.fixtures.SdistBuilder.sdist;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.Presets;
import dev.airlock.lock.Lock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What moves when a preset is locked again, what is told of it, and as of which time. */
class LockCommandTest {
  @TempDir Path directory;

  private FakeIndex pypi;
  private Tool tool;
  private Path folder;

  @BeforeEach
  void start() throws IOException {
    pypi = FakeIndex.start();
    pypi.add(wheel("app", "1.0").requires("leaf<2").requires("other").padding(3000));
    pypi.add(wheel("leaf", "1.0"));
    pypi.add(wheel("other", "1.0"));
    tool = new Tool(directory);
    folder = tool.preset("kit", kit().json());
  }

  @AfterEach
  void stop() {
    pypi.close();
  }

  private Presets kit() {
    return preset("kit", pypi.simple()).packages("app", ">=1", "leaf", ">=1");
  }

  private List<String> versions() throws IOException {
    return Files.readString(folder.resolve(Lock.FILE))
        .lines()
        .filter(line -> line.matches("  \\{name = .*|sdist = .*"))
        .map(line -> line.replaceFirst("[^\"]*\"([^-]+-[^-]+?)(-|\\.tar).*", "$1"))
        .toList();
  }

  // --- the difference

  @Test
  void printsWhatChangedAgainstTheEarlierLock() throws IOException {
    assertThat(tool.run("lock", "kit")).isZero();
    assertThat(tool.out().lines().toList())
        .hasSize(4)
        .first()
        .asString()
        .matches("\\+ app 1.0    4\\.\\d kB");
    assertThat(tool.out()).contains("3 added, 0 removed, 0 changed; 3 files, ");
    pypi.add(wheel("app", "2.0").requires("leaf"));
    pypi.add(wheel("leaf", "2.0").requires("fresh"));
    pypi.add(wheel("fresh", "1.0"));
    assertThat(tool.run("lock", "kit", "--upgrade")).isZero();

    assertThat(tool.out().lines().map(line -> line.replaceAll("[0-9.]+ k?B", "#")))
        .containsExactly(
            "~ app 1.0 → 2.0   # → #",
            "+ fresh 1.0       #",
            "~ leaf 1.0 → 2.0  # → #",
            "- other 1.0       #",
            "1 added, 1 removed, 2 changed; 3 files, #; before 3 files, #; new 3 files, #");
  }

  @Test
  void saysPlainlyThatNothingChanged() {
    tool.run("lock", "kit");
    assertThat(tool.run("lock", "kit")).isZero();
    assertThat(tool.out()).startsWith("no change; 3 files, ").hasLineCount(1);
  }

  @Test
  void givesTheDifferenceAsData() {
    tool.run("lock", "kit");
    pypi.add(wheel("other", "1.5"));
    assertThat(tool.run("lock", "kit", "--upgrade", "--json")).isZero();

    JsonNode result = tool.json().getLast();
    assertThat(result.path("missing_files").asInt()).isEqualTo(3);
    assertThat(result.path("missing_bytes").asLong()).isPositive();
    assertThat(result.path("held_files").asInt()).isZero();
    assertThat(result.has("fetched_files")).isFalse();
    JsonNode difference = result.path("difference");
    assertThat(difference.path("changes")).hasSize(1);
    JsonNode change = difference.path("changes").path(0);
    assertThat(change.path("kind").asText()).isEqualTo("versions");
    assertThat(change.path("project").asText()).isEqualTo("other");
    assertThat(change.path("from").path(0).asText()).isEqualTo("1.0");
    assertThat(change.path("to").path(0).asText()).isEqualTo("1.5");
    assertThat(difference.path("new").path("files").asInt()).isEqualTo(1);
    assertThat(difference.path("after").path("bytes").asLong()).isPositive();
  }

  @Test
  void warnsOfVersionsThatNoMarkerTellsApart() throws IOException {
    pypi.add(wheel("native", "1.0").tags("py3-none-musllinux_1_2_x86_64"));
    pypi.add(wheel("native", "2.0").tags("py3-none-manylinux_2_28_x86_64"));
    tool.preset(
        "kit",
        preset("kit", pypi.simple())
            .also("3.10", "musllinux_1_2_x86_64")
            .packages("native", ">=1")
            .json());

    assertThat(tool.run("lock", "kit")).isZero();
    assertThat(tool.err())
        .contains(
            "airlock: warning: no marker tells the targets of native 1.0"
                + " (cp310-musllinux_1_2_x86_64) and 2.0 (cp310-manylinux_2_28_x86_64) apart");
  }

  // --- --upgrade

  @Test
  void movesOnlyTheProjectThatIsNamed() throws IOException {
    tool.run("lock", "kit");
    pypi.add(wheel("leaf", "1.5"));
    pypi.add(wheel("other", "1.5"));

    assertThat(tool.run("lock", "kit", "--upgrade", "Other")).isZero();
    assertThat(versions()).containsExactly("app-1.0", "leaf-1.0", "other-1.5");
    assertThat(tool.run("lock", "-P", "leaf", "kit")).isZero();
    assertThat(versions()).containsExactly("app-1.0", "leaf-1.5", "other-1.5");
  }

  @Test
  void movesOthersThatStandInTheWay() throws IOException {
    tool.run("lock", "kit");
    pypi.add(wheel("app", "2.0").requires("leaf>=2").requires("other"));
    pypi.add(wheel("leaf", "2.0"));
    pypi.add(wheel("other", "2.0"));

    assertThat(tool.run("sync", "kit", "--upgrade", "app")).isZero();
    assertThat(versions()).containsExactly("app-2.0", "leaf-2.0", "other-1.0");
  }

  @Test
  void takesTheFirstNameForThePreset() throws IOException {
    tool.run("lock", "kit");
    pypi.add(wheel("other", "1.5"));

    assertThat(tool.run("lock", "--upgrade", "kit")).isZero();
    assertThat(versions()).containsExactly("app-1.0", "leaf-1.0", "other-1.5");
  }

  @Test
  void keepsWhatOnlyBuildsNeed() throws IOException {
    pypi.add(
        sdist("other", "1.1")
            .metadataVersion("2.2")
            .buildRequires("backend")
            .file("x", new byte[0]));
    pypi.add(wheel("backend", "1.0"));
    tool.run("lock", "kit");
    assertThat(versions()).contains("other-1.1", "backend-1.0");
    pypi.add(wheel("backend", "2.0"));

    tool.run("lock", "kit");
    assertThat(versions()).contains("backend-1.0");
    tool.run("lock", "kit", "--upgrade", "backend");
    assertThat(versions()).contains("backend-2.0");
  }

  @Test
  void refusesToUpgradeWhatTheLockHasNot() {
    assertThat(tool.run("lock", "kit", "--upgrade", "app")).isEqualTo(2);
    assertThat(tool.err()).contains("--upgrade app: kit has no lock yet that it could move in");
    tool.run("lock", "kit");

    assertThat(tool.run("lock", "kit", "--upgrade", "absent")).isEqualTo(2);
    assertThat(tool.err())
        .isEqualTo(
            "airlock: error: --upgrade absent: the lock of kit has no such project; `airlock tree"
                + " kit` shows what it has\n");
    assertThat(tool.run("sync", "kit", "--upgrade", "not a name")).isEqualTo(2);
    assertThat(tool.err()).contains("'not a name'");
    assertThat(tool.run("lock", "kit", "app")).isEqualTo(2);
    assertThat(tool.err()).contains("'app' stands behind the preset");
  }

  // --- --exclude-newer

  @Test
  void solvesAsOfATimeAndKeepsThatLock() throws IOException {
    pypi.add(wheel("leaf", "1.1")).uploaded("2024-06-30T23:59:59.999999Z");
    pypi.add(wheel("leaf", "1.2")).uploaded("2024-07-01T00:00:00Z");

    assertThat(tool.run("sync", "kit", "--exclude-newer", "2024-06-30")).isZero();
    assertThat(versions()).contains("leaf-1.1");
    assertThat(Files.readString(folder.resolve(Lock.FILE)))
        .contains("exclude-newer = 2024-06-30T23:59:59.999999Z\n");
    assertThat(tool.run("sync", "kit")).isZero();
    assertThat(tool.err()).contains("lock: as it was");
    assertThat(tool.run("sync", "kit", "--exclude-newer", "2024-06-30")).isZero();
    assertThat(tool.err()).contains("lock: as it was");
    assertThat(tool.run("check", "kit")).isZero();

    assertThat(tool.run("sync", "kit", "--exclude-newer", "2024-07-01", "-P", "leaf")).isZero();
    assertThat(versions()).contains("leaf-1.2");
    assertThat(tool.run("sync", "kit", "--exclude-newer", "2024-06-30")).isZero();
    assertThat(versions()).contains("leaf-1.1");
  }

  @Test
  void overridesTheTimeOfThePresetForCheckToo() throws IOException {
    pypi.add(wheel("leaf", "1.1")).uploaded("2024-06-30T12:00:00Z");
    tool.preset("kit", kit().key("exclude_newer", "\"2024-01-01T00:00:00Z\"").json());
    tool.run("sync", "kit");
    assertThat(versions()).contains("leaf-1.0");

    String later = "2024-07-01T00:00:00Z";
    assertThat(tool.run("sync", "kit", "--upgrade", "--exclude-newer", later)).isZero();
    assertThat(versions()).contains("leaf-1.1");
    assertThat(tool.run("check", "kit")).isZero();
    assertThat(tool.run("lock", "kit")).isZero();
    assertThat(versions()).contains("leaf-1.0");
  }

  @Test
  void refusesATimeThatIsNone() {
    assertThat(tool.run("lock", "kit", "--exclude-newer", "soon")).isEqualTo(2);
    assertThat(tool.err())
        .isEqualTo(
            "airlock: error: --exclude-newer 'soon': accepted are a time such as"
                + " 2024-06-30T12:00:00Z, a date such as 2024-06-30, and an age such as '7 days',"
                + " P7D or PT12H\n");
  }
}
