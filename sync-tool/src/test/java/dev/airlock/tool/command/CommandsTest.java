package dev.airlock.tool.command;

import static dev.airlock.fixtures.Answer.status;
import static dev.airlock.fixtures.Presets.preset;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.Presets;
import dev.airlock.fixtures.WheelBuilder;
import dev.airlock.lock.Lock;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
  private static final WheelBuilder LEAF = wheel("leaf", "1.0").padding(4000);

  @TempDir Path directory;

  private FakeIndex pypi;
  private FakeIndex torch;
  private Tool tool;
  private Path folder;

  @BeforeEach
  void start() throws IOException {
    pypi = FakeIndex.start();
    torch = FakeIndex.start();
    pypi.add(wheel("app", "1.0").requires("leaf").requires("torch"));
    pypi.add(LEAF);
    torch.add(wheel("torch", "2.1.0+cu118"));
    tool = new Tool(directory);
    folder = tool.preset("kit", kit().json());
  }

  @AfterEach
  void stop() {
    pypi.close();
    torch.close();
  }

  private Presets kit() {
    return preset("kit", pypi.simple())
        .index("pytorch", torch.simple(), "torch")
        .packages("app", "1.0")
        .key("pytorch", "{\"torch_version\": \"2.1.0\"}");
  }

  private Path lock() {
    return folder.resolve(Lock.FILE);
  }

  private Path blob(byte[] bytes) {
    String hex = FakeIndex.sha256(bytes);
    return tool.store.resolve("blobs/sha256").resolve(hex.substring(0, 2)).resolve(hex);
  }

  // --- sync

  @Test
  void syncsAndSaysWhereEverythingCameFrom() {
    assertThat(tool.run("sync", "kit")).isZero();
    assertThat(tool.out()).isEmpty();
    assertThat(tool.err())
        .contains(
            "airlock: solving kit for [cp310-manylinux_2_28_x86_64]\n",
            "from " + pypi.simple() + ": app leaf\n",
            "from " + torch.simple() + ": torch\n",
            "kit is complete: 3 files, ",
            "; fetched 3 (",
            ", reused 0 (0 B), in 0.0 s\n",
            "store: " + tool.store + "\n",
            "lock: solved and written, " + lock() + "\n");
    assertThat(lock()).exists();
  }

  @Test
  void solvesNothingAnewWhileTheLockHolds() throws IOException {
    tool.run("sync", "kit");
    String written = Files.readString(lock());
    pypi.add(wheel("leaf", "2.0"));
    pypi.forget();
    assertThat(tool.run("sync", "kit")).isZero();
    assertThat(tool.err())
        .contains("fetched 0 (0 B), reused 3 (", "lock: as it was, " + lock())
        .doesNotContain("solving");
    assertThat(pypi.requests()).isEmpty();
    assertThat(lock()).hasContent(written);
    assertThat(tool.run("sync", "kit", "--upgrade")).isZero();
    assertThat(Files.readString(lock())).contains("leaf-2.0");
  }

  @Test
  void saysWhereEverythingCameFromByALockToo() {
    tool.run("lock", "kit");
    assertThat(tool.run("sync", "kit", "--store", directory.resolve("other").toString())).isZero();
    assertThat(tool.err()).contains("from " + torch.simple() + ": torch\n", "lock: as it was");
  }

  @Test
  void solvesAnewWhenThePresetChanged() throws IOException {
    tool.run("sync", "kit");
    tool.preset("kit", kit().list("exclude", "leaf").json());
    assertThat(tool.run("sync", "kit")).isZero();
    assertThat(tool.err()).contains("lock: solved and written");
    assertThat(Files.readString(lock())).doesNotContain("leaf-1.0");
  }

  @Test
  void endsWithPartialAndNamesEachMissingFile() {
    tool.run("lock", "kit");
    pypi.next(LEAF.filename(), status(404));
    assertThat(tool.run("sync", "kit")).isEqualTo(3);
    assertThat(tool.err())
        .contains(
            "missing: leaf-1.0-py3-none-any.whl, wanted by app 1.0: "
                + pypi.file(LEAF.filename())
                + " answered with the status 404\n",
            "kit is NOT complete: 1 file of 3 could not be had. What was fetched is kept; run the"
                + " same command again to go on.\n")
        .doesNotContain("is complete");
    assertThat(tool.run("check", "kit")).isEqualTo(3);
    assertThat(tool.run("sync", "kit")).isZero();
    assertThat(tool.err()).contains("fetched 1 (");
  }

  @Test
  void endsWithAnErrorWhenAProjectIsNowhere() {
    pypi.add(wheel("app", "1.0").requires("absent"));
    assertThat(tool.run("sync", "kit")).isEqualTo(1);
    assertThat(tool.err())
        .contains("airlock: error: kit: ", "absent", "the index 'pypi' does not have it");
    assertThat(lock()).doesNotExist();
  }

  @Test
  void isPartialWhenBytesAreWrongOfWhichTheLockHasToTellTheDigest() {
    pypi.add(LEAF).digest("md5", "0".repeat(32));
    assertThat(tool.run("sync", "kit")).isEqualTo(3);
    assertThat(tool.err())
        .contains("missing: " + LEAF.filename() + ", wanted by ")
        .contains(pypi.file(LEAF.filename()) + " is not what its index states");
    assertThat(lock()).doesNotExist();
  }

  @Test
  void plansWithoutFetchingOrLocking() {
    assertThat(tool.run("sync", "kit", "--dry-run")).isZero();
    assertThat(tool.out().lines())
        .hasSize(3)
        .allSatisfy(line -> assertThat(line).matches("fetch +[0-9.]+ k?B  .+\\.whl"));
    assertThat(tool.err())
        .contains("3 files (", ") to fetch, 0 held (0 B); free on the store's disk: ");
    assertThat(pypi.requests(LEAF.filename()))
        .allSatisfy(request ->
            assertThat(request.method().equals("HEAD") || !request.header("Range").isEmpty())
                .isTrue());
    assertThat(lock()).doesNotExist();
    assertThat(tool.store.resolve("blobs")).doesNotExist();
  }

  @Test
  void plansByALockWhatIsHeld() throws IOException {
    tool.run("sync", "kit");
    Files.delete(blob(LEAF.build()));
    assertThat(tool.run("sync", "kit", "--dry-run")).isZero();
    assertThat(tool.out().lines().filter(line -> line.startsWith("held"))).hasSize(2);
    assertThat(tool.out()).contains("fetch     5.1 kB  leaf-1.0-py3-none-any.whl");
  }

  @Test
  void saysThatThereIsNoSpaceBeforeItFetches() {
    pypi.add(LEAF).size(1L << 60);
    assertThat(tool.run("sync", "kit")).isEqualTo(6);
    assertThat(tool.err())
        .contains("airlock: error: the store's disk has ", " are to be fetched: free some")
        .contains("Nothing was fetched.");
    assertThat(tool.run("sync", "kit", "--dry-run")).isEqualTo(6);
  }

  @Test
  void saysNothingOfASuccessWhenQuiet() {
    assertThat(tool.run("sync", "kit", "--quiet")).isZero();
    assertThat(tool.err()).isEmpty();
    assertThat(tool.out()).isEmpty();
    assertThat(tool.run("check", "kit", "-q")).isZero();
    assertThat(tool.err()).isEmpty();
  }

  @Test
  void saysFailuresWhenQuiet() {
    tool.run("lock", "kit");
    pypi.next(LEAF.filename(), status(404));
    assertThat(tool.run("sync", "kit", "--quiet")).isEqualTo(3);
    assertThat(tool.err()).startsWith("missing: leaf-1.0-py3-none-any.whl, wanted by app 1.0");
  }

  // --- lock

  @Test
  void locksWithoutFetching() {
    assertThat(tool.run("lock", "kit")).isZero();
    assertThat(tool.err()).contains("kit: locked 3 files in ");
    assertThat(lock()).exists();
    assertThat(tool.store.resolve("blobs")).doesNotExist();
  }

  @Test
  void keepsVersionsUnlessToldToUpgrade() throws IOException {
    tool.run("lock", "kit");
    pypi.add(wheel("leaf", "2.0"));
    tool.run("lock", "kit");
    assertThat(Files.readString(lock())).contains("leaf-1.0").doesNotContain("leaf-2.0");
    tool.run("lock", "kit", "--upgrade");
    assertThat(Files.readString(lock())).contains("leaf-2.0");
  }

  @Test
  void saysThatALockIsBroken() throws IOException {
    Files.writeString(lock(), "lock-version = 7");
    assertThat(tool.run("sync", "kit")).isEqualTo(1);
    assertThat(tool.err())
        .contains(lock() + " cannot be read: ", "Delete it to have it made anew.");
  }

  // --- JSON

  @Test
  void printsEventsAndAResultAsJson() {
    assertThat(tool.run("sync", "kit", "--json")).isZero();
    List<JsonNode> lines = tool.json();
    assertThat(lines).extracting(line -> line.path("event").asText()).contains("planned");
    JsonNode result = lines.getLast();
    assertThat(result.path("event").asText()).isEqualTo("result");
    assertThat(result.path("complete").asBoolean()).isTrue();
    assertThat(result.path("files").asInt()).isEqualTo(3);
    assertThat(result.path("fetched_files").asInt()).isEqualTo(3);
    assertThat(result.path("origins").path("torch").asText()).isEqualTo(torch.simple().toString());
    assertThat(result.path("failures")).isEmpty();
    assertThat(tool.err()).isEmpty();
  }

  @Test
  void printsFailuresAsJson() {
    tool.run("lock", "kit");
    pypi.next(LEAF.filename(), status(404));
    assertThat(tool.run("sync", "kit", "--json")).isEqualTo(3);
    JsonNode result = tool.json().getLast();
    assertThat(result.path("complete").asBoolean()).isFalse();
    assertThat(result.path("failures").path(0).path("file").asText()).isEqualTo(LEAF.filename());
    assertThat(result.path("failures").path(0).path("wanted_by").path(0).asText())
        .isEqualTo("app 1.0");
  }

  @Test
  void printsAnErrorAsJson() {
    pypi.remove("app");
    assertThat(tool.run("sync", "kit", "--json")).isEqualTo(1);
    JsonNode error = tool.json().getLast();
    assertThat(error.path("event").asText()).isEqualTo("error");
    assertThat(error.path("exit_code").asInt()).isEqualTo(1);
    assertThat(error.path("message").asText()).startsWith("kit: ");
  }

  @Test
  void printsThePlanAsJson() {
    assertThat(tool.run("sync", "kit", "--dry-run", "--json")).isZero();
    JsonNode plan = tool.json().getLast();
    assertThat(plan.path("event").asText()).isEqualTo("plan");
    assertThat(plan.path("files")).hasSize(3);
    assertThat(plan.path("fits").asBoolean()).isTrue();
  }

  @Test
  void printsTheVerdictAsJson() {
    tool.run("sync", "kit");
    assertThat(tool.run("check", "kit", "--json")).isZero();
    JsonNode result = tool.json().getLast();
    assertThat(result.path("event").asText()).isEqualTo("result");
    assertThat(result.path("holds").asBoolean()).isTrue();
    assertThat(result.path("targets").path(0).asText()).isEqualTo("cp310-manylinux_2_28_x86_64");
  }

  // --- check

  @Test
  void checksWithoutTheIndexes() {
    tool.run("sync", "kit");
    pypi.close();
    torch.close();
    assertThat(tool.run("check", "kit")).isZero();
    assertThat(tool.err())
        .contains("kit holds for cp310-manylinux_2_28_x86_64: 3 files, ", " verified in ");
  }

  @Test
  void checksAPresetThatOnlyTheStoreHas() throws IOException {
    tool.run("sync", "kit");
    Files.delete(lock());
    Files.delete(folder.resolve("preset.json"));
    assertThat(tool.run("check", "kit")).isZero();
  }

  @Test
  void saysWhatIsMissingAndHowToGetIt() throws IOException {
    tool.run("sync", "kit");
    Files.delete(blob(LEAF.build()));
    assertThat(tool.run("check", "kit")).isEqualTo(3);
    assertThat(tool.err())
        .contains(
            "missing: leaf-1.0-py3-none-any.whl is not held, wanted by app 1.0: run `airlock sync"
                + " kit` where its indexes can be reached\n",
            "kit does NOT hold: an install from this store would fail.\n");
  }

  @Test
  void saysWhatIsDamaged() throws IOException {
    tool.run("sync", "kit");
    try (var file = new RandomAccessFile(blob(LEAF.build()).toFile(), "rw")) {
      file.seek(2000);
      file.write(file.read() ^ 1);
    }
    assertThat(tool.run("check", "kit")).isEqualTo(5);
    assertThat(tool.err()).contains("damaged: leaf-1.0-py3-none-any.whl is damaged");
  }

  @Test
  void saysThatThePresetChanged() throws IOException {
    tool.run("sync", "kit");
    tool.preset("kit", kit().list("exclude", "leaf").json());
    assertThat(tool.run("check", "kit")).isEqualTo(3);
    assertThat(tool.err()).contains("kit was changed after it was locked: run `airlock sync kit`");
  }

  @Test
  void saysThatAnotherLockIsServed() {
    tool.run("sync", "kit");
    pypi.add(wheel("leaf", "2.0"));
    tool.run("sync", "kit", "--upgrade");
    pypi.remove("leaf");
    pypi.add(LEAF);
    tool.run("lock", "kit", "--upgrade");
    assertThat(tool.run("check", "kit")).isEqualTo(3);
    assertThat(tool.err()).contains("the store serves another lock of kit: run `airlock sync kit`");
  }

  @Test
  void saysThatNothingIsLocked() throws IOException {
    tool.run("sync", "kit");
    tool.preset("new", preset("new", pypi.simple()).packages("leaf", "1.0").json());
    assertThat(tool.run("check", "new")).isEqualTo(3);
    assertThat(tool.err())
        .contains(
            "new has no lock, neither in its folder nor in the store: run `airlock sync new`");
  }

  @Test
  void saysThatThereIsNoStore() {
    assertThat(tool.run("check", "kit")).isEqualTo(10);
    assertThat(tool.err())
        .isEqualTo(
            "airlock: error: there is no store in '"
                + tool.store
                + "': run `airlock sync PRESET` to make one, or name another with --store\n");
  }

  @Test
  void writesIntoNoDirectoryOfSomethingElse() throws IOException {
    Files.createDirectories(tool.store);
    Files.writeString(tool.store.resolve("thesis.tex"), "");
    assertThat(tool.run("sync", "kit")).isEqualTo(10);
    assertThat(tool.err()).contains("is no store and not empty");
  }

  // --- usage

  @Test
  void namesThePresetsThatThereAre() throws IOException {
    tool.preset("other", "{}");
    assertThat(tool.run("sync", "kid")).isEqualTo(2);
    assertThat(tool.err())
        .isEqualTo(
            "airlock: error: there is no preset 'kid': name one of [kit, other], or give the path"
                + " of a folder that has a preset.json.\n");
    assertThat(tool.store).doesNotExist();
  }

  @Test
  void takesThePathOfAPreset() throws IOException {
    assertThat(tool.run("sync", folder.toString())).isZero();
    assertThat(tool.run("sync", folder.resolve("preset.json").toString())).isZero();
  }

  @Test
  void tellsAllMistakesOfAPresetAtOnce() throws IOException {
    tool.preset(
        "kit",
        preset("kit", pypi.simple())
            .key("nonsense", "1")
            .list("exclude", "not a name")
            .packages("app", "one")
            .json());
    assertThat(tool.run("sync", "kit")).isEqualTo(2);
    assertThat(tool.err())
        .contains("preset.json: nonsense", "preset.json: exclude[0]", "preset.json: packages.app");
  }

  @Test
  void knowsTheIndexesThatCanBeReplaced() {
    assertThat(tool.run("sync", "kit", "--index", "torch=" + torch.simple())).isEqualTo(2);
    assertThat(tool.err())
        .isEqualTo(
            "airlock: error: --index torch=…: the preset kit has no index of this name; it has"
                + " [pypi, pytorch]\n");
    assertThat(tool.store).doesNotExist();
    assertThat(tool.run("sync", "kit", "--index", "pytorch=ftp://x/")).isEqualTo(2);
    assertThat(tool.err()).contains("--index pytorch=ftp://x/: 'ftp://x/' is no address");
    assertThat(tool.run("sync", "kit", "--jobs", "0")).isEqualTo(2);
    assertThat(tool.run("sync", "kit", "--frobnicate")).isEqualTo(2);
    assertThat(tool.run("sync")).isEqualTo(2);
  }

  @Test
  void asksTheIndexThatIsNamedInstead() throws IOException {
    try (FakeIndex mirror = FakeIndex.start()) {
      mirror.add(wheel("torch", "2.1.0+cu118"));
      torch.close();
      assertThat(tool.run("sync", "kit", "--index", "pytorch=" + mirror.simple())).isZero();
      assertThat(tool.err()).contains("from " + mirror.simple() + ": torch");
      assertThat(Files.readString(lock())).contains("index = \"" + torch.simple() + "\"");
    }
  }

  @Test
  void honoursPipsConfigurationUnlessToldNotTo() throws IOException {
    Path wheels = Files.createDirectory(directory.resolve("wheels"));
    Files.write(wheels.resolve(LEAF.filename()), LEAF.build());
    tool.environment.put("PIP_FIND_LINKS", wheels.toString());
    tool.environment.put("PIP_INDEX_URL", pypi.simple().toString());
    assertThat(tool.run("sync", "kit")).isZero();
    assertThat(tool.err()).contains("from " + wheels.toUri() + ": leaf\n");
    assertThat(tool.run("sync", "kit", "--upgrade", "--no-pip-config")).isZero();
    assertThat(tool.err()).contains("from " + pypi.simple() + ": app leaf\n");
  }

  @Test
  void saysThatPipsConfigurationIsBroken() {
    tool.environment.put("PIP_INDEX_URL", "ftp://x/");
    assertThat(tool.run("sync", "kit")).isEqualTo(1);
    assertThat(tool.err())
        .contains(
            "pip's configuration cannot be used ('ftp://x/' is no address", "--no-pip-config");
  }

  @Test
  void helpsWithEveryVerb() {
    assertThat(tool.run("--help")).isZero();
    assertThat(tool.out()).contains("sync", "lock", "check", "up", "serve", "docker-args");
    assertThat(tool.run("--version")).isZero();
    assertThat(tool.out()).isEqualTo("airlock 1.0 (abc)\n");
  }

  // --- up, serve and docker-args

  @Test
  void handsTheServerItsArgumentsAfterASync() throws IOException {
    Path handover = directory.resolve("handover");
    tool.environment.put("AIRLOCK_UP_HANDOVER", handover.toString());
    assertThat(tool.run("up", "kit", "--listen", "0.0.0.0:3143", "--quota", "5GB")).isZero();
    assertThat(Files.readAllLines(handover))
        .containsExactly(
            "--mode",
            "hybrid",
            "--store",
            tool.store.toString(),
            "--listen",
            "0.0.0.0:3143",
            "--quota",
            "5GB");
  }

  @Test
  void handsTheServerWhatItNeedsToAskTheSameIndexes() throws IOException {
    Path handover = directory.resolve("handover");
    tool.environment.put("AIRLOCK_UP_HANDOVER", handover.toString());
    Path wheels = Files.createDirectory(directory.resolve("wheels"));
    for (WheelBuilder wheel : List.of(LEAF, wheel("app", "1.0").requires("leaf"))) {
      Files.write(wheels.resolve(wheel.filename()), wheel.build());
    }
    tool.preset("kit", preset("kit", pypi.simple()).packages("app", "1.0").json());
    assertThat(
            tool.run(
                "up",
                "kit",
                "--offline",
                "--config",
                "airlock.json",
                "--index",
                "pypi=" + wheels,
                "--no-pip-config"))
        .isZero();
    assertThat(Files.readAllLines(handover))
        .containsExactly(
            "--mode",
            "offline",
            "--store",
            tool.store.toString(),
            "--config",
            directory.resolve("airlock.json").toString(),
            "--index",
            "pypi=" + wheels.toUri(),
            "--no-pip-config");
  }

  @Test
  void startsNoServerAfterAFailure() {
    tool.run("lock", "kit");
    Path handover = directory.resolve("handover");
    tool.environment.put("AIRLOCK_UP_HANDOVER", handover.toString());
    pypi.next(LEAF.filename(), status(404));
    assertThat(tool.run("up", "kit")).isEqualTo(3);
    assertThat(handover).doesNotExist();
  }

  @Test
  void saysThatTwoProgramsNeedTheLauncher() {
    assertThat(tool.run("up", "kit")).isEqualTo(2);
    assertThat(tool.err()).contains("needs the launcher `airlock`");
    assertThat(tool.run("serve")).isEqualTo(2);
  }

  @Test
  void printsBuildArgumentsWithoutBlanks() throws IOException {
    tool.preset(
        "kit",
        kit()
            .key("base_image", "\"ubuntu:22.04\"")
            .list("bootstrap", "pip", "setuptools >= 60, < 70")
            .json());
    assertThat(tool.run("docker-args", "kit", "--mirror", "http://host:3143")).isZero();
    assertThat(tool.out().lines())
        .containsExactly(
            "--build-arg BASE_IMAGE=ubuntu:22.04",
            "--build-arg PRESET=kit",
            "--build-arg MIRROR_URL=http://host:3143",
            "--build-arg BOOTSTRAP=pip,setuptools>=60,<70",
            "--build-arg TORCH_VERSION=2.1.0",
            "--build-arg TORCH_INDEX_URL=" + torch.simple());
  }
}
