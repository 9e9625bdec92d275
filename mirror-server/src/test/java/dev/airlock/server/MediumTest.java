package dev.airlock.server;

import static dev.airlock.fixtures.WheelBuilder.wheel;
import static dev.airlock.server.Served.PYPI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.WheelBuilder;
import dev.airlock.ledger.Note;
import dev.airlock.ledger.NotesText;
import dev.airlock.store.Reserve;
import dev.airlock.store.Store;
import dev.airlock.store.StoreException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Serving from media that cannot be written, or not any more. */
class MediumTest {
  private static final WheelBuilder HELD = wheel("held", "1.0");
  private static final WheelBuilder FOO = wheel("foo", "1.0").requires("bar>=1");
  private static final String HIT = "/files/pypi.org-simple/held/" + HELD.filename();
  private static final String MISS = "/files/pypi.org-simple/foo/" + FOO.filename();

  @TempDir Path directory;

  private FakeIndex upstream;

  @BeforeEach
  void start() throws IOException {
    upstream = FakeIndex.start();
    upstream.add(FOO);
    upstream.add(HELD);
  }

  @AfterEach
  void stop() throws IOException {
    upstream.close();
  }

  private static void fill(Path root) throws IOException {
    try (var filler = new Served(root)) {
      filler.hold(PYPI, HELD);
    }
  }

  private Hybrid hybrid(Path parent) throws IOException {
    return Hybrid.in(parent).pypi(upstream.simple()).start();
  }

  /** All files below a directory with their sizes and times. */
  private static Map<String, String> state(Path root) throws IOException {
    var state = new TreeMap<String, String>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.toList()) {
        state.put(
            path.toString(),
            Files.size(path)
                + " "
                + Files.getLastModifiedTime(path)
                + " "
                + Files.getAttribute(path, "unix:ctime"));
      }
    }
    return state;
  }

  @Test
  void servesFromAReadOnlyMediumAndWritesNothingToIt() throws Exception {
    Path parent = directory.resolve("disk");
    fill(parent.resolve("store"));
    var before = state(parent);
    try (Mounted medium = Mounted.again(parent, directory.resolve("medium")).readOnly();
        Hybrid mirror = hybrid(medium.path())) {
      assertThat(mirror.get(HIT).body()).isEqualTo(HELD.build());
      assertThat(mirror.get("/simple/held/").statusCode()).isEqualTo(200);
      HttpResponse<byte[]> missing = mirror.get(MISS);
      assertThat(missing.statusCode()).isEqualTo(404);
    }
    assertThat(state(parent)).isEqualTo(before);
  }

  @Test
  void opensNoReadOnlyMediumToWrite() throws IOException {
    Path parent = Files.createDirectories(directory.resolve("written"));
    fill(parent.resolve("store"));

    try (Mounted medium = Mounted.again(parent, directory.resolve("medium")).readOnly()) {
      assertThatThrownBy(() -> Store.openToWrite(medium.path().resolve("store"), Reserve.USUAL))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("cannot be written: its file system is read-only");
    }
  }

  @Test
  void notesWhatIsMissingWhereItIsTold() throws Exception {
    Path parent = directory.resolve("disk");
    Path notes = directory.resolve("notes");
    fill(parent.resolve("store"));
    var before = state(parent);
    try (Mounted medium = Mounted.again(parent, directory.resolve("medium")).readOnly();
        Served mirror =
            new Served(
                medium.path().resolve("store"),
                Sourcing.offline(),
                new Keeping(Reserve.USUAL, Optional.empty(), Optional.of(notes)))) {
      mirror.get(MISS);
    }
    assertThat(state(parent)).isEqualTo(before);
    assertThat(notes.resolve("ledger")).isNotEmptyDirectory();
  }

  @Test
  void tellsWhatIsMissingToWhoeverAsks() throws Exception {
    Path parent = directory.resolve("disk");
    fill(parent.resolve("store"));
    try (Mounted medium = Mounted.again(parent, directory.resolve("medium")).readOnly();
        Hybrid mirror = hybrid(medium.path())) {
      assertThat(NotesText.read("", Hybrid.text(mirror.get("/api/wants")))).isEmpty();
    }
    try (Mounted medium = Mounted.again(parent, directory.resolve("medium")).readOnly();
        Hybrid mirror = hybrid(medium.path())) {
      mirror.get(MISS);

      List<Note> wants = NotesText.read("", Hybrid.text(mirror.get("/api/wants")));

      assertThat(wants).extracting(Note::filename).containsExactly(Optional.of(FOO.filename()));
      assertThat(wants).extracting(Note::asker).containsExactly("");
    }
  }

  @Test
  void refusesAFolderForItsNotesThatCannotBeWritten() throws Exception {
    fill(directory.resolve("store"));
    Path file = Files.createFile(directory.resolve("file"));

    assertThatThrownBy(() ->
            new Served(
                    directory.resolve("store"),
                    Sourcing.offline(),
                    new Keeping(Reserve.USUAL, Optional.empty(), Optional.of(file)))
                .close())
        .isInstanceOf(StateException.class)
        .hasMessageContaining("nothing can be noted in '" + file + "'")
        .hasMessageContaining("--state DIR");
  }

  @Test
  void servesOnWhatItHasWhenItsMediumBecomesReadOnly() throws Exception {
    Path parent = directory.resolve("disk");
    fill(parent.resolve("store"));
    try (Mounted medium = Mounted.again(parent, directory.resolve("medium"));
        Hybrid mirror = hybrid(medium.path())) {
      medium.readOnly();

      assertServesOn(mirror, "read-only");
    }
  }

  @Test
  void servesOnWhatItHasWhenTheDiskIsFull() throws Exception {
    try (Mounted disk = Mounted.memory(directory.resolve("disk"), "size=4m")) {
      fill(disk.path().resolve("store"));
      try (Hybrid mirror = hybrid(disk.path())) {
        fillUp(disk.path().resolve("ballast"));

        assertServesOn(mirror, "no space left");
      }
    }
  }

  @Test
  void servesOnWhatItHasWhenThereIsNoRoomForAnotherFile() throws Exception {
    try (Mounted disk = Mounted.memory(directory.resolve("disk"), "size=64m,nr_inodes=64")) {
      fill(disk.path().resolve("store"));
      try (Hybrid mirror = hybrid(disk.path())) {
        takeAllFiles(Files.createDirectory(disk.path().resolve("many")));

        assertServesOn(mirror, "no space left");
      }
    }
  }

  @Test
  void servesOnWhatItHasWhenTheReserveOfTheDiskHasBegun() throws Exception {
    fill(directory.resolve("store"));
    try (Hybrid mirror =
        Hybrid.in(directory)
            .pypi(upstream.simple())
            .keeping(new Keeping(Reserve.of(Long.MAX_VALUE), Optional.empty(), Optional.empty()))
            .start()) {
      assertServesOn(mirror, "are kept in reserve");
    }
  }

  private static void assertServesOn(Hybrid mirror, String why) throws Exception {
    assertThat(mirror.get("/simple/foo/").statusCode()).isEqualTo(200);
    assertThat(mirror.get(MISS + ".metadata").body()).isEqualTo(FOO.metadata());
    HttpResponse<byte[]> missing = mirror.get(MISS);
    assertThat(missing.statusCode()).isEqualTo(503);
    assertThat(missing.headers().firstValue("Retry-After")).isPresent();
    assertThat(Hybrid.text(missing)).contains(why);
    assertThat(mirror.get(HIT).body()).isEqualTo(HELD.build());
    assertThat(mirror.get("/ready").statusCode()).isEqualTo(200);
  }

  private static void fillUp(Path file) throws IOException {
    byte[] some = new byte[4096];
    try (OutputStream out = Files.newOutputStream(file)) {
      while (true) {
        out.write(some);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }

  private static void takeAllFiles(Path folder) {
    try {
      for (int i = 0; true; i++) {
        Files.createFile(folder.resolve("" + i));
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }
}
