package dev.airlock.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.packaging.name.ProjectName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
  private static final ProjectName TORCH = new ProjectName("torch");
  private static final Instant MORNING = Instant.parse("2026-05-01T08:00:00Z");
  private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");

  @TempDir Path directory;

  private final AtomicReference<Instant> now = new AtomicReference<>(MORNING);
  private final InstantSource clock = now::get;

  private static void want(Ledger ledger, String project, String asker, String reason) {
    ledger.note(
        Kind.WANTED,
        Optional.of("kit"),
        Optional.of("pypi.org-simple"),
        new ProjectName(project),
        Optional.empty(),
        asker,
        reason);
  }

  private List<Path> documents() throws IOException {
    try (var files = Files.list(directory)) {
      return files.toList();
    }
  }

  @Test
  void keepsOneNoteOfWhatIsAskedForAgainAndAgain() throws IOException {
    try (Ledger ledger = Ledger.in(directory, clock)) {
      want(ledger, "torch", "10.0.0.1", "no answer");
      want(ledger, "Torch", "10.0.0.1", "no answer");
      now.set(NOON);
      want(ledger, "torch", "10.0.0.2", "404");
      assertThat(ledger.notes())
          .containsExactly(
              new Note(
                  Kind.WANTED,
                  Optional.of("kit"),
                  Optional.of("pypi.org-simple"),
                  TORCH,
                  Optional.empty(),
                  "10.0.0.2",
                  MORNING,
                  NOON,
                  3,
                  "404"));
    }
    assertThat(documents()).hasSize(1);
  }

  @Test
  void goesOnCountingAfterARestart() throws IOException {
    try (Ledger ledger = Ledger.in(directory, clock)) {
      want(ledger, "torch", "a", "r");
    }
    now.set(NOON);
    try (Ledger ledger = Ledger.in(directory, clock)) {
      want(ledger, "torch", "b", "s");
    }
    try (Ledger ledger = Ledger.in(directory, clock)) {
      Note note = ledger.notes().getFirst();
      assertThat(note.count()).isEqualTo(2);
      assertThat(note.first()).isEqualTo(MORNING);
      assertThat(note.last()).isEqualTo(NOON);
      assertThat(note.asker()).isEqualTo("b");
    }
  }

  @Test
  void writesByItselfWhileOthersRead() throws IOException, InterruptedException {
    try (var watch = directory.getFileSystem().newWatchService();
        Ledger server = Ledger.in(directory, clock);
        Ledger reader = Ledger.in(directory, clock)) {
      directory.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      want(server, "torch", "a", "r");
      // The temporary file is created first, the document after it.
      var seen = new ArrayList<String>();
      while (seen.stream().noneMatch(name -> name.endsWith(".json"))) {
        var key = watch.poll(1, TimeUnit.MINUTES);
        assertThat(key).isNotNull();
        key.pollEvents().forEach(event -> seen.add(String.valueOf(event.context())));
        key.reset();
      }
      assertThat(reader.notes()).singleElement().extracting(Note::project).isEqualTo(TORCH);
    }
  }

  @Test
  void isSharedByTwoServers() throws IOException {
    try (Ledger one = Ledger.in(directory, clock);
        Ledger other = Ledger.in(directory, clock)) {
      want(one, "torch", "a", "r");
      want(other, "torch", "b", "r");
      want(other, "numpy", "b", "r");
      assertThat(one.notes()).hasSize(1);
      assertThat(other.notes()).hasSize(2);
      assertThat(one.notes())
          .filteredOn(note -> note.project().equals(TORCH))
          .singleElement()
          .extracting(Note::count)
          .isEqualTo(2L);
    }
  }

  @Test
  void tellsApartWhatDiffersInAnything() throws IOException {
    try (Ledger ledger = Ledger.in(directory, clock)) {
      for (Kind kind : Kind.values()) {
        for (Optional<String> other : List.of(Optional.<String>empty(), Optional.of("x"))) {
          ledger.note(kind, other, Optional.empty(), TORCH, Optional.empty(), "a", "r");
          ledger.note(kind, Optional.of("y"), other, TORCH, Optional.empty(), "a", "r");
          ledger.note(kind, Optional.of("z"), Optional.empty(), TORCH, other, "a", "r");
        }
      }
      assertThat(ledger.notes()).hasSize(12).allMatch(note -> note.count() == 1);
    }
  }

  @Test
  void keepsNoMoreThanItsLimitAndCountsTheRest() throws IOException {
    try (Ledger ledger = Ledger.inMemory(clock)) {
      for (int i = 0; i < Ledger.MOST + 7; i++) {
        want(ledger, "project-" + i, "a", "r");
      }
      want(ledger, "project-0", "a", "r");
      assertThat(ledger.notes()).hasSize(Ledger.MOST);
      assertThat(ledger.refused()).isEqualTo(7);
    }
  }

  @Test
  void takesOutWhatCouldMoveATerminalsCursor() throws IOException {
    try (Ledger ledger = Ledger.in(directory, clock)) {
      ledger.note(
          Kind.WANTED,
          Optional.of("\u001b[2Jkit"),
          Optional.empty(),
          TORCH,
          Optional.of("torch\r\n.whl\u202e"),
          "a".repeat(10_000),
          "\u0007bell");
      Note note = ledger.notes().getFirst();
      assertThat(note.preset()).contains("[2Jkit");
      assertThat(note.filename()).contains("torch .whl");
      assertThat(note.asker()).hasSize(500);
      assertThat(note.reason()).isEqualTo("bell");
    }
  }

  @Test
  void passesOverWhatIsDamaged() throws IOException {
    Files.writeString(directory.resolve("wanted-1.json"), "{");
    Files.writeString(directory.resolve("wanted-2.json"), "{\"kind\": \"wanted\"}");
    Files.writeString(directory.resolve("wanted-3.json"), "[]");
    Files.createDirectory(directory.resolve("wanted-4.json"));
    try (Ledger ledger = Ledger.in(directory, clock)) {
      assertThat(ledger.notes()).isEmpty();
    }
    assertThat(Ledger.damaged(directory).values())
        .containsExactly(
            "it has no seal", "it has no seal", "it has no seal", "it is no regular file");
    assertThat(Ledger.damaged(directory.resolve("none"))).isEmpty();
  }

  @Test
  void writesOtherNotesWhereADirectoryIsInTheWayOfOne() throws IOException {
    try (Ledger ledger = Ledger.in(directory, clock)) {
      want(ledger, "torch", "a", "r");
    }
    Path torch = documents().getFirst();
    Files.delete(torch);
    Files.createDirectory(torch);
    try (Ledger ledger = Ledger.in(directory, clock)) {
      want(ledger, "torch", "a", "r");
      want(ledger, "numpy", "a", "r");
      assertThat(ledger.notes()).hasSize(2);
    }
    assertThat(documents()).hasSize(2).anyMatch(Files::isRegularFile);
  }

  @Test
  void forgetsWhatItIsToldTo() throws IOException {
    try (Ledger ledger = Ledger.in(directory, clock)) {
      want(ledger, "torch", "a", "r");
      want(ledger, "numpy", "a", "r");
      List<Note> torch =
          ledger.notes().stream().filter(note -> note.project().equals(TORCH)).toList();
      want(ledger, "torch", "a", "r");
      ledger.remove(torch);
      assertThat(ledger.notes())
          .extracting(Note::project)
          .containsExactly(new ProjectName("numpy"));
    }
    assertThat(documents()).hasSize(1);
  }

  @Test
  void writesNothingBeforeTheFirstNote() throws IOException {
    Path absent = directory.resolve("absent");
    try (Ledger ledger = Ledger.in(absent, clock)) {
      assertThat(ledger.notes()).isEmpty();
    }
    assertThat(absent).doesNotExist();
  }

  @Test
  void keepsNotesInMemoryWhereTheDiskRefusesThem() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    Ledger ledger = Ledger.in(file, clock);
    want(ledger, "torch", "a", "r");
    want(ledger, "torch", "a", "r");
    assertThat(ledger.notes()).singleElement().extracting(Note::count).isEqualTo(2L);
    ledger.close();
    assertThat(ledger.unwritten()).singleElement().extracting(Note::project).isEqualTo(TORCH);
  }

  @Test
  void keepsNothingInMemoryThatIsWrittenDown() {
    Ledger ledger = Ledger.in(directory, clock);
    want(ledger, "torch", "a", "r");
    ledger.close();
    assertThat(ledger.unwritten()).isEmpty();
  }

  @Test
  void neverThrowsAfterItIsClosed() {
    Ledger ledger = Ledger.in(directory, clock);
    ledger.close();
    want(ledger, "torch", "a", "r");
    ledger.close();
  }
}
