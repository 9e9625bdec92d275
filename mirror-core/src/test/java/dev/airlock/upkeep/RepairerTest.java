package dev.airlock.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.HeldPreset;
import dev.airlock.catalog.IndexKey;
import dev.airlock.fetch.Fetcher;
import dev.airlock.ledger.Ledger;
import dev.airlock.progress.ProgressEvent;
import dev.airlock.progress.ProgressListener;
import dev.airlock.store.ProvenBlobs;
import dev.airlock.store.Trash;
import dev.airlock.upkeep.Verifier.Extent;
import dev.airlock.upstream.FileAccess;
import dev.airlock.upstream.Http;
import dev.airlock.upstream.IndexSource;
import dev.airlock.upstream.Retries;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verifying and repairing while others work on the store. */
class RepairerTest {
  private static final Collector.Options AT_ONCE =
      new Collector.Options(Duration.ZERO, true, Optional.empty(), false);

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init")
  private Shelf shelf;

  @SuppressWarnings("NullAway.Init")
  private Path first;

  @SuppressWarnings("NullAway.Init")
  private Path copy;

  @BeforeEach
  void open() throws IOException {
    shelf = new Shelf(directory.resolve("store"));
    first = directory.resolve("store/presets/p.json");
    copy = directory.resolve("store/presets/copies/p.json");
    shelf.publish("p", shelf.hold("one", "bytes of one"));
  }

  @AfterEach
  void close() throws IOException {
    shelf.close();
  }

  private Verification verified() throws IOException {
    return verified(Extent.ALL, _ -> {});
  }

  private Verification verified(Extent extent, ProgressListener progress) throws IOException {
    return new Verifier(shelf.store, extent, Pace.free(), Checkpoint.none(), progress).run();
  }

  private Repair repaired(Verification found) throws IOException {
    try (Http http = Http.of("airlock/test", Map.of(), directory, Retries.DEFAULT);
        Ledger ledger = Ledger.inMemory(shelf.clock())) {
      var fetcher =
          new Fetcher(
              shelf.store,
              shelf.catalog,
              new FileAccess(http),
              Retries.DEFAULT,
              shelf.clock(),
              _ -> {},
              true,
              new ProvenBlobs());
      return new Repairer(shelf.store, fetcher, new Nowhere(), ledger, shelf.clock(), _ -> {})
          .run(Optional.empty(), found.all());
    }
  }

  /** Nobody may be asked, and there is no folder. */
  private static final class Nowhere implements Repairer.Origins {
    @Override
    public Optional<IndexSource> place(IndexKey index) {
      return Optional.empty();
    }

    @Override
    public Optional<HeldPreset> preset(String name) {
      return Optional.empty();
    }

    @Override
    public Collection<URI> indexes() {
      return List.of();
    }
  }

  /** Runs something when the documents are read and the bytes are looked at next. */
  private static ProgressListener then(Step step) {
    return event -> {
      if (event instanceof ProgressEvent.Planned) {
        try {
          step.run();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }

  private HeldFile newer() throws IOException {
    shelf.now = shelf.now.plusSeconds(60);
    HeldFile newer = shelf.hold("two", "bytes of two");
    shelf.publish("p", newer);
    return newer;
  }

  // --- a preset of which the second copy alone is there

  @Test
  void collectsNothingThatASecondCopyNames() throws IOException {
    HeldFile held = shelf.hold("one", "bytes of one");
    Files.delete(first);
    shelf.now = shelf.now.plusSeconds(10);

    Collected collected = shelf.collector().collect(AT_ONCE);
    assertThat(collected.entries().files()).isZero();
    assertThat(collected.deleted().files()).isZero();
    assertThat(shelf.holds(held)).isTrue();
    assertThat(Usage.of(shelf.store).damaged())
        .singleElement()
        .asString()
        .contains("p.json: it is missing, and its second copy is there");
  }

  @Test
  void collectsNothingWhereAllThatIsLeftOfAPresetIsDamaged() throws IOException {
    HeldFile held = shelf.hold("one", "bytes of one");
    Files.delete(first);
    Files.writeString(copy, "torn");
    shelf.now = shelf.now.plusSeconds(10);

    Collected collected = shelf.collector().collect(AT_ONCE);
    assertThat(collected.damaged()).singleElement().asString().contains("copies/p.json");
    assertThat(shelf.holds(held)).isTrue();

    assertThat(repaired(verified()).left()).isEmpty();
    assertThat(copy).doesNotExist();
    assertThat(shelf.collector().collect(AT_ONCE).damaged()).isEmpty();
  }

  @Test
  void remarksThatASecondCopyAloneIsThereAndPublishesIt() throws IOException {
    Optional<HeldPreset> preset = shelf.catalog.preset("p");
    Files.delete(first);

    Verification found = verified();
    assertThat(found.isClean()).isTrue();
    assertThat(found.remarks()).containsExactly(new Damage.Unpublished("p"));
    assertThat(repaired(found).deeds())
        .containsExactly(new Repair.Deed("preset p", "written anew from its second copy"));
    assertThat(shelf.catalog.preset("p")).isEqualTo(preset);
    assertThat(verified().remarks()).isEmpty();
  }

  @Test
  void aSecondCopyAloneIsDamageWhereItsFilesAreNotHeld() throws IOException {
    HeldFile held = shelf.hold("one", "bytes of one");
    Files.delete(first);
    Files.delete(shelf.blob(held.sha256()));

    assertThat(verified().damages()).contains(new Damage.Unpublished("p"));
  }

  @Test
  void removesAPresetOfWhichTheSecondCopyAloneIsThere() throws IOException {
    HeldFile held = shelf.hold("one", "bytes of one");
    Files.delete(first);

    Removal removal = Removal.of(shelf.store, Set.of("p"), false);
    assertThat(removal.removed().files()).isOne();
    assertThat(copy).doesNotExist();
    shelf.now = shelf.now.plusSeconds(10);
    shelf.collector().collect(AT_ONCE);
    assertThat(shelf.holds(held)).isFalse();
  }

  // --- beside others

  @Test
  void leavesAPresetThatWasPublishedSinceItWasLookedAt() throws IOException {
    byte[] old = Files.readAllBytes(copy);
    Files.writeString(first, "torn");
    Verification found = verified();
    newer();
    // As if the one who publishes were between his two writes.
    Files.write(copy, old);
    Optional<HeldPreset> published = shelf.catalog.first("p");

    repaired(found);
    assertThat(shelf.catalog.first("p")).isEqualTo(published);
  }

  @Test
  void leavesACopyThatWasWrittenSinceItWasLookedAt() throws IOException {
    Files.writeString(copy, "torn");
    Verification found = verified();
    newer();
    Optional<HeldPreset> published = shelf.catalog.first("p");

    assertThat(repaired(found).deeds()).isEmpty();
    assertThat(shelf.catalog.first("p")).isEqualTo(published);
    assertThat(shelf.catalog.copy("p")).isEqualTo(published);
  }

  @Test
  void publishesNothingThatWasRemovedSinceItWasLookedAt() throws IOException {
    Files.delete(first);
    Verification found = verified();
    shelf.catalog.remove("p");

    assertThat(repaired(found).deeds()).isEmpty();
    assertThat(first).doesNotExist();
    assertThat(copy).doesNotExist();
  }

  @Test
  void findsNothingWrongWithAPresetThatIsRemovedMeanwhile() throws IOException {
    Files.delete(copy);
    HeldFile held = shelf.hold("one", "bytes of one");

    Verification found =
        verified(
            Extent.ALL,
            then(() -> {
              shelf.catalog.remove("p");
              shelf.catalog.discard(shelf.key(held));
            }));
    assertThat(found.damages()).isEmpty();
  }

  // --- the trash

  @Test
  void hashesWhatLiesInTheTrashAndIsNamed() throws IOException {
    HeldFile held = shelf.hold("one", "bytes of one");
    Path blob = shelf.blob(held.sha256());
    Files.write(blob, new byte[(int) held.size()]);
    Trash.Bag bag = shelf.store.trash().bag(shelf.now);
    assertThat(bag.take(blob, held.sha256().hex())).isTrue();
    assertThat(shelf.catalog.discard(shelf.key(held))).isTrue();

    for (Extent extent : List.of(Extent.ALL, new Extent(Optional.of("p"), false))) {
      assertThat(verified(extent, _ -> {}).damages())
          .anySatisfy(damage -> assertThat(damage).isInstanceOf(Damage.BadBlob.class));
    }
  }
}
