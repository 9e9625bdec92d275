package dev.airlock.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.airlock.store.Mark;
import dev.airlock.store.Reserve;
import dev.airlock.store.Sealed;
import dev.airlock.store.Store;
import dev.airlock.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class MarkerTest {
  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init")
  private Path root;

  @SuppressWarnings("NullAway.Init")
  private Path marker;

  @SuppressWarnings("NullAway.Init")
  private Path copy;

  @SuppressWarnings("NullAway.Init")
  private byte[] right;

  @BeforeEach
  void fill() throws IOException {
    root = directory.resolve("store");
    marker = root.resolve("airlock-store.json");
    copy = root.resolve("airlock-store.copy.json");
    try (Shelf shelf = new Shelf(root)) {
      shelf.publish("p", shelf.hold("one", "bytes of one"));
    }
    right = Files.readAllBytes(marker);
  }

  private static byte[] ofFormat(int format) throws IOException {
    return Sealed.seal(JsonNodeFactory.instance.objectNode().put("format", format));
  }

  private List<Path> documents() throws IOException {
    var documents = new ArrayList<Path>();
    for (String folder : List.of("indexes", "presets")) {
      try (Stream<Path> files = Files.walk(root.resolve(folder))) {
        files.filter(Files::isRegularFile).sorted().forEach(documents::add);
      }
    }
    return documents;
  }

  private static void unseal(Path document) throws IOException {
    var said = (ObjectNode) new ObjectMapper().readTree(document.toFile());
    said.remove("seal");
    Files.writeString(document, said + "\n");
  }

  // --- with its second copy

  @Test
  void isWrittenTwice() throws IOException {
    assertThat(copy).hasBinaryContent(right);
    assertThat(Marker.mend(root)).isFalse();
  }

  @Test
  void isWrittenAnewFromItsSecondCopy() throws IOException {
    for (String torn : List.of("", "{\"seal\":\"", "null", "{\"format\":2}")) {
      Files.writeString(marker, torn);
      assertThat(Marker.mend(root)).as(torn).isTrue();
      assertThat(marker).hasBinaryContent(right);
    }
    Files.delete(marker);
    assertThatThrownBy(() -> Store.open(root))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("is damaged: it is missing. Run `airlock repair`");
    assertThat(Marker.mend(root)).isTrue();
    assertThat(marker).hasBinaryContent(right);
  }

  @Test
  @Timeout(60)
  void isWrittenAnewWhereADirectoryOrAPipeIs() throws Exception {
    Files.delete(marker);
    Files.writeString(Files.createDirectory(marker).resolve("inside"), "strange");
    assertThatThrownBy(() -> Store.openOrCreate(root))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("is damaged: it is no regular file. Run `airlock repair`");
    assertThat(Marker.mend(root)).isTrue();
    assertThat(marker).hasBinaryContent(right);

    Files.delete(marker);
    assumeThat(new ProcessBuilder("mkfifo", marker.toString()).start().waitFor())
        .as("a file system with pipes")
        .isZero();
    assertThatThrownBy(() -> Store.open(root)).isInstanceOf(StoreException.class);
    assertThat(Marker.mend(root)).isTrue();
    assertThat(marker).hasBinaryContent(right);
  }

  @Test
  void isNotWrittenInAStoreOfANewerFormat() throws IOException {
    Files.write(copy, ofFormat(4));
    for (byte[] found : List.of(new byte[0], right)) {
      Files.write(marker, found);
      assertThatThrownBy(() -> Marker.mend(root))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("has the format 4; this version of airlock reads format 3 only");
      assertThat(marker).hasBinaryContent(found);
    }
    Files.delete(marker);
    assertThatThrownBy(() -> Store.openOrCreate(root)).hasMessageContaining("has the format 4");
  }

  @Test
  void aStoreWithoutASecondCopyGetsOneWhenItIsWrittenTo() throws IOException {
    Files.delete(copy);
    Store.open(root).close();
    assertThat(copy).doesNotExist();

    Store.openToWrite(root, Reserve.NONE).close();
    assertThat(copy).hasBinaryContent(right);
    Files.delete(copy);
    Store.openOrCreate(root).close();
    assertThat(copy).hasBinaryContent(right);
  }

  @Test
  void aStoreWhoseMakingWasKilledIsMade() throws IOException {
    Path begun = Files.createDirectory(directory.resolve("begun"));
    Files.write(begun.resolve("airlock-store.copy.json"), right);

    Store.openOrCreate(begun).close();
    assertThat(Store.marker(begun)).isEqualTo(new Mark.Names(3));
  }

  // --- without

  @Test
  void isOfThisFormatWhereAllSealedDocumentsAreSo() throws IOException {
    Files.delete(copy);
    Files.writeString(marker, "");
    Files.writeString(documents().getLast(), "torn");

    assertThat(Marker.mend(root)).isTrue();
    assertThat(marker).hasBinaryContent(right);
    assertThat(copy).hasBinaryContent(right);
  }

  @Test
  void isNotGuessedWhereASealedDocumentIsNotUnderstood() throws IOException {
    Files.delete(copy);
    Files.writeString(marker, "");
    Path preset = root.resolve("presets/p.json");
    Files.write(preset, Sealed.seal(JsonNodeFactory.instance.objectNode().put("another", "form")));

    assertThatThrownBy(() -> Marker.mend(root))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("'" + preset + "' is not as format 3 has it: use the version that")
        .hasMessageNotContaining("airlock repair");
    assertThat(marker).isEmptyFile();
  }

  @Test
  void isOfFormat2WhereAnEntryIsAsFormat2HasIt() throws IOException {
    Path entry =
        documents().stream()
            .filter(document -> document.toString().contains("/files/"))
            .findFirst()
            .orElseThrow();
    byte[] document = Files.readAllBytes(entry);
    Path name = Objects.requireNonNull(entry.getParent());
    Path old = name.resolveSibling(name.getFileName() + ".json");
    Files.move(entry, old);
    Files.delete(name);
    Files.delete(copy);
    Files.writeString(marker, "torn");

    assertThat(Marker.mend(root)).isTrue();
    assertThat(Store.marker(root)).isEqualTo(new Mark.Names(2));
    assertThatThrownBy(() -> Store.openToWrite(root, Reserve.NONE))
        .hasMessageContaining("has the older format 2: run `airlock migrate");
    assertThat(Migration.run(root)).isEqualTo(1);
    assertThat(entry).hasBinaryContent(document);
    assertThat(old).doesNotExist();
    assertThat(marker).hasBinaryContent(right);
  }

  @Test
  void namesTheOlderFormatThatItsSecondCopyNames() throws IOException {
    Files.write(copy, ofFormat(2));
    Files.writeString(marker, "torn");

    assertThat(Marker.mend(root)).isTrue();
    assertThat(Store.marker(root)).isEqualTo(new Mark.Names(2));
    assertThat(Migration.run(root)).isZero();
    assertThat(marker).hasBinaryContent(right);
  }

  @Test
  void isOfFormat1WhereNoDocumentHasASeal() throws IOException {
    Files.delete(copy);
    Files.writeString(marker, "{\"for");
    for (Path document : documents()) {
      unseal(document);
    }

    assertThat(Marker.mend(root)).isTrue();
    assertThat(marker).hasContent("{\"format\":1}");
    assertThat(copy).doesNotExist();
    assertThatThrownBy(() -> Store.openToWrite(root, Reserve.NONE))
        .hasMessageContaining("has the older format 1: run `airlock migrate");
    assertThat(Migration.run(root)).isPositive();
    assertThat(marker).hasBinaryContent(right);
    assertThat(copy).hasBinaryContent(right);
  }

  @Test
  void isNotGuessedWhereSomeDocumentsHaveSealsAndOthersNot() throws IOException {
    Files.delete(copy);
    Files.delete(marker);
    unseal(root.resolve("presets/p.json"));

    assertThatThrownBy(() -> Marker.mend(root))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("If a migration was interrupted, write {\"format\":1} into")
        .hasMessageContaining("presets/p.json' has none as in format 1");
  }

  @Test
  void isNotGuessedWhereNoDocumentTells() throws IOException {
    Files.delete(copy);
    Files.writeString(marker, "");
    for (Path document : documents()) {
      Files.writeString(document, "");
    }

    assertThatThrownBy(() -> Marker.mend(root))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("its documents do not tell of which format it is")
        .hasMessageNotContaining("airlock repair");
    assertThat(Marker.mend(Files.createDirectory(directory.resolve("empty")))).isFalse();
  }
}
