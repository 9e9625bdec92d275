package dev.airlock.upkeep;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.assertj.core.api.Assumptions.assumeThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.HeldMetadata;
import dev.airlock.catalog.HeldPage;
import dev.airlock.digest.Sha256;
import dev.airlock.files.DurableFiles;
import dev.airlock.index.ProjectPage;
import dev.airlock.lock.LockedPackage;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.store.Blob;
import dev.airlock.store.Claim;
import dev.airlock.store.Draft;
import dev.airlock.store.Reserve;
import dev.airlock.store.Store;
import dev.airlock.store.Trash;
import dev.airlock.upkeep.Collected.Amount;
import dev.airlock.upkeep.Collector.Options;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CollectorTest {
  private static final Duration LONG = Duration.ofDays(3);
  private static final Options UNLOCKED =
      new Options(Options.USUAL_GRACE, true, Optional.empty(), false);
  private static final Options AT_ONCE = new Options(Duration.ZERO, false, Optional.empty(), false);

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init")
  private Shelf shelf;

  @BeforeEach
  void open() throws IOException {
    shelf = new Shelf(directory.resolve("store"));
  }

  @AfterEach
  void close() throws IOException {
    shelf.close();
  }

  private Collected gc() throws IOException {
    return shelf.collector().collect(Options.USUAL);
  }

  private HeldFile orphan(String project) throws IOException {
    HeldFile file = shelf.put(project, project + " bytes");
    shelf.age(LONG);
    return file;
  }

  private boolean isInTrash(Sha256 digest) throws IOException {
    return shelf.store.trash().find(digest.hex()).isPresent();
  }

  // --- what goes and what stays

  @Test
  void takesWhatNothingNamesIntoTheTrashAndDeletesItAfterTheGrace() throws IOException {
    HeldFile kept = shelf.hold("kept", "kept bytes");
    HeldFile gone = orphan("gone");

    Collected first = gc();
    assertThat(first.taken().files()).isEqualTo(2);
    assertThat(first.deleted()).isEqualTo(Amount.NONE);
    assertThat(first.waiting().files()).isEqualTo(2);
    assertThat(isInTrash(gone.sha256())).isTrue();
    assertThat(shelf.holds(kept)).isTrue();

    assertThat(gc().deleted()).isEqualTo(Amount.NONE);
    shelf.now = shelf.now.plus(Duration.ofHours(25));
    Collected second = gc();
    assertThat(second.deleted().files()).isEqualTo(2);
    assertThat(second.waiting()).isEqualTo(Amount.NONE);
    assertThat(isInTrash(gone.sha256())).isFalse();
    assertThat(shelf.store.trash().bags()).isEmpty();
    assertThat(shelf.holds(kept)).isTrue();
  }

  @Test
  void leavesWhatIsYoungerThanTheGrace() throws IOException {
    HeldFile young = shelf.put("young", "young bytes");
    shelf.age(Duration.ofHours(23));

    Collected collected = gc();
    assertThat(collected.taken()).isEqualTo(Amount.NONE);
    assertThat(collected.young().files()).isEqualTo(2);
    assertThat(shelf.blob(young.sha256())).exists();
  }

  @Test
  void deletesAtOnceWithoutAGrace() throws IOException {
    HeldFile gone = shelf.put("gone", "gone bytes");
    shelf.now = shelf.now.plusSeconds(10);

    assertThat(shelf.collector().collect(AT_ONCE).deleted().files()).isEqualTo(2);
    assertThat(shelf.store.blobs().find(gone.sha256())).isEmpty();
  }

  @Test
  void keepsTheBytesThatALockNamesThoughTheirEntryIsLost() throws IOException {
    HeldFile file = orphan("lost");
    shelf.publish("p", file);

    assertThat(gc().taken().files()).as("its metadata alone").isOne();
    assertThat(shelf.blob(file.sha256())).exists();
  }

  @Test
  void takesFilesOfNoPresetWhenItIsAskedTo() throws IOException {
    HeldFile locked = shelf.hold("locked", "locked bytes");
    HeldFile cached = shelf.hold("cached", "cached bytes");
    shelf.publish("p", locked);
    shelf.age(LONG);

    assertThat(gc().unlocked()).isEqualTo(new Amount(1, cached.size()));
    assertThat(shelf.blob(cached.sha256())).exists();

    Collected collected = shelf.collector().collect(UNLOCKED);
    assertThat(collected.entries()).isEqualTo(new Amount(1, cached.size()));
    assertThat(collected.taken().files()).isEqualTo(2);
    assertThat(shelf.catalog.projects(shelf.index)).containsExactly(locked.name().project());
    assertThat(shelf.holds(locked)).isTrue();
  }

  @Test
  void leavesFilesOfNoPresetThatWereUsedWithinTheGrace() throws IOException {
    HeldFile cached = shelf.hold("cached", "cached bytes");
    shelf.age(LONG);
    shelf.catalog.used(shelf.index, cached, shelf.now);

    assertThat(shelf.collector().collect(UNLOCKED).entries()).isEqualTo(Amount.NONE);
    assertThat(shelf.holds(cached)).isTrue();
  }

  @Test
  void changesNothingInADryRun() throws IOException {
    HeldFile gone = orphan("gone");
    HeldFile cached = shelf.hold("cached", "cached bytes");
    shelf.age(LONG);
    Path temporary =
        Files.writeString(shelf.store.root().resolve("indexes").resolve(".tmp-1-2"), "half");
    Path copying = Files.writeString(shelf.blob(gone.sha256()).resolveSibling(".tmp-1-3"), "hal");
    Files.setLastModifiedTime(copying, FileTime.from(Instant.now().minus(LONG)));
    shelf.age(LONG);

    Collected told =
        shelf
            .collector()
            .collect(new Options(Options.USUAL_GRACE, true, Optional.of(new Quota(0)), true));
    assertThat(told.taken().files()).isGreaterThanOrEqualTo(2);
    assertThat(told.leftovers()).isEqualTo(new Amount(2, 7));
    assertThat(copying).exists();
    assertThat(shelf.blob(gone.sha256())).exists();
    assertThat(shelf.holds(cached)).isTrue();
    assertThat(temporary).exists();
    assertThat(shelf.store.trash().bags()).isEmpty();
  }

  @Test
  void deletesWhatKilledProcessesLeftAndNothingThatIsWritten() throws IOException {
    Sha256 dead = Sha256.of("dead".getBytes(UTF_8));
    Sha256 alive = Sha256.of("alive".getBytes(UTF_8));
    try (Draft draft = shelf.store.blobs().draft(dead)) {
      draft.write(new byte[7], 0, 7);
      draft.validator(Optional.of("\"1\""));
    }
    try (Store other = Store.open(shelf.store.root());
        Draft draft = other.blobs().draft(alive)) {
      draft.write(new byte[5], 0, 5);
      Path folder = shelf.store.root().resolve("partial");
      Path temporary = Files.writeString(folder.resolve(".tmp-1-2"), "half");
      shelf.age(LONG);
      Path recent = Files.writeString(folder.resolve(".tmp-1-3"), "half");

      assertThat(gc().leftovers()).isEqualTo(new Amount(2, 11));
      assertThat(folder.resolve(dead.hex() + ".part")).doesNotExist();
      assertThat(folder.resolve(dead.hex() + ".part.validator")).doesNotExist();
      assertThat(folder.resolve(alive.hex() + ".part")).exists();
      assertThat(temporary).doesNotExist();
      assertThat(recent).exists();
    }
  }

  @Test
  void deletesAValidatorWhosePartIsFinished() throws IOException {
    Path folder = Files.createDirectories(shelf.store.root().resolve("partial"));
    Sha256 finished = Sha256.of("finished".getBytes(UTF_8));
    Path validator = Files.writeString(folder.resolve(finished.hex() + ".part.validator"), "\"1\"");
    assertThat(gc().leftovers()).isEqualTo(Amount.NONE);
    shelf.age(LONG);

    assertThat(gc().leftovers()).isEqualTo(new Amount(1, 3));
    assertThat(validator).doesNotExist();
  }

  @Test
  void deletesTemporaryFilesOfAStoreThatIsNamedByALink() throws IOException {
    Path temporary =
        Files.writeString(shelf.store.root().resolve("indexes").resolve(".tmp-1-2"), "half");
    shelf.age(LONG);
    Path link = directory.resolve("link");
    assumeThatCode(() -> Files.createSymbolicLink(link, shelf.store.root()))
        .as("a file system with links")
        .doesNotThrowAnyException();

    try (Store linked = Store.open(link)) {
      assertThat(new Collector(linked, shelf.clock()).collect(Options.USUAL).leftovers())
          .isEqualTo(new Amount(1, 4));
    }
    assertThat(temporary).doesNotExist();
  }

  @Test
  void keepsWhatWasPutAsideForThirtyDays() throws IOException {
    HeldFile file = shelf.hold("bad", "bad bytes");
    Files.writeString(shelf.blob(file.sha256()), "Bad bytes");
    shelf.age(Duration.ofDays(300));
    shelf.store.blobs().quarantine(blob(file), "its bytes are wrong");
    Path aside = shelf.store.root().resolve("quarantine").resolve(file.sha256().hex());

    assertThat(gc().quarantine()).isEqualTo(Amount.NONE);
    assertThat(aside).exists();
    shelf.now = shelf.now.plus(Duration.ofDays(31));
    assertThat(gc().quarantine()).isEqualTo(new Amount(1, file.size()));
    assertThat(aside.getParent()).isEmptyDirectory();
  }

  private Blob blob(HeldFile file) throws IOException {
    return shelf.store.blobs().find(file.sha256()).orElseThrow();
  }

  @Test
  void forgetsMetadataOfWheelsThatThePageListsNoMore() throws IOException {
    HeldFile wheel = shelf.file("gone", "gone bytes");
    Blob metadata = shelf.store.blobs().put("Name: gone".getBytes(UTF_8));
    shelf.catalog.keep(
        shelf.index,
        new HeldMetadata(
            wheel.name(), metadata.digest(), SpecifierSet.ANY, Optional.empty(), wheel.source()));
    shelf.age(LONG);

    assertThat(gc().metadata()).as("no page says anything").isEqualTo(Amount.NONE);
    shelf.catalog.keep(
        shelf.index,
        new HeldPage(
            new ProjectPage(wheel.name().project(), List.of()),
            Shelf.PYPI,
            Instant.EPOCH,
            Optional.empty()));
    Collected collected = gc();
    assertThat(collected.metadata().files()).isOne();
    assertThat(collected.taken().files()).isOne();
  }

  @Test
  void takesNoBytesWhileAnEntryIsDamaged() throws IOException {
    HeldFile file = shelf.hold("file", "file bytes");
    Path entry = shelf.store.root().resolve("indexes");
    try (var files = Files.walk(entry)) {
      Path document =
          files.filter(path -> path.toString().contains(".whl/")).findFirst().orElseThrow();
      Files.writeString(document, "{\"seal\":\"torn");
    }
    shelf.age(LONG);

    Collected collected = shelf.collector().collect(UNLOCKED);
    assertThat(collected.taken()).isEqualTo(Amount.NONE);
    assertThat(collected.damaged()).singleElement().asString().contains("file-1.0");
    assertThat(shelf.blob(file.sha256())).exists();
  }

  @Test
  void refusesAGraceThatIsNone() {
    assertThatThrownBy(() -> new Options(Duration.ofDays(-1), false, Optional.empty(), false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("from 0 to 36500 days");
  }

  // --- what comes back

  @Test
  void bringsBackWhatIsAskedFor() throws IOException {
    HeldFile file = orphan("back");
    gc();
    assertThat(shelf.blob(file.sha256())).doesNotExist();

    assertThat(blob(file).size()).isEqualTo(file.size());
    assertThat(shelf.blob(file.sha256())).exists();
    assertThat(isInTrash(file.sha256())).isFalse();
    assertThat(gc().taken()).as("it counts as new").isEqualTo(Amount.NONE);
  }

  @Test
  void collectsAndBringsBackWhereBlobsAreOnAnotherDisk() throws IOException {
    Path memory = Path.of("/dev/shm");
    assumeThat(memory).exists().isWritable();
    assumeThat(Files.getFileStore(memory)).isNotEqualTo(Files.getFileStore(directory));
    Path disk = Files.createTempDirectory(memory, "airlock-test-");
    try {
      assumeThatCode(() -> Files.createSymbolicLink(shelf.store.root().resolve("blobs"), disk))
          .as("a file system with links")
          .doesNotThrowAnyException();
      HeldFile gone = shelf.put("gone", "gone bytes");
      shelf.now = shelf.now.plus(LONG);
      assertThat(shelf.blob(gone.sha256()).toRealPath()).startsWith(disk);

      assertThat(gc().taken().files()).isEqualTo(2);
      assertThat(isInTrash(gone.sha256())).isTrue();
      assertThat(shelf.blob(gone.sha256())).doesNotExist();

      Blob back = shelf.store.blobs().find(gone.sha256()).orElseThrow();
      assertThat(shelf.blob(gone.sha256())).hasContent("gone bytes");
      assertThat(back.size()).isEqualTo(10);
      assertThat(isInTrash(gone.sha256())).isFalse();

      // What a process left that was killed while it copied.
      Path left = shelf.blob(gone.sha256()).resolveSibling(".tmp-1-a");
      Files.writeString(left, "half");
      Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(LONG)));
      shelf.now = shelf.now.plus(LONG);
      assertThat(shelf.collector().collect(AT_ONCE).leftovers()).isEqualTo(new Amount(1, 4));
      assertThat(left).doesNotExist();
      assertThat(shelf.store.blobs().find(gone.sha256())).isEmpty();
    } finally {
      remove(disk);
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void bringsNothingBackOverWhatIsWrittenAtTheSameMoment() throws Exception {
    assumeTrue(hasHardLinks(), "without hard links a file is brought back in two steps");
    bringBackWhileWriting("old".getBytes(UTF_8), "new".getBytes(UTF_8));
  }

  /** Of a blob the store and the trash have the same bytes, so any file system will do. */
  @Test
  void bringsABlobBackThatIsWrittenAtTheSameMoment() throws Exception {
    byte[] bytes = "what both have".getBytes(UTF_8);
    bringBackWhileWriting(bytes, bytes);
  }

  private void bringBackWhileWriting(byte[] taken, byte[] written) throws Exception {
    Path target = directory.resolve("place/entry");
    try (var threads = Executors.newFixedThreadPool(2)) {
      for (int round = 0; round < 200; round++) {
        String name = "%064x".formatted(round);
        DurableFiles.writeSoon(target, taken);
        assertThat(shelf.store.trash().bag(shelf.now).take(target, name)).isTrue();
        var restoring = threads.submit(() -> shelf.store.trash().restore(name, target));
        var writing =
            threads.submit(() -> {
              DurableFiles.writeSoon(target, written);
              return true;
            });

        assertThat(restoring.get()).isTrue();
        assertThat(writing.get()).isTrue();
        assertThat(target).hasBinaryContent(written);
        Files.delete(target);
      }
    }
  }

  private boolean hasHardLinks() throws IOException {
    Path file = Files.createTempFile(directory, "linked", "");
    Path link = directory.resolve("link");
    try {
      Files.createLink(link, file);
      return Files.deleteIfExists(link);
    } catch (IOException | UnsupportedOperationException noLinks) {
      return false;
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void bringsAnEntryBackThatIsAskedFor() throws IOException {
    HeldFile file = shelf.hold("back", "back bytes");
    shelf.age(LONG);
    shelf.collector().collect(UNLOCKED);
    assertThat(shelf.catalog.files(shelf.index, file.name().project())).isEmpty();

    shelf.catalog.enter(shelf.index, file);
    assertThat(shelf.holds(file)).isTrue();
    assertThat(isInTrash(file.sha256())).isFalse();
  }

  @Test
  void readsFromTheTrashAndWritesNothingWhereNothingMayBeWritten() throws IOException {
    HeldFile file = shelf.hold("back", "back bytes");
    shelf.age(LONG);
    shelf.collector().collect(UNLOCKED);
    try (Store reader = Store.open(shelf.store.root())) {
      try (SeekableByteChannel bytes = reader.blobs().find(file.sha256()).orElseThrow().open()) {
        assertThat(Channels.newInputStream(bytes).readAllBytes())
            .isEqualTo("back bytes".getBytes(UTF_8));
      }
    }
    assertThat(isInTrash(file.sha256())).isTrue();
    assertThat(shelf.blob(file.sha256())).doesNotExist();
  }

  @Test
  void opensABlobThatWasTakenAfterItWasFound() throws IOException {
    HeldFile file = orphan("found");
    Blob found = blob(file);
    gc();

    try (SeekableByteChannel bytes = found.open()) {
      assertThat(bytes.size()).isEqualTo(file.size());
    }
  }

  // --- several processes

  /**
   * A collector that was stopped after it had decided: a sync enters the file meanwhile, then the
   * collector takes it, and a second one empties the trash.
   */
  @Test
  void keepsWhatWasEnteredAfterACollectorHadDecided() throws IOException {
    HeldFile file = orphan("raced");
    Trash.Bag stopped = shelf.store.trash().bag(shelf.now.minus(LONG));
    shelf.catalog.enter(shelf.index, file);
    shelf.publish("p", file);
    // It goes on, into a bag that is old by now.
    assertThat(shelf.store.discard(file.sha256(), stopped, Instant.MAX)).isPresent();

    assertThat(gc().broughtBack()).isEqualTo(new Amount(1, file.size()));
    assertThat(shelf.blob(file.sha256())).exists();
    assertThat(shelf.holds(file)).isTrue();
  }

  /**
   * Whoever names bytes looks for them afterwards: had the collector deleted them just before, they
   * are found missing; had it only listed them, they are out of its reach.
   */
  @Test
  void deletesNothingThatWasFoundAgainAfterItWasListed() throws IOException {
    HeldFile file = orphan("raced");
    Trash.Bag bag = shelf.store.trash().bag(shelf.now.minus(LONG));
    shelf.store.discard(file.sha256(), bag, Instant.MAX);
    assertThat(bag.names()).containsExactly(file.sha256().hex());

    // The collector is stopped here: listed, and not named by anything that it read.
    shelf.catalog.enter(shelf.index, file);
    assertThat(shelf.store.blobs().reuse(file.sha256())).isPresent();
    bag.delete(file.sha256().hex());

    assertThat(shelf.holds(file)).isTrue();
  }

  @Test
  void findsMissingWhatWasDeletedBeforeItWasEntered() throws IOException {
    HeldFile file = orphan("raced");
    Trash.Bag bag = shelf.store.trash().bag(shelf.now);
    shelf.store.discard(file.sha256(), bag, Instant.MAX);
    bag.delete(file.sha256().hex());
    shelf.catalog.enter(shelf.index, file);

    assertThat(shelf.store.blobs().reuse(file.sha256())).isEmpty();
  }

  @Test
  void keepsAFreshCopyWhenAnOldOneIsDeletedFromTheTrash() throws IOException {
    HeldFile file = orphan("twice");
    gc();
    // A sync that did not look into the trash, as one that fetched by another name.
    Path aside = shelf.store.trash().find(file.sha256().hex()).orElseThrow();
    Files.createDirectories(shelf.blob(file.sha256()).getParent());
    Files.copy(aside, shelf.blob(file.sha256()));
    shelf.catalog.enter(shelf.index, file);
    shelf.now = shelf.now.plus(LONG);

    gc();
    assertThat(shelf.holds(file)).isTrue();
    assertThat(isInTrash(file.sha256())).isFalse();
  }

  /**
   * A collector decides on an entry, is stopped, takes it when a preset has it by then, and is
   * killed.
   */
  @Test
  void keepsForAPresetTheFileWhoseEntryACollectorTookLate() throws IOException {
    HeldFile file = shelf.holdWheel("late");
    shelf.publish("p", file);
    assertThat(shelf.catalog.discard(shelf.key(file))).isTrue();

    gc();
    LockedPackage locked =
        Inventory.of(shelf.store).presets().values().iterator().next().lock().packages().getFirst();
    assertThat(shelf.catalog.file(locked, locked.files().getFirst())).contains(file);
  }

  @Test
  void entersAgainWhatAPresetNeedsThatWasPublishedMeanwhile() throws IOException {
    HeldFile file = shelf.hold("late", "late bytes");
    var taken = Inventory.of(shelf.store).entries();
    shelf.publish("p", file);
    shelf.catalog.discard(shelf.key(file));

    Inventory.ofPresets(shelf.store).putBack(taken, Set.of(), shelf.catalog);
    assertThat(shelf.holds(file)).isTrue();
  }

  @Test
  void goesOnInAnotherBagWhenItsOwnWasRemoved() throws IOException {
    HeldFile file = orphan("slow");
    Trash.Bag bag = shelf.store.trash().bag(shelf.now.minus(LONG));
    gc();
    assertThat(shelf.store.trash().bags()).noneMatch(each -> each.begun().equals(bag.begun()));
    shelf.store.blobs().find(file.sha256());

    assertThat(shelf.store.discard(file.sha256(), bag, Instant.MAX)).isPresent();
    assertThat(isInTrash(file.sha256())).isTrue();
    assertThat(bag.begun()).isAfter(shelf.now.minus(LONG));
  }

  @Test
  void takesABlobThatAnotherCollectorTookNoSecondTime() throws IOException {
    HeldFile file = orphan("once");
    Trash.Bag one = shelf.store.trash().bag(shelf.now);
    Trash.Bag other = shelf.store.trash().bag(shelf.now);

    assertThat(shelf.store.discard(file.sha256(), one, Instant.MAX)).hasValue(file.size());
    assertThat(shelf.store.discard(file.sha256(), other, Instant.MAX)).isEmpty();
  }

  @Test
  void leavesABlobThatSomebodyWasAboutToNameSince() throws IOException {
    HeldFile file = orphan("named");
    shelf.store.blobs().reuse(file.sha256());

    Trash.Bag bag = shelf.store.trash().bag(shelf.now);
    assertThat(shelf.store.discard(file.sha256(), bag, shelf.now.minus(Duration.ofHours(1))))
        .isEmpty();
    assertThat(shelf.blob(file.sha256())).exists();
  }

  @Test
  void writesAnEntryThoughItsFolderIsRemovedAsEmpty() throws IOException {
    HeldFile first = shelf.hold("same", "one");
    shelf.catalog.discard(shelf.key(first));
    assertThat(shelf.catalog.projects(shelf.index)).isEmpty();

    HeldFile second = shelf.hold("same", "two");
    assertThat(shelf.catalog.files(shelf.index, second.name().project())).containsExactly(second);
  }

  // --- quota

  @Test
  void evictsTheLeastRecentlyUsedDownToFourFifths() throws IOException {
    HeldFile locked = shelf.hold("locked", "x".repeat(500));
    shelf.publish("p", locked);
    HeldFile[] cached = new HeldFile[10];
    for (int i = 0; i < cached.length; i++) {
      cached[i] = shelf.hold("cached" + i, (char) ('a' + i) + "y".repeat(99));
    }
    shelf.age(LONG);
    for (int i = 0; i < cached.length; i++) {
      shelf.catalog.used(shelf.index, cached[i], shelf.now.minus(Duration.ofHours(40 - i)));
    }

    assertThat(shelf.collector().evict(new Quota(1000)).entries()).isEqualTo(Amount.NONE);
    Collected collected = shelf.collector().evict(new Quota(999));
    assertThat(collected.entries()).isEqualTo(new Amount(3, 300));
    assertThat(collected.deleted().files()).isEqualTo(6);
    assertThat(shelf.holds(locked)).isTrue();
    for (int i = 0; i < cached.length; i++) {
      assertThat(shelf.holds(cached[i])).isEqualTo(i >= 3);
    }
    assertThat(shelf.store.trash().bags()).isEmpty();
  }

  @Test
  void evictsNothingThatIsUsedJustNow() throws IOException {
    HeldFile cached = shelf.hold("cached", "cached bytes");

    shelf.collector().evict(new Quota(0));
    assertThat(shelf.holds(cached)).isTrue();
  }

  // --- what runs need that are under way

  @Test
  void leavesWhatARunNeedsAndCountsItAsLocked() throws IOException {
    HeldFile needed = shelf.hold("needed", "x".repeat(500));
    HeldFile cached = shelf.hold("cached", "y".repeat(100));
    shelf.age(LONG);
    try (Store other = Store.openToWrite(shelf.store.root(), Reserve.NONE);
        Claim claim = other.claim(shelf.clock())) {
      claim.add(needed.sha256());

      assertThat(shelf.collector().evict(new Quota(100)).entries()).isEqualTo(Amount.NONE);
      assertThat(shelf.collector().evict(new Quota(0)).entries()).isEqualTo(new Amount(1, 100));
      assertThat(shelf.collector().collect(UNLOCKED).entries()).isEqualTo(Amount.NONE);
      assertThat(shelf.holds(needed)).isTrue();
      assertThat(shelf.holds(cached)).isFalse();
    }
    assertThat(shelf.collector().evict(new Quota(0)).entries()).isEqualTo(new Amount(1, 500));
    assertThat(shelf.holds(needed)).isFalse();
  }

  @Test
  void leavesBytesWithoutANameThatARunNeedsAndBringsThemBack() throws IOException {
    HeldFile needed = shelf.put("needed", "needed bytes");
    shelf.age(LONG);
    try (Claim claim = shelf.store.claim(shelf.clock())) {
      claim.add(needed.sha256());
      claim.add(needed.metadata().orElseThrow());
      assertThat(shelf.collector().collect(AT_ONCE).deleted()).isEqualTo(Amount.NONE);
      assertThat(shelf.blob(needed.sha256())).exists();
    }
    gc();
    assertThat(isInTrash(needed.sha256())).isTrue();
    shelf.now = shelf.now.plus(LONG);
    try (Claim claim = shelf.store.claim(shelf.clock())) {
      claim.add(needed.sha256());
      Collected collected = gc();
      assertThat(collected.broughtBack().files()).isOne();
      assertThat(collected.deleted().files()).as("its metadata alone").isOne();
      assertThat(shelf.blob(needed.sha256())).exists();
    }
  }

  @Test
  @SuppressWarnings("resource") // its run was killed
  void forgetsTheClaimsOfRunsThatWereKilled() throws IOException {
    HeldFile cached = shelf.hold("cached", "cached bytes");
    shelf.store.claim(shelf.clock()).add(cached.sha256());
    shelf.age(LONG);

    Collected collected = shelf.collector().collect(UNLOCKED);

    assertThat(collected.leftovers()).isEqualTo(new Amount(1, 65));
    assertThat(collected.entries().files()).isOne();
    assertThat(shelf.store.root().resolve("partial/claims")).isEmptyDirectory();
  }

  @Test
  void evictsAFileWhoseBytesALockHasWithoutDeletingThem() throws IOException {
    HeldFile locked = shelf.hold("shared", "shared bytes");
    shelf.publish("p", locked);
    shelf.age(LONG);

    assertThat(shelf.collector().evict(new Quota(0)).entries()).isEqualTo(Amount.NONE);
    assertThat(shelf.holds(locked)).isTrue();
  }

  // --- presets

  @Test
  void removesAPresetAndTheFilesOfNoOther() throws IOException {
    HeldFile own = shelf.hold("own", "own bytes");
    HeldFile shared = shelf.hold("shared", "shared bytes");
    shelf.publish("p", own, shared);
    shelf.publish("q", shared);

    Removal removal = Removal.of(shelf.store, Set.of("p"), false);
    assertThat(removal.removed()).isEqualTo(new Amount(1, own.size()));
    assertThat(removal.shared()).isEqualTo(new Amount(1, shared.size()));
    assertThat(shelf.catalog.presets()).containsExactly("q");
    assertThat(shelf.catalog.projects(shelf.index)).containsExactly(shared.name().project());
    assertThat(shelf.holds(shared)).isTrue();
    shelf.catalog.enter(shelf.index, own);
    assertThat(shelf.holds(own)).as("its bytes are there until they are collected").isTrue();
  }

  @Test
  void keepsTheFilesOfARemovedPresetWhenItIsAskedTo() throws IOException {
    HeldFile own = shelf.hold("own", "own bytes");
    shelf.publish("p", own);

    Removal.of(shelf.store, Set.of("p"), true);
    assertThat(shelf.catalog.files(shelf.index, own.name().project())).containsExactly(own);
  }

  // --- where there is no room

  @Test
  void keepsADirectorySpareForWhenNoOtherCanBeMade() throws IOException {
    assertThat(shelf.store.root().resolve("trash/spare")).isEmptyDirectory();
    assertThat(shelf.store.trash().keepSpare()).isTrue();
  }

  @Test
  void readsNoTimesOfTheFuture() throws IOException {
    HeldFile file = orphan("future");
    Files.setLastModifiedTime(
        shelf.blob(file.sha256()), FileTime.from(shelf.now.plus(Duration.ofDays(400))));

    gc();
    assertThat(shelf.blob(file.sha256())).exists();
  }

  // --- what lies where a file should be

  @Test
  void deletesADirectoryThatWasPutAside() throws IOException {
    HeldFile file = shelf.hold("held", "held bytes");
    Path blob = shelf.blob(file.sha256());
    Files.delete(blob);
    Files.writeString(Files.createDirectory(blob).resolve("inside"), "strange");
    Blob strange = shelf.store.blobs().find(file.sha256()).orElseThrow();
    strange.identity();
    shelf.store.blobs().quarantine(strange, "it is a directory");
    Path aside = directory.resolve("store/quarantine").resolve(file.sha256().hex());
    assertThat(aside).isDirectory();

    assertThat(gc().quarantine()).isEqualTo(Amount.NONE);
    shelf.now = shelf.now.plus(Duration.ofDays(31));
    assertThat(gc().quarantine()).isEqualTo(new Amount(1, 7));
    assertThat(aside).doesNotExist();
  }

  @Test
  void deletesADirectoryInPlaceOfABlobThatNothingNames() throws IOException {
    HeldFile gone = shelf.put("gone", "gone bytes");
    Path blob = shelf.blob(gone.sha256());
    Files.delete(blob);
    Files.writeString(Files.createDirectory(blob).resolve("inside"), "strange");
    shelf.now = shelf.now.plusSeconds(10);

    shelf.collector().collect(AT_ONCE);
    assertThat(shelf.store.blobs().find(gone.sha256())).isEmpty();
    assertThat(shelf.store.trash().bags()).isEmpty();
  }

  @Test
  void doesNotLookIntoFoldersThatAreNotTheStores() throws IOException {
    Path foreign = Files.createDirectory(directory.resolve("store/lost+found"));
    Path theirs = Files.writeString(foreign.resolve(".tmp-1-a"), "theirs");
    Path ours = Files.writeString(directory.resolve("store/indexes/.tmp-1-a"), "ours");
    Path beside = Files.writeString(directory.resolve("store/.tmp-1-a"), "ours");
    shelf.age(LONG);
    Files.setPosixFilePermissions(foreign, Set.of());
    try {
      assertThat(gc().leftovers().files()).isEqualTo(2);
    } finally {
      Files.setPosixFilePermissions(foreign, PosixFilePermissions.fromString("rwx------"));
    }
    assertThat(theirs).exists();
    assertThat(ours).doesNotExist();
    assertThat(beside).doesNotExist();
  }
}
