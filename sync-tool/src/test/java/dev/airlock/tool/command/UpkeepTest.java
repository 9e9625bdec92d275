package dev.airlock.tool.command;

import static dev.airlock.fixtures.Presets.preset;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.fixtures.FakeIndex;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code verify}, {@code repair} and {@code migrate}. */
class UpkeepTest {
  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init")
  private FakeIndex pypi;

  @SuppressWarnings("NullAway.Init")
  private Tool tool;

  @BeforeEach
  void start() throws IOException {
    pypi = FakeIndex.start();
    pypi.add(wheel("app", "1.0").requires("leaf"));
    pypi.add(wheel("leaf", "1.0"));
    pypi.add(wheel("other", "1.0"));
    tool = new Tool(directory);
    tool.preset("kit", preset("kit", pypi.simple()).packages("app", "1.0").json());
    tool.preset("rest", preset("rest", pypi.simple()).packages("other", "1.0").json());
    assertThat(tool.run("sync", "kit")).as(tool.err()).isZero();
    assertThat(tool.run("sync", "rest")).as(tool.err()).isZero();
  }

  @AfterEach
  void stop() {
    pypi.close();
  }

  private List<Path> files(String folder) throws IOException {
    try (Stream<Path> files = Files.walk(tool.store.resolve(folder))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private Path blob(String filename) throws IOException {
    Path entry =
        files("indexes").stream()
            .filter(file -> file.toString().contains("/files/"))
            .filter(file -> file.toString().contains("/" + filename + "/"))
            .findFirst()
            .orElseThrow();
    String digest = new ObjectMapper().readTree(entry.toFile()).path("sha256").asText();
    return tool.store.resolve("blobs/sha256").resolve(digest.substring(0, 2)).resolve(digest);
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 4;
    Files.write(file, bytes);
  }

  /** Puts a pipe, which nobody writes to, where a file was. */
  private static void pipe(Path file) throws Exception {
    Files.delete(file);
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
  }

  /** Puts a directory, with a file in it, where a file was. */
  private static void folder(Path file) throws IOException {
    Files.delete(file);
    Files.writeString(Files.createDirectory(file).resolve("inside"), "strange");
  }

  private List<Path> documentsOf(String project) throws IOException {
    return files("").stream()
        .filter(file ->
            file.endsWith("presets/kit.json")
                || file.endsWith("presets/copies/rest.json")
                || file.endsWith("index.json")
                || file.endsWith("pages/" + project + ".json")
                || file.toString().contains("/files/" + project + "/"))
        .toList();
  }

  private JsonNode result() {
    return tool.json().getLast();
  }

  // --- the reserve

  @Test
  void syncLeavesTheReserveOfTheDiskFree() throws IOException {
    pypi.add(wheel("late", "1.0"));
    tool.preset("more", preset("more", pypi.simple()).packages("late", "1.0").json());

    assertThat(tool.run("sync", "more", "--reserve", "900TiB")).isEqualTo(6);
    assertThat(tool.err()).contains("the store's disk has 0 B left");
    assertThat(tool.run("sync", "more", "--reserve", "some")).isEqualTo(2);
    assertThat(tool.err()).contains("--reserve: 'some': accepted are sizes such as 500MB");
    tool.environment.put("AIRLOCK_RESERVE", "900TiB");
    assertThat(tool.run("sync", "more")).isEqualTo(6);
    assertThat(tool.run("sync", "more", "--reserve", "0")).as(tool.err()).isZero();
  }

  // --- verify

  @Test
  void saysThatASoundStoreIsSound() {
    assertThat(tool.run("verify")).isZero();
    assertThat(tool.err()).contains("sound: ").contains("6 blobs");

    assertThat(tool.run("verify", "--json")).isZero();
    assertThat(result().path("sound").asBoolean()).isTrue();
    assertThat(result().path("blobs").asInt()).isEqualTo(6);
    assertThat(result().path("damages")).isEmpty();
    assertThat(tool.store.resolve("verify.progress")).doesNotExist();
  }

  @Test
  void verifiesWhatOnePresetNeedsAlone() throws IOException {
    flip(blob("other-1.0-py3-none-any.whl"));
    for (Path document : files("indexes")) {
      if (document.endsWith("pages/other.json") || document.toString().contains("/files/other/")) {
        flip(document);
      }
    }

    assertThat(tool.run("verify", "kit")).as(tool.err()).isZero();
    assertThat(tool.run("verify", "rest")).isEqualTo(5);
    assertThat(tool.err()).contains("the page of other").contains("the entry other-1.0");
    assertThat(tool.run("repair", "kit")).as(tool.err()).isZero();
    assertThat(tool.run("verify")).isEqualTo(5);
  }

  @Test
  void doesNotWaitForAPipeInPlaceOfABlob() throws Exception {
    Path blob = blob("leaf-1.0-py3-none-any.whl");
    pipe(blob);

    assertThat(tool.run("verify")).isEqualTo(5);
    assertThat(tool.err()).contains("leaf-1.0-py3-none-any.whl").contains("its bytes are missing");
    assertThat(tool.run("repair")).as(tool.err()).isZero();
    assertThat(blob).isRegularFile();
  }

  @Test
  @Timeout(60)
  void doesNotWaitForPipesInPlaceOfDocuments() throws Exception {
    List<Path> documents = documentsOf("leaf");
    assertThat(documents).hasSize(5);
    for (Path document : documents) {
      pipe(document);
    }

    assertThat(tool.run("ls")).as(tool.err()).isEqualTo(5);
    assertThat(tool.run("status")).as("the bytes are there").isZero();
    assertThat(tool.run("verify")).isEqualTo(5);
    assertThat(tool.err())
        .contains("the page of leaf")
        .contains("the entry leaf-1.0")
        .contains("it is no regular file");
    assertThat(tool.run("repair")).as(tool.err()).isZero();
    assertThat(tool.run("verify")).as(tool.err()).isZero();
    assertThat(documents).allSatisfy(document -> assertThat(document).isRegularFile());
  }

  @Test
  void doesNotReadADocumentThatIsTooLargeToBeOne() throws IOException {
    for (Path document : documentsOf("leaf")) {
      try (RandomAccessFile file = new RandomAccessFile(document.toFile(), "rw")) {
        file.setLength(3L << 30);
      }
    }

    assertThat(tool.run("verify")).isEqualTo(5);
    assertThat(tool.err())
        .contains("it has 3221225472 bytes, and a document has 268435456 at most");
    assertThat(tool.run("repair")).as(tool.err()).isZero();
    assertThat(tool.run("verify")).as(tool.err()).isZero();
  }

  @Test
  void lsAndDuSayWhichPresetsCannotBeRead() throws IOException {
    flip(tool.store.resolve("presets/kit.json"));
    flip(tool.store.resolve("presets/copies/kit.json"));

    assertThat(tool.run("ls")).isEqualTo(5);
    assertThat(tool.err()).contains("damaged: ").contains("kit.json");
    assertThat(tool.out()).contains("rest");
    assertThat(tool.run("ls", "--json")).isEqualTo(5);
    assertThat(result().path("damaged")).hasSize(1);
    assertThat(tool.run("du")).isEqualTo(5);
    assertThat(tool.err()).contains("run `airlock verify`");
  }

  @Test
  void lsOfAPresetThatCannotBeReadSaysSo() throws IOException {
    flip(tool.store.resolve("presets/kit.json"));
    flip(tool.store.resolve("presets/copies/kit.json"));

    assertThat(tool.run("ls", "kit")).isEqualTo(5);
    assertThat(tool.err()).contains("the preset 'kit' is damaged: ").contains("airlock repair");
    assertThat(tool.run("ls", "kitten")).isEqualTo(2);
  }

  @Test
  void statusShowsAPresetThatCannotBeReadBesideTheOthers() throws IOException {
    flip(tool.store.resolve("presets/kit.json"));
    flip(tool.store.resolve("presets/copies/kit.json"));

    assertThat(tool.run("status")).isEqualTo(1);
    assertThat(tool.out()).containsPattern("kit +damaged +no").containsPattern("rest .* yes");
    assertThat(tool.err()).contains("kit: its document is damaged: run `airlock repair`");

    Files.move(directory.resolve("presets/kit"), directory.resolve("kit"));
    assertThat(tool.run("status")).isEqualTo(1);
    assertThat(tool.out()).containsPattern("kit +damaged +no").containsPattern("rest .* yes");
    assertThat(tool.err()).contains("kit: its document is damaged: run `airlock repair`");
    assertThat(tool.run("status", "kit")).isEqualTo(1);
  }

  @Test
  void namesADamagedFileAndWhatIsWrong() throws IOException {
    flip(blob("leaf-1.0-py3-none-any.whl"));

    assertThat(tool.run("verify")).isEqualTo(5);
    assertThat(tool.err())
        .contains("damaged: leaf-1.0-py3-none-any.whl: its bytes have the digest ")
        .contains("NOT sound: 1 damage. `airlock repair` mends");
  }

  @Test
  void looksAtSizesOnlyWhenAskedToBeFast() throws IOException {
    Path blob = blob("leaf-1.0-py3-none-any.whl");
    flip(blob);
    assertThat(tool.run("verify", "--fast")).isZero();

    Files.write(blob, new byte[] {1, 2, 3});
    assertThat(tool.run("verify", "--fast")).isEqualTo(5);
    assertThat(tool.err()).contains("there are 3 bytes of it instead of");

    Files.delete(blob);
    assertThat(tool.run("verify", "--fast")).isEqualTo(5);
    assertThat(tool.err()).contains("leaf-1.0-py3-none-any.whl: its bytes are missing");
  }

  @Test
  void looksAtOnePresetAloneWhenItIsNamed() throws IOException {
    flip(blob("other-1.0-py3-none-any.whl"));

    assertThat(tool.run("verify", "kit")).as(tool.err()).isZero();
    assertThat(tool.run("verify", "rest")).isEqualTo(5);
    assertThat(tool.run("verify", "none")).isEqualTo(2);
    assertThat(tool.err()).contains("no preset 'none': name one of [kit, rest]");
  }

  @Test
  void goesOnWhereItWasInterrupted() throws IOException {
    Path damaged = blob("leaf-1.0-py3-none-any.whl");
    Path sound = blob("app-1.0-py3-none-any.whl");
    flip(sound);
    flip(damaged);
    // As if the earlier run had seen one of them before it was damaged, and was then killed.
    Files.writeString(
        tool.store.resolve("verify.progress"), sound.getFileName() + "\n" + "0123torn");

    assertThat(tool.run("verify", "--resume")).isEqualTo(5);
    assertThat(tool.err()).contains("leaf-1.0").doesNotContain("damaged: app-1.0");
    assertThat(tool.run("verify")).isEqualTo(5);
    assertThat(tool.err()).contains("leaf-1.0").contains("damaged: app-1.0");
  }

  @Test
  void passesOverWhatIsNoProgress() throws IOException {
    Path progress = tool.store.resolve("verify.progress");
    Files.write(progress, new byte[] {(byte) 0xff, (byte) 0xfe, '\n', (byte) 0xc3});
    assertThat(tool.run("verify", "--resume")).as(tool.err()).isZero();

    Files.writeString(Files.createDirectory(progress).resolve("inside"), "strange");
    assertThat(tool.run("verify")).as(tool.err()).isZero();
    assertThat(tool.run("verify", "--resume")).as(tool.err()).isZero();
    assertThat(progress).isDirectory();
  }

  @Test
  void refusesARateThatIsNone() {
    assertThat(tool.run("verify", "--rate", "fast")).isEqualTo(2);
    assertThat(tool.err()).contains("--rate: 'fast': accepted are sizes such as 500MB");
    assertThat(tool.run("verify", "--rate", "0")).isEqualTo(2);
    assertThat(tool.run("verify", "--rate", "10GB")).isZero();
  }

  @Test
  void findsALockThatLacksItsFile() throws IOException {
    for (Path file : files("indexes")) {
      if (file.toString().contains("/files/leaf/")) {
        Files.delete(file);
      }
    }
    assertThat(tool.run("verify")).isEqualTo(5);
    assertThat(tool.err()).contains("leaf-1.0-py3-none-any.whl: preset kit lacks it");
  }

  // --- repair

  @Test
  void fetchesByDigestWhatIsDamagedAndKeepsTheDamagedBytes() throws IOException {
    Path blob = blob("leaf-1.0-py3-none-any.whl");
    byte[] right = Files.readAllBytes(blob);
    flip(blob);

    assertThat(tool.run("repair")).as(tool.err()).isZero();
    assertThat(tool.err())
        .contains("mended: leaf-1.0-py3-none-any.whl: its damaged bytes were put aside")
        .contains("mended: leaf-1.0-py3-none-any.whl: held again")
        .contains("sound: all is mended");
    assertThat(blob).hasBinaryContent(right);
    assertThat(tool.store.resolve("quarantine").resolve(blob.getFileName())).exists();
    assertThat(tool.run("verify")).isZero();
  }

  @Test
  void saysWhatItMendedAndWhatIsLeftWhenTheDiskIsFull() throws IOException {
    flip(blob("leaf-1.0-py3-none-any.whl"));
    flip(blob("app-1.0-py3-none-any.whl"));
    flip(tool.store.resolve("presets/kit.json"));

    assertThat(tool.run("repair", "--reserve", "900TiB")).isEqualTo(6);
    assertThat(tool.err())
        .contains("mended: leaf-1.0-py3-none-any.whl: its damaged bytes were put aside")
        .contains("mended: preset kit: written anew from its second copy")
        .contains("NOT mended: leaf-1.0-py3-none-any.whl: its bytes are missing: ")
        .contains("NOT mended: app-1.0-py3-none-any.whl: its bytes are missing: ")
        .contains("the disk is full, so not all was mended: make room, by `airlock gc --grace 0`");
    assertThat(tool.run("repair", "--json", "--reserve", "900TiB")).isEqualTo(6);
    assertThat(result().path("full").asBoolean()).isTrue();
    assertThat(tool.run("wants")).isZero();
    assertThat(tool.out()).contains("leaf-1.0-py3-none-any.whl").contains("app-1.0");

    assertThat(tool.run("repair", "--reserve", "0")).as(tool.err()).isZero();
  }

  @Test
  void listsAsWantedWhatItCannotHave() throws IOException {
    flip(blob("leaf-1.0-py3-none-any.whl"));

    assertThat(tool.run("repair", "--offline", "--json")).isEqualTo(3);
    assertThat(result().path("sound").asBoolean()).isFalse();
    assertThat(result().path("left").path(0).path("subject").asText())
        .isEqualTo("leaf-1.0-py3-none-any.whl");
    assertThat(tool.run("wants")).isZero();
    assertThat(tool.out()).contains("leaf-1.0-py3-none-any.whl").contains("airlock repair");

    assertThat(tool.run("repair")).isZero();
    assertThat(tool.run("wants")).isZero();
    assertThat(tool.out()).isEmpty();
  }

  @Test
  void mendsAPresetFromItsSecondCopyAndTheCopyFromThePreset() throws IOException {
    Path preset = tool.store.resolve("presets/kit.json");
    Path copy = tool.store.resolve("presets/copies/kit.json");
    byte[] right = Files.readAllBytes(preset);
    flip(preset);
    assertThat(tool.run("repair", "--offline")).as(tool.err()).isZero();
    assertThat(preset).hasBinaryContent(right);

    flip(copy);
    assertThat(tool.run("verify")).isEqualTo(5);
    assertThat(tool.run("repair", "--offline")).isZero();
    assertThat(copy).hasBinaryContent(right);

    Files.delete(copy);
    assertThat(tool.run("verify")).isEqualTo(5);
    assertThat(tool.err()).contains("preset kit: its second copy is missing");
    assertThat(tool.run("repair", "--offline")).isZero();
    assertThat(copy).hasBinaryContent(right);
  }

  @Test
  void tellsAndMendsAPresetOfWhichTheSecondCopyAloneIsThere() throws IOException {
    Path preset = tool.store.resolve("presets/kit.json");
    byte[] right = Files.readAllBytes(preset);
    Files.delete(preset);

    assertThat(tool.run("ls")).isEqualTo(5);
    assertThat(tool.err()).contains("kit.json: it is missing, and its second copy is there");
    assertThat(tool.run("ls", "kit")).isEqualTo(5);
    Files.move(directory.resolve("presets/kit"), directory.resolve("kit"));
    assertThat(tool.run("status")).isEqualTo(1);
    assertThat(tool.out()).containsPattern("kit +damaged +no").containsPattern("rest .* yes");
    assertThat(tool.err()).contains("kit: its document is missing, and its second copy is there");
    assertThat(tool.run("gc", "--unlocked", "--grace", "0")).as(tool.err()).isZero();
    assertThat(tool.run("verify")).as(tool.err()).isZero();
    assertThat(tool.err()).contains("remark: preset kit: its second copy alone is there");
    assertThat(tool.run("verify", "kit", "--json")).isZero();
    assertThat(result().path("remarks").path(0).path("kind").asText())
        .isEqualTo("unpublished-preset");
    assertThat(tool.run("repair", "--offline")).as(tool.err()).isZero();
    assertThat(tool.err()).contains("mended: preset kit: written anew from its second copy");
    assertThat(preset).hasBinaryContent(right);

    Files.delete(preset);
    assertThat(tool.run("rm", "kit")).as(tool.err()).isZero();
    assertThat(tool.run("ls")).as(tool.err()).isZero();
    assertThat(tool.run("verify")).as(tool.err()).isZero();
    assertThat(tool.err()).doesNotContain("remark");
  }

  @Test
  void asksTheIndexesOfAPresetOfWhichTheSecondCopyAloneIsThere() throws IOException {
    Files.delete(tool.store.resolve("presets/kit.json"));
    Files.delete(tool.store.resolve("presets/rest.json"));
    Files.move(directory.resolve("presets"), directory.resolve("elsewhere"));
    flip(blob("leaf-1.0-py3-none-any.whl"));

    assertThat(tool.run("repair", "--index", "absent=http://127.0.0.1:1/")).isEqualTo(2);
    assertThat(tool.err()).contains("no preset has an index of this name: [pypi]");
    assertThat(tool.run("repair", "--index", "pypi=" + pypi.simple())).as(tool.err()).isZero();
    assertThat(tool.err()).contains("mended: leaf-1.0-py3-none-any.whl: held again");
  }

  @Test
  void mendsAPresetOfWhichBothCopiesAreDamagedFromItsFolder() throws IOException {
    flip(tool.store.resolve("presets/kit.json"));
    flip(tool.store.resolve("presets/copies/kit.json"));

    assertThat(tool.run("repair", "--offline")).as(tool.err()).isZero();
    assertThat(tool.err()).contains("preset kit: written anew from its folder");
    assertThat(tool.run("check", "kit")).as(tool.err()).isZero();
  }

  @Test
  void saysWhatToDoWithAPresetThatNothingTells() throws IOException {
    flip(tool.store.resolve("presets/kit.json"));
    flip(tool.store.resolve("presets/copies/kit.json"));
    Files.delete(directory.resolve("presets/kit/pylock.toml"));

    assertThat(tool.run("repair")).isEqualTo(3);
    assertThat(tool.err())
        .contains("NOT mended: preset kit: ")
        .contains("both copies are damaged: run `airlock sync kit`");
    assertThat(tool.run("sync", "kit")).as(tool.err()).isZero();
    assertThat(tool.run("verify")).isZero();
  }

  @Test
  void makesTheWholeCatalogueAnewFromPresetsAndBlobs() throws IOException {
    Map<Path, byte[]> entries = new TreeMap<>();
    for (Path file : files("indexes")) {
      if (file.toString().contains("/files/")) {
        entries.put(file, Files.readAllBytes(file));
      }
      Files.delete(file);
    }
    pypi.forget();

    assertThat(tool.run("repair", "--offline")).as(tool.err()).isZero();
    assertThat(tool.run("verify")).as(tool.err()).isZero();
    assertThat(tool.run("check", "kit")).as(tool.err()).isZero();
    assertThat(tool.run("check", "rest")).as(tool.err()).isZero();
    assertThat(entries.keySet()).allSatisfy(entry -> assertThat(entry).exists());
    assertThat(pypi.requests()).isEmpty();
  }

  @Test
  void leavesTheBytesOfADamagedEntryThatNothingExplains() throws IOException {
    assertThat(tool.run("rm", "kit", "--keep-files")).as(tool.err()).isZero();
    Path blob = blob("leaf-1.0-py3-none-any.whl");
    for (Path file : files("indexes")) {
      if (file.toString().contains("leaf")) {
        flip(file);
      }
    }

    assertThat(tool.run("repair", "--offline")).as(tool.err()).isEqualTo(3);
    assertThat(tool.err()).contains("its entry is damaged, and no page that can be had lists it");
    assertThat(tool.run("gc", "--grace", "0")).isEqualTo(5);
    assertThat(blob).exists();
    assertThat(tool.run("wants")).isZero();
    assertThat(tool.out()).contains("leaf");

    assertThat(tool.run("repair")).as(tool.err()).isZero();
    assertThat(tool.run("verify")).as(tool.err()).isZero();
  }

  @Test
  void leavesTheBytesOfADirectoryInPlaceOfAnEntry() throws IOException {
    assertThat(tool.run("rm", "kit", "--keep-files")).as(tool.err()).isZero();
    Path blob = blob("leaf-1.0-py3-none-any.whl");
    Path entry = null;
    for (Path file : files("indexes")) {
      if (file.toString().contains("/files/leaf/")) {
        entry = file;
        folder(file);
      } else if (file.toString().contains("leaf")) {
        flip(file);
      }
    }

    assertThat(tool.run("repair", "--offline")).as(tool.err()).isEqualTo(3);
    assertThat(entry).isDirectory();
    assertThat(tool.run("gc", "--grace", "0")).isEqualTo(5);
    assertThat(blob).exists();

    assertThat(tool.run("repair")).as(tool.err()).isZero();
    assertThat(entry).isRegularFile();
    assertThat(tool.run("verify")).as(tool.err()).isZero();
  }

  @Test
  void mendsDirectoriesInPlaceOfDocuments() throws IOException {
    List<Path> documents = documentsOf("leaf");
    for (Path document : documents) {
      folder(document);
    }

    assertThat(tool.run("verify")).isEqualTo(5);
    assertThat(tool.err()).contains("it is no regular file");
    assertThat(tool.run("repair")).as(tool.err()).isZero();
    assertThat(tool.run("verify")).as(tool.err()).isZero();
    assertThat(documents).allSatisfy(document -> assertThat(document).isRegularFile());
  }

  @Test
  void putsADirectoryAsideAgainAndAgain() throws IOException {
    Path blob = blob("leaf-1.0-py3-none-any.whl");
    for (int time = 0; time < 2; time++) {
      folder(blob);
      assertThat(tool.run("repair")).as(tool.err()).isZero();
      assertThat(blob).isRegularFile();
      assertThat(tool.store.resolve("quarantine").resolve(blob.getFileName())).isDirectory();
    }
  }

  @Test
  void repairsNoStoreThatIsNotThere() {
    Path typo = directory.resolve("typo");
    assertThat(tool.run("repair", "--store", typo.toString())).isEqualTo(10);
    assertThat(tool.err()).contains("there is no store in '" + typo + "'");
    assertThat(typo).doesNotExist();
  }

  @Test
  void dropsTemporaryFilesThatNobodyWritesAnyMore() throws IOException {
    Path torn = Files.writeString(tool.store.resolve("indexes/.tmp-1-a"), "torn");
    Path fresh = Files.writeString(tool.store.resolve("presets/.tmp-2-b"), "being written");
    Files.setLastModifiedTime(torn, FileTime.from(Instant.EPOCH.minus(Duration.ofHours(2))));
    assertThat(tool.run("verify")).as(tool.err()).isZero();

    assertThat(tool.run("repair", "--offline")).as(tool.err()).isZero();
    assertThat(tool.err()).contains("temporary files: 1 that nobody writes any more were removed");
    assertThat(torn).doesNotExist();
    assertThat(fresh).exists();
  }

  @Test
  void writesADamagedMarkerAnew() throws IOException {
    Path marker = tool.store.resolve("airlock-store.json");
    byte[] right = Files.readAllBytes(marker);
    flip(marker);
    assertThat(tool.run("verify")).isEqualTo(10);
    assertThat(tool.err()).contains("is damaged").contains("airlock repair");

    assertThat(tool.run("repair")).as(tool.err()).isZero();
    assertThat(marker).hasBinaryContent(right);
    Files.delete(marker);
    assertThat(tool.run("repair")).as(tool.err()).isZero();
    assertThat(marker).hasBinaryContent(right);
  }

  @Test
  void tellsAndMendsADamagedCopyOfTheMarker() throws IOException {
    Path copy = tool.store.resolve("airlock-store.copy.json");
    byte[] right = Files.readAllBytes(copy);
    flip(copy);

    assertThat(tool.run("verify")).isEqualTo(5);
    assertThat(tool.err())
        .contains("damaged: the second copy of the store's marker: its bytes are not those");
    assertThat(tool.run("repair", "--offline")).as(tool.err()).isZero();
    assertThat(tool.err()).contains("mended: the second copy of the store's marker: written anew");
    assertThat(copy).hasBinaryContent(right);
  }

  @Test
  void quotesAMarkerThatIsNoJsonInOneLine() throws IOException {
    Files.writeString(tool.store.resolve("airlock-store.json"), "{\"format\":");
    assertThat(tool.run("verify")).isEqualTo(10);
    assertThat(tool.err().lines()).hasSize(1);
    assertThat(tool.err()).contains("it is no JSON: ").doesNotContain("Source");
  }

  @Test
  void tellsDamagedNotesAndPutsThemAside() throws IOException {
    flip(blob("leaf-1.0-py3-none-any.whl"));
    assertThat(tool.run("repair", "--offline")).isEqualTo(3);
    assertThat(tool.run("repair")).as(tool.err()).isZero();
    Path note = files("ledger").getFirst();
    flip(note);
    folder(Files.writeString(note.resolveSibling("wanted-0.json"), ""));

    assertThat(tool.run("wants")).as(tool.err()).isZero();
    assertThat(tool.run("status")).as(tool.err()).isZero();
    assertThat(tool.run("verify")).isEqualTo(5);
    assertThat(tool.err())
        .contains("damaged: the note " + note.getFileName() + ": its bytes are not those")
        .contains("damaged: the note wanted-0.json: it is no regular file");
    assertThat(tool.run("repair", "--offline")).as(tool.err()).isZero();
    assertThat(files("ledger")).isEmpty();
    assertThat(tool.run("verify")).as(tool.err()).isZero();
  }

  // --- migrate

  @Test
  void migratesAStoreOfFormat1AndFetchesNothing() throws IOException {
    var before = new TreeMap<Path, byte[]>();
    for (String folder : List.of("indexes", "presets")) {
      for (Path file : files(folder)) {
        before.put(file, Files.readAllBytes(file));
      }
    }
    for (Path file : before.keySet()) {
      var document = (ObjectNode) new ObjectMapper().readTree(file.toFile());
      document.remove("seal");
      Files.writeString(file, document + "\n");
    }
    Files.delete(tool.store.resolve("presets/copies/kit.json"));
    Files.delete(tool.store.resolve("presets/copies/rest.json"));
    Files.writeString(tool.store.resolve("airlock-store.json"), "{\"format\":1}\n");
    assertThat(tool.run("check", "kit")).isEqualTo(10);
    assertThat(tool.err()).contains("has the older format 1: run `airlock migrate --store");
    pypi.forget();

    assertThat(tool.run("migrate")).as(tool.err()).isZero();
    assertThat(tool.err()).contains("migrated from format 1 to 3");
    assertThat(pypi.requests()).isEmpty();
    assertThat(before).allSatisfy((file, bytes) -> assertThat(file).hasBinaryContent(bytes));
    assertThat(tool.run("verify")).as(tool.err()).isZero();
    assertThat(tool.run("migrate")).isZero();
    assertThat(tool.err()).contains("has format 3 already");
  }
}
