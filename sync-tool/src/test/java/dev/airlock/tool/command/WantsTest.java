package dev.airlock.tool.command;

import static dev.airlock.fixtures.Presets.preset;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.airlock.catalog.IndexKey;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.Presets;
import dev.airlock.ledger.Kind;
import dev.airlock.ledger.Ledger;
import dev.airlock.lock.Lock;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WantsTest {
  private static final Instant ASKED = Instant.parse("2026-05-01T08:00:00.5Z");

  @TempDir Path directory;

  private FakeIndex pypi;
  private Tool tool;
  private Path folder;

  @BeforeEach
  void start() throws IOException {
    pypi = FakeIndex.start();
    pypi.add(wheel("app", "1.0").requires("leaf"));
    pypi.add(wheel("leaf", "1.0"));
    pypi.add(wheel("extra", "1.0").requires("leaf"));
    pypi.add(wheel("extra", "2.0").requires("leaf"));
    tool = new Tool(directory);
    folder = tool.preset("kit", kit().json());
    Files.writeString(folder.resolve("requirements.txt"), "app==1.0\n");
    Store.openOrCreate(tool.store).close();
  }

  @AfterEach
  void stop() {
    pypi.close();
  }

  private Presets kit() {
    return preset("kit", pypi.simple()).key("requirements", "\"requirements.txt\"");
  }

  private void note(Kind kind, String preset, String index, String project, String file) {
    try (Ledger ledger =
        Ledger.in(tool.store.resolve(Ledger.DIRECTORY), InstantSource.fixed(ASKED))) {
      ledger.note(
          kind,
          Optional.of(preset).filter(name -> !name.isEmpty()),
          Optional.of(index).filter(name -> !name.isEmpty()),
          new ProjectName(project),
          Optional.of(file).filter(name -> !name.isEmpty()),
          "10.0.0.7 pip/24.2",
          "the upstream was not reached");
    }
  }

  private void want(String preset, String project, String file) {
    note(Kind.WANTED, preset, "", project, file);
  }

  /** What is wanted, on its way home. */
  private Path wants() throws IOException {
    assertThat(tool.run("wants", "--json")).isZero();
    return Files.writeString(directory.resolve("wants.json"), tool.out());
  }

  private String lock() throws IOException {
    return Files.readString(folder.resolve(Lock.FILE));
  }

  // --- wants

  @Test
  void listsWhatWasAskedForAndCouldNotBeHad() {
    want("kit", "extra", "");
    want("kit", "extra", "");
    want("", "other", "other-1.0-py3-none-any.whl");
    assertThat(tool.run("wants")).isZero();
    assertThat(tool.out())
        .isEqualTo(
            """
            PROJECT  FILE                        OF          TIMES  FIRST                 LAST                  ASKED BY           WHY
            extra    -                           preset kit  2      2026-05-01T08:00:00Z  2026-05-01T08:00:00Z  10.0.0.7 pip/24.2  the upstream was not reached
            other    other-1.0-py3-none-any.whl  -           1      2026-05-01T08:00:00Z  2026-05-01T08:00:00Z  10.0.0.7 pip/24.2  the upstream was not reached
            """);
  }

  @Test
  void leavesOutWhatIsHeldByNow() {
    String index = IndexKey.of(pypi.simple()).value();
    want("kit", "leaf", "leaf-1.0-py3-none-any.whl");
    want("kit", "leaf", "leaf-1.0-py3-none-any.whl.metadata");
    want("", "leaf", "");
    note(Kind.WANTED, "", index, "app", "app-1.0-py3-none-any.whl");
    note(Kind.WANTED, "", index, "extra", "");
    want("kit", "extra", "extra-1.0-py3-none-any.whl");
    assertThat(tool.run("sync", "kit")).isZero();
    assertThat(tool.run("wants", "--json")).isZero();
    assertThat(tool.json().getFirst().path("wants"))
        .extracting(want -> want.path("project").asText())
        .containsExactly("extra", "extra");
  }

  @Test
  void readsTheNotesOfAServerWithAStateOfItsOwn() throws IOException {
    Path state = directory.resolve("state");
    want("kit", "leaf", "leaf-1.0-py3-none-any.whl");
    Files.createDirectories(state);
    Files.move(tool.store.resolve(Ledger.DIRECTORY), state.resolve(Ledger.DIRECTORY));

    assertThat(tool.run("wants")).isZero();
    assertThat(tool.out()).doesNotContain("leaf");
    assertThat(tool.run("wants", "--state", state.toString())).isZero();
    assertThat(tool.out()).contains("leaf");
  }

  @Test
  void saysWhereNoServerNotedAnything() throws IOException {
    Path state = Files.createDirectories(directory.resolve("elsewhere"));

    assertThat(tool.run("wants", "--state", state.toString())).isEqualTo(2);
    assertThat(tool.err())
        .contains("no server noted anything in '" + state + "'")
        .contains("airlock serve --state");
  }

  @Test
  void saysThatNothingIsWanted() {
    assertThat(tool.run("wants")).isZero();
    assertThat(tool.out()).isEmpty();
    assertThat(tool.err()).isEqualTo("nothing was asked for that is not held\n");
  }

  @Test
  void listsWhatWasFetchedOutsideTheLockWhenAsked() {
    note(Kind.UNLOCKED, "kit", "", "extra", "");
    tool.run("wants");
    assertThat(tool.out()).isEmpty();
    tool.run("wants", "--unlocked");
    assertThat(tool.out()).contains("extra");
  }

  @Test
  void forgetsAfterItHasPrinted() {
    want("kit", "extra", "");
    assertThat(tool.run("wants", "--clear")).isZero();
    assertThat(tool.out()).contains("extra");
    assertThat(tool.err()).contains("forgotten: 1 note");
    tool.run("wants");
    assertThat(tool.out()).isEmpty();
  }

  @Test
  void hasNothingToTellWithoutAStore() {
    assertThat(tool.run("wants", "--store", directory.resolve("none").toString())).isEqualTo(10);
  }

  // --- sync --wants

  @Test
  void bringsWhatIsWantedIntoThePresetItWasAskedOf() throws IOException {
    tool.run("sync", "kit");
    pypi.add(wheel("leaf", "2.0"));
    want("kit", "extra", "extra-1.0-py3-none-any.whl");
    Path wants = wants();

    assertThat(tool.run("sync", "--wants", wants.toString())).isZero();
    assertThat(tool.err())
        .contains(
            "kit is complete: 3 files",
            "to keep what was added to kit, add these lines to "
                + folder.resolve("requirements.txt")
                + ":\n  extra==1.0\n");
    assertThat(lock()).contains("extra-1.0-").doesNotContain("leaf-2.0").contains("leaf-1.0");
    tool.run("wants");
    assertThat(tool.out()).isEmpty();
  }

  @Test
  void takesWantsFromStdin() throws IOException {
    want("kit", "extra", "");
    wants();
    tool.piped = tool.out();
    assertThat(tool.run("sync", "--wants", "-")).isZero();
    assertThat(lock()).contains("extra-2.0-");
  }

  @Test
  void saysWhatGoesAwayWhenThePresetIsSyncedWithoutTheWants() throws IOException {
    want("kit", "extra", "");
    tool.run("sync", "--wants", wants().toString());
    assertThat(tool.run("sync", "kit")).isZero();
    assertThat(tool.err())
        .contains("no longer wanted by kit, though its earlier lock has it: extra 2.0\n");
    assertThat(lock()).doesNotContain("extra");
  }

  @Test
  void keepsTheLockOnceTheLinesAreInThePreset() throws IOException {
    want("kit", "extra", "");
    tool.run("sync", "--wants", wants().toString());
    Files.writeString(folder.resolve("requirements.txt"), "app==1.0\nextra\n");
    assertThat(tool.run("check", "kit")).isZero();
    assertThat(tool.run("sync", "kit")).isZero();
    assertThat(tool.err()).contains("lock: as it was").doesNotContain("no longer wanted");
  }

  @Test
  void needsNoPresetFolderOnceSynced() throws IOException {
    tool.preset("kit", preset("kit", pypi.simple()).packages("app", "1.0").json());
    want("kit", "extra", "");
    assertThat(tool.run("sync", "--wants", wants().toString())).isZero();
    assertThat(tool.err())
        .contains(", and \"requirements\": \"requirements.txt\" to its preset.json:\n  extra\n");
    Files.delete(folder.resolve("preset.json"));
    assertThat(tool.run("check", "kit")).as(tool.err()).isZero();
    assertThat(tool.run("status", "kit")).isZero();
  }

  @Test
  void namesWhatIsNowhereAndKeepsTheRest() throws IOException {
    want("kit", "absent", "");
    want("kit", "extra", "");
    assertThat(tool.run("sync", "--wants", wants().toString())).isEqualTo(3);
    assertThat(tool.err())
        .contains(
            "not to be had for kit: absent: ", "the index 'pypi' does not have it", "  extra\n")
        .doesNotContain("  absent\n");
    assertThat(lock()).contains("extra-2.0-");
  }

  @Test
  void namesWhatDoesNotFitThePreset() throws IOException {
    tool.preset("kit", kit().list("constraints", "extra<2").list("exclude", "other").json());
    want("kit", "extra", "extra-2.0-py3-none-any.whl");
    want("kit", "other", "");
    assertThat(tool.run("sync", "--wants", wants().toString(), "--json")).isEqualTo(3);
    JsonNode result = tool.json().getLast();
    assertThat(result.path("event").asText()).isEqualTo("result");
    assertThat(result.path("complete").asBoolean(true)).isFalse();
    assertThat(result.at("/presets/kit/added")).isEmpty();
    assertThat(result.at("/presets/kit/refused"))
        .extracting(refused -> refused.path("wanted").asText())
        .containsExactly("extra==2.0", "other");
    assertThat(folder.resolve(Lock.FILE)).doesNotExist();
  }

  @Test
  void namesAFileThatNoTargetTakes() throws IOException {
    want("kit", "extra", "extra-2.0-cp39-cp39-win32.whl");
    assertThat(tool.run("sync", "--wants", wants().toString())).isEqualTo(3);
    assertThat(tool.err())
        .contains(
            "not to be had for kit: extra==2.0: no target of the preset takes"
                + " extra-2.0-cp39-cp39-win32.whl; the lock has other files of it");
    assertThat(lock()).contains("extra-2.0-py3");
  }

  @Test
  void wantsAPresetForWhatWasAskedOfNone() throws IOException {
    want("", "extra", "");
    String wants = wants().toString();
    assertThat(tool.run("sync", "--wants", wants)).isEqualTo(2);
    assertThat(tool.err())
        .contains(
            "of no preset were wanted: extra. Name the preset that they are to be added to: airlock"
                + " sync PRESET --wants FILE");
    assertThat(tool.run("sync", "kit", "--wants", wants)).isZero();
    assertThat(lock()).contains("extra-2.0-");
  }

  @Test
  void goesOnWithOtherPresetsWhereOneIsUnknown() throws IOException {
    want("gone", "extra", "");
    want("kit", "extra", "");
    assertThat(tool.run("sync", "--wants", wants().toString())).isEqualTo(2);
    assertThat(tool.err()).contains("there is no preset 'gone'");
    assertThat(lock()).contains("extra-2.0-");
  }

  @Test
  void stopsWhereThePresetItselfHasNoSolution() throws IOException {
    Files.writeString(folder.resolve("requirements.txt"), "app==9\n");
    want("kit", "extra", "");
    assertThat(tool.run("sync", "--wants", wants().toString())).isEqualTo(1);
    assertThat(tool.err()).contains("app==9").doesNotContain("to keep what was added");
  }

  @Test
  void plansWithWantsToo() throws IOException {
    want("kit", "extra", "");
    assertThat(tool.run("sync", "--dry-run", "--wants", wants().toString())).isZero();
    assertThat(tool.out()).contains("extra-2.0-py3-none-any.whl");
    assertThat(folder.resolve(Lock.FILE)).doesNotExist();
  }

  @Test
  void addsToAPresetThatOnlyTheStoreHas() throws IOException {
    Path file = Files.writeString(directory.resolve("site.txt"), "app==1.0\n");
    String[] from = {
      "sync",
      "--from",
      file.toString(),
      "--target",
      "cp310-manylinux_2_35_x86_64",
      "--index",
      "pypi=" + pypi.simple()
    };
    assertThat(tool.run(from)).as(tool.err()).isZero();
    want("site", "extra", "");
    String[] sync = {"sync", "--wants", wants().toString(), "--index", "pypi=" + pypi.simple()};
    assertThat(tool.run(sync)).as(tool.err()).isZero();
    assertThat(tool.err()).contains("to keep what was added to site, add these lines to ");
    assertThat(tool.run("check", "site")).isZero();
    tool.run("wants");
    assertThat(tool.out()).isEmpty();
  }

  @Test
  void refusesAFileOfAnotherForm() throws IOException {
    Path file = directory.resolve("wants.json");
    for (String text : new String[] {"{", "[]", "{\"schema\": 2}", "{\"schema\": 1}"}) {
      Files.writeString(file, text);
      assertThat(tool.run("sync", "--wants", file.toString())).as(text).isEqualTo(2);
      assertThat(tool.err()).contains(file + ": ");
    }
    Files.writeString(file, "{\"schema\": 1, \"wants\": [{}, {\"kind\": \"wanted\"}]}");
    tool.run("sync", "--wants", file.toString());
    assertThat(tool.err()).contains("wants[0]: kind: ''", "wants[1]: '' is not a valid project");
    assertThat(tool.run("sync", "--wants", "absent.json")).isEqualTo(2);
    assertThat(tool.run("sync", "--from", "x", "--wants", file.toString())).isEqualTo(2);
  }

  // --- status

  @Test
  void saysThatEverythingIsThere() {
    tool.run("sync", "kit");
    assertThat(tool.run("status")).isZero();
    assertThat(tool.out())
        .startsWith("PRESET  SYNCED                COMPLETE  FILES  SIZE")
        .containsPattern("kit     1970-01-01T00:00:00Z  yes       2/2 .* 0         0\n");
    assertThat(tool.err())
        .isEqualTo("complete, as far as sizes tell: `airlock check PRESET` proves it\n");
  }

  @Test
  void countsAPresetThatWasNeverSyncedOnlyWhereItIsNamed() throws IOException {
    tool.run("sync", "kit");
    tool.preset("new", preset("new", pypi.simple()).json());
    assertThat(tool.run("status")).isZero();
    assertThat(tool.out()).containsPattern("new     never +no        - +- +0         0\n");
    assertThat(tool.run("status", "new")).isEqualTo(1);
    assertThat(tool.run("status", "kit")).isZero();
    assertThat(tool.run("status", "absent")).isEqualTo(2);
  }

  @Test
  void isNotReadyWhereNothingWasSynced() {
    assertThat(tool.run("status")).isEqualTo(1);
    assertThat(tool.err()).contains("NOT complete");
  }

  @Test
  void namesWhatIsMissing() throws IOException {
    tool.run("sync", "kit");
    byte[] leaf = wheel("leaf", "1.0").build();
    String hex = FakeIndex.sha256(leaf);
    Path blob = tool.store.resolve("blobs/sha256").resolve(hex.substring(0, 2)).resolve(hex);
    Files.write(blob, new byte[3]);
    assertThat(tool.run("status")).isEqualTo(1);
    assertThat(tool.out()).containsPattern("no        1/2");
    assertThat(tool.err()).contains("kit: not held: leaf-1.0-py3-none-any.whl\n", "NOT complete");
  }

  @Test
  void isNotReadyWhereAServerFetchedOutsideTheLock() throws IOException {
    tool.run("sync", "kit");
    note(Kind.UNLOCKED, "kit", "", "extra", "extra-1.0-py3-none-any.whl");
    note(Kind.UNLOCKED, "kit", "", "leaf", "leaf-1.0-py3-none-any.whl");
    want("kit", "absent", "");
    want("", "stray", "");
    assertThat(tool.run("status", "kit")).isEqualTo(1);
    assertThat(tool.err())
        .contains(
            "kit: fetched outside its lock: extra-1.0-py3-none-any.whl; to lock them: airlock wants"
                + " --unlocked --json | airlock sync kit --wants -\n",
            "kit: wanted: absent; `airlock wants` says why\n",
            "wanted of no preset: stray\n");
    tool.run("status", "--json", "kit");
    JsonNode status = tool.json().getLast();
    assertThat(status.path("ready").asBoolean(true)).isFalse();
    assertThat(status.at("/presets/0/complete").asBoolean()).isTrue();
    assertThat(status.at("/presets/0/unlocked/0/project").asText()).isEqualTo("extra");
    assertThat(status.at("/presets/0/wanted/0/project").asText()).isEqualTo("absent");
  }

  @Test
  void isReadyOnceTheUnlockedIsLocked() throws IOException {
    tool.run("sync", "kit");
    note(Kind.UNLOCKED, "kit", "", "extra", "extra-1.0-py3-none-any.whl");
    tool.run("wants", "--unlocked", "--json");
    tool.piped = tool.out();
    assertThat(tool.run("sync", "kit", "--wants", "-")).as(tool.err()).isZero();
    assertThat(tool.run("status", "kit")).as(tool.err()).isZero();
    assertThat(tool.err())
        .contains("kit: synced with wants that its folder does not have: extra==1.0\n");
  }

  @Test
  void isNotReadyWhereThePresetChangedSince() throws IOException {
    tool.run("sync", "kit");
    Files.writeString(folder.resolve("requirements.txt"), "app==1.0\nleaf<2\n");
    assertThat(tool.run("status", "kit")).isEqualTo(1);
    assertThat(tool.err()).contains("kit: its folder was changed after it was synced\n");
  }

  @Test
  void tellsMistakesInAPresetBesideTheOthers() throws IOException {
    tool.run("sync", "kit");
    tool.preset("broken", "{}");
    assertThat(tool.run("status")).isZero();
    assertThat(tool.err()).contains("broken: ", "schema: it is missing");
    assertThat(tool.run("status", "broken")).isEqualTo(1);
  }
}
