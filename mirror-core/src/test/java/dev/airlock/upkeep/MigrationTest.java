package dev.airlock.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.IndexKey;
import dev.airlock.digest.Sha256;
import dev.airlock.fixtures.StoreOfFormat2;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockReader;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.progress.ProgressListener;
import dev.airlock.rehearsal.Rehearsal;
import dev.airlock.rehearsal.Verdict;
import dev.airlock.store.Reserve;
import dev.airlock.store.Store;
import dev.airlock.sync.PresetBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store of the last version with format 2 becomes one of format 3. */
class MigrationTest {
  private static final IndexKey PYPI = new IndexKey("pypi.org-simple");

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init")
  private Path root;

  @BeforeEach
  void unpack() throws IOException {
    root = directory.resolve("store");
    StoreOfFormat2.unpack(root);
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> files = Files.walk(root.resolve("indexes"))) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> file.toString().contains("/files/"))
          .sorted()
          .toList();
    }
  }

  private Verdict checked(String preset) throws Exception {
    try (Store store = Store.open(root)) {
      var catalog = new Catalog(store);
      PresetBundle bundle = PresetBundle.of(catalog.preset(preset).orElseThrow(), preset);
      Lock lock = LockReader.read(catalog.preset(preset).orElseThrow().lock());
      return new Rehearsal(store, catalog, bundle.preset(), lock, ProgressListener.SILENT).run();
    }
  }

  private Verification verified() throws IOException {
    try (Store store = Store.open(root)) {
      return new Verifier(
              store, Verifier.Extent.ALL, Pace.free(), Checkpoint.none(), ProgressListener.SILENT)
          .run();
    }
  }

  @Test
  void isRefusedUntilItIsMigrated() {
    assertThatThrownBy(() -> Store.openToWrite(root, Reserve.NONE))
        .hasMessageContaining("has the older format 2: run `airlock migrate --store");
  }

  @Test
  void holdsAllThatItHeldAndSaysTheSameOfIt() throws Exception {
    Map<Sha256, byte[]> before = new HashMap<>();
    for (Path entry : entries()) {
      before.put(Sha256.of(Files.readAllBytes(entry)), Files.readAllBytes(entry));
    }
    assertThat(before).hasSize(StoreOfFormat2.ENTRIES);

    assertThat(Migration.run(root)).isEqualTo(StoreOfFormat2.ENTRIES);

    assertThat(entries()).hasSize(StoreOfFormat2.ENTRIES);
    for (Path entry : entries()) {
      assertThat(before).containsKey(Sha256.of(Files.readAllBytes(entry)));
    }
    assertThat(verified().damages()).isEmpty();
    for (String preset : List.of("kit", "plainset")) {
      assertThat(checked(preset).findings()).as(preset).isEmpty();
    }
    try (Store store = Store.open(root)) {
      HeldFile delta = new Catalog(store).files(PYPI, new ProjectName("delta")).getFirst();
      assertThat(delta.bytes(store.blobs())).isPresent();
    }
    assertThat(Migration.run(root)).isZero();
  }

  @Test
  void goesOnWhereAMigrationWasKilled() throws Exception {
    Path other = directory.resolve("other");
    StoreOfFormat2.unpack(other);
    Migration.run(other);
    Path old = entries().getFirst();
    Path name = old.resolveSibling(String.valueOf(old.getFileName()).replaceFirst("\\.json$", ""));
    Path moved = other.resolve(root.relativize(name));
    Files.createDirectory(name);
    try (Stream<Path> documents = Files.list(moved)) {
      Files.move(old, name.resolve(documents.findFirst().orElseThrow().getFileName()));
    }

    assertThat(Migration.run(root)).isEqualTo(StoreOfFormat2.ENTRIES - 1);
    assertThat(verified().damages()).isEmpty();
    assertThat(checked("kit").holds()).isTrue();
  }

  @Test
  void leavesAnEntryThatCannotBeReadForAVerificationToFind() throws Exception {
    Path entry =
        entries().stream()
            .filter(file -> file.toString().contains("alpha"))
            .findFirst()
            .orElseThrow();
    byte[] bytes = Files.readAllBytes(entry);
    bytes[bytes.length / 2] ^= 1;
    Files.write(entry, bytes);

    assertThat(Migration.run(root)).isEqualTo(StoreOfFormat2.ENTRIES - 1);
    assertThat(verified().damages())
        .extracting(Damage::subject)
        .containsExactlyInAnyOrder(
            "alpha-1.0-py3-none-any.whl",
            "the entry alpha-1.0-py3-none-any.whl of pypi.org-simple");
    assertThat(checked("kit").holds()).as("its bytes and the lock are there").isTrue();
  }
}
