package dev.airlock.tool.command;

import static dev.airlock.fixtures.Presets.preset;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.store.Sealed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A preset's name belongs to the place that the preset came from. */
class NamesTest {
  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init")
  private FakeIndex pypi;

  @SuppressWarnings("NullAway.Init")
  private Tool tool;

  @SuppressWarnings("NullAway.Init")
  private Path demo;

  @BeforeEach
  void start() throws IOException {
    pypi = FakeIndex.start();
    pypi.add(wheel("app", "1.0"));
    pypi.add(wheel("app", "2.0"));
    tool = new Tool(directory);
    demo = directory.resolve("program");
    tool.environment.put("AIRLOCK_HOME", demo.toString());
    folder(demo, "2.0");
    assertThat(tool.run("sync", "kit")).as(tool.err()).isZero();
  }

  @AfterEach
  void stop() {
    pypi.close();
  }

  /** A folder of the preset kit below another folder. */
  private Path folder(Path above, String version) throws IOException {
    Path folder = Files.createDirectories(above.resolve("presets/kit"));
    Files.writeString(
        folder.resolve("preset.json"),
        preset("kit", pypi.simple()).packages("app", version).json());
    return folder;
  }

  private String locked() {
    assertThat(tool.run("ls", "kit")).isZero();
    return tool.out();
  }

  @Test
  void refusesAPresetWhoseNameIsThatOfAnotherFolder() throws IOException {
    Path own = folder(directory, "1.0");
    pypi.forget();

    for (String verb : new String[] {"sync", "lock", "build"}) {
      assertThat(tool.run(verb, "kit")).as(verb).isEqualTo(2);
      assertThat(tool.err())
          .contains("the store has a preset 'kit' from '" + demo.toRealPath() + "/presets/kit'")
          .contains("and this one is from '" + own.toRealPath() + "'")
          .contains("--name NEW", "--replace", "Nothing was changed");
    }
    assertThat(pypi.requests()).isEmpty();
    assertThat(own.resolve("pylock.toml")).doesNotExist();
    assertThat(locked()).contains("app-2.0");
  }

  @Test
  void replacesItWhenToldTo() throws IOException {
    folder(directory, "1.0");

    assertThat(tool.run("sync", "kit", "--replace")).as(tool.err()).isZero();
    assertThat(locked()).contains("app-1.0").doesNotContain("app-2.0");
    assertThat(tool.run("sync", "kit")).as("it is its own by now").isZero();
  }

  @Test
  void keepsItBesideTheOtherByAnotherName() throws IOException {
    Path own = folder(directory, "1.0");

    assertThat(tool.run("sync", "kit", "--name", "mine")).as(tool.err()).isZero();
    assertThat(tool.run("check", "mine")).as(tool.err()).isZero();
    assertThat(own.resolve("pylock.toml")).as("the lock of the folder's own name").doesNotExist();
    assertThat(locked()).contains("app-2.0");
    assertThat(tool.run("ls", "mine")).isZero();
    assertThat(tool.out()).contains("app-1.0");
    pypi.add(wheel("app", "3.0"));
    assertThat(tool.run("sync", "kit", "--name", "mine")).as(tool.err()).isZero();
    assertThat(tool.err()).contains("lock: as it was");
  }

  @Test
  void countsAFolderThatWasMovedOrCopiedForTheSame() throws IOException {
    Path own = folder(directory, "2.0");
    assertThat(tool.run("sync", "kit")).as(tool.err()).isZero();

    Files.delete(own.resolve("preset.json"));
    folder(directory, "1.0");
    assertThat(tool.run("sync", "kit")).as("an edit in its own folder: " + tool.err()).isZero();
    assertThat(locked()).contains("app-1.0");
  }

  @Test
  void adoptsAPresetOfAnOlderVersionThatRecordedNoOrigin() throws IOException {
    for (String place : new String[] {"presets/kit.json", "presets/copies/kit.json"}) {
      Path document = tool.store.resolve(place);
      var said = (ObjectNode) new ObjectMapper().readTree(document.toFile());
      said.remove("origin");
      Files.write(document, Sealed.seal(said));
    }
    folder(directory, "1.0");

    assertThat(tool.run("sync", "kit")).as(tool.err()).isZero();
    assertThat(locked()).contains("app-1.0");
  }

  @Test
  void showsWhatIsShadowed() throws IOException {
    Path own = folder(directory, "1.0");

    assertThat(tool.run("preset", "list")).isZero();
    assertThat(tool.err())
        .contains("kit: '" + own + "' shadows the preset in '" + demo + "/presets/kit'")
        .contains("and the preset of the store from '" + demo.toRealPath() + "/presets/kit'");
    assertThat(tool.run("preset", "list", "--json")).isZero();
    assertThat(tool.json().getLast().at("/presets/0/shadows").asText()).contains("of the store");
    tool.run("status", "kit");
    assertThat(tool.err()).contains("kit: shadows the preset in '" + demo);
  }

  @Test
  void leavesPresetsOfTheProgramOutOfTheStatusUntilTheyAreSynced() throws IOException {
    for (Path above : new Path[] {demo, directory}) {
      String name = above.equals(demo) ? "trial" : "mine";
      Path folder = Files.createDirectories(above.resolve("presets").resolve(name));
      Files.writeString(
          folder.resolve("preset.json"), preset(name, pypi.simple()).packages("app", "1.0").json());
    }

    tool.run("status");
    assertThat(tool.out()).contains("kit", "mine").doesNotContain("trial");
    assertThat(tool.run("status", "trial")).isEqualTo(1);
    assertThat(tool.out()).contains("trial");
    assertThat(tool.run("preset", "list")).isZero();
    assertThat(tool.out()).contains("trial");
    assertThat(tool.run("sync", "trial")).isZero();
    tool.run("status");
    assertThat(tool.out()).contains("trial");
  }
}
