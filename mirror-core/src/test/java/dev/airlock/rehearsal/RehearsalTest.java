package dev.airlock.rehearsal;

import static dev.airlock.fixtures.Presets.preset;
import static dev.airlock.fixtures.SdistBuilder.sdist;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.FileKey;
import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.IndexKey;
import dev.airlock.digest.Sha256;
import dev.airlock.fetch.Fetcher;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.Presets;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockedPackage;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.preset.PresetSource;
import dev.airlock.progress.ProgressEvent;
import dev.airlock.progress.ProgressListener;
import dev.airlock.rehearsal.Finding.Kind;
import dev.airlock.routing.LocalPlaces;
import dev.airlock.store.Store;
import dev.airlock.sync.Plan;
import dev.airlock.sync.PresetBundle;
import dev.airlock.sync.Sources;
import dev.airlock.sync.Syncer;
import dev.airlock.upstream.FileAccess;
import dev.airlock.upstream.Http;
import dev.airlock.upstream.Indexes;
import dev.airlock.upstream.PipConfig;
import dev.airlock.upstream.Retries;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTest {
  private static final String TARGET = "cp310-manylinux_2_28_x86_64";
  private static final String REMEDY = "run `airlock sync family` where its indexes can be reached";

  @TempDir Path root;

  private FakeIndex pypi;
  private Store store;
  private Catalog catalog;

  @BeforeEach
  void open() throws IOException {
    pypi = FakeIndex.start();
    pypi.add(wheel("app", "1.0").requires("lib[fast]>=1").requires("old"));
    pypi.add(wheel("lib", "1.0").extra("fast").requires("speed; extra == 'fast'").requires("leaf"));
    pypi.add(wheel("leaf", "1.0").padding(5000));
    pypi.add(wheel("speed", "1.0"));
    pypi.add(sdist("old", "1.0").metadataVersion("2.2").requires("leaf").buildRequires("builder"));
    pypi.add(wheel("builder", "1.0").requires("tool"));
    pypi.add(wheel("tool", "1.0"));
    store = Store.openOrCreate(root.resolve("store"));
    catalog = new Catalog(store);
  }

  @AfterEach
  void close() throws IOException {
    store.close();
    pypi.close();
  }

  private Presets family() {
    return preset("family", pypi.simple()).packages("app", "1.0");
  }

  private static PresetBundle bundle(Presets preset) throws Exception {
    return PresetBundle.read(
        new PresetSource("test", "family", preset.json(), Optional.empty(), Optional.empty()));
  }

  private Lock synced(PresetBundle bundle) throws Exception {
    var retries = Retries.DEFAULT;
    try (Http http = Http.of("airlock/test", Map.of(), root, retries);
        var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var access = new FileAccess(http);
      ProgressListener progress = _ -> {};
      InstantSource clock = InstantSource.system();
      var fetcher = new Fetcher(store, catalog, access, retries, clock, progress);
      var syncer = new Syncer(store, catalog, fetcher, access, executor, 4, clock, progress);
      Sources sources =
          Sources.of(bundle.preset(), new Indexes(http), new LocalPlaces(Map.of(), PipConfig.NONE));
      Syncer.Solved solved = syncer.solve(bundle.preset(), sources, Optional.empty());
      Lock lock = syncer.lock(bundle, solved, syncer.plan(solved));
      Plan plan = syncer.plan(lock, sources);
      assertThat(syncer.fetch(lock, plan)).isEmpty();
      assertThat(syncer.publish(bundle, lock, plan)).isEmpty();
      return lock;
    }
  }

  private Verdict rehearsed(PresetBundle bundle, Lock lock) throws IOException {
    return new Rehearsal(store, catalog, bundle.preset(), lock, _ -> {}).run();
  }

  private HeldFile held(String project) throws IOException {
    return catalog.files(IndexKey.of(pypi.simple()), new ProjectName(project)).getFirst();
  }

  private Path blob(Sha256 digest) {
    return root.resolve("store/blobs/sha256")
        .resolve(digest.hex().substring(0, 2))
        .resolve(digest.hex());
  }

  private static Lock without(Lock lock, String project) {
    return new Lock(
        lock.preset(),
        lock.inputs(),
        lock.targets(),
        lock.packages().stream()
            .filter(locked -> !locked.project().value().equals(project))
            .toList());
  }

  @Test
  void holdsAfterASync() throws Exception {
    PresetBundle bundle = bundle(family());
    Lock lock = synced(bundle);
    Verdict verdict = rehearsed(bundle, lock);
    assertThat(verdict.findings()).isEmpty();
    assertThat(verdict.holds()).isTrue();
    assertThat(verdict.files()).isEqualTo(7);
    assertThat(verdict.bytes())
        .isEqualTo(lock.files().stream().mapToLong(file -> file.size()).sum());
    assertThat(verdict.targets()).containsExactly(TARGET);
  }

  @Test
  void asksNobodyAndWritesNothing() throws Exception {
    PresetBundle bundle = bundle(family());
    Lock lock = synced(bundle);
    pypi.close();
    Map<Path, String> before = content();
    assertThat(rehearsed(bundle, lock).holds()).isTrue();
    assertThat(content()).isEqualTo(before);
  }

  private Map<Path, String> content() throws IOException {
    var content = new TreeMap<Path, String>();
    try (var files = Files.walk(root.resolve("store"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        content.put(
            file, FakeIndex.sha256(Files.readAllBytes(file)) + Files.getLastModifiedTime(file));
      }
    }
    return content;
  }

  @Test
  void findsAMissingFile() throws Exception {
    PresetBundle bundle = bundle(family());
    Lock lock = synced(bundle);
    Files.delete(blob(held("leaf").sha256()));
    assertThat(rehearsed(bundle, lock).findings())
        .containsExactly(
            new Finding(
                Kind.MISSING,
                "leaf-1.0-py3-none-any.whl is not held",
                List.of("lib 1.0", "old 1.0"),
                REMEDY));
  }

  @Test
  void findsAnEmptyStore() throws Exception {
    PresetBundle bundle = bundle(family());
    Lock lock = synced(bundle);
    try (Store empty = Store.openOrCreate(root.resolve("empty"))) {
      Verdict verdict =
          new Rehearsal(empty, new Catalog(empty), bundle.preset(), lock, _ -> {}).run();
      assertThat(verdict.findings()).hasSize(7);
      assertThat(verdict.findings()).extracting(Finding::kind).containsOnly(Kind.MISSING);
    }
  }

  @Test
  void findsAFlippedByte() throws Exception {
    PresetBundle bundle = bundle(family());
    Lock lock = synced(bundle);
    Sha256 digest = held("leaf").sha256();
    try (var file = new RandomAccessFile(blob(digest).toFile(), "rw")) {
      file.seek(1000);
      int found = file.read();
      file.seek(1000);
      file.write(found ^ 1);
    }
    assertThat(rehearsed(bundle, lock).findings())
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.kind()).isEqualTo(Kind.DAMAGED);
          assertThat(finding.what())
              .startsWith("leaf-1.0-py3-none-any.whl is damaged: its bytes have the digest ")
              .endsWith(" instead of " + digest);
          assertThat(finding.remedy()).contains("--verify");
        });
  }

  @Test
  void namesWhatTheDiskCannotRead() throws Exception {
    PresetBundle bundle = bundle(family());
    Lock lock = synced(bundle);
    Path leaf = blob(held("leaf").sha256());
    Path speed = blob(held("speed").metadata().orElseThrow());
    for (Path unreadable : List.of(leaf, speed)) {
      Files.delete(unreadable);
      Files.createDirectory(unreadable);
    }
    assertThat(rehearsed(bundle, lock).findings())
        .extracting(Finding::kind, Finding::what)
        .containsExactly(
            tuple(Kind.DAMAGED, "leaf-1.0-py3-none-any.whl cannot be read: Is a directory"),
            tuple(Kind.DAMAGED, "speed-1.0-py3-none-any.whl cannot be read: Is a directory"));
  }

  @Test
  void findsAnEntryOfAnotherSize() throws Exception {
    PresetBundle bundle = bundle(family());
    Lock lock = synced(bundle);
    IndexKey index = IndexKey.of(pypi.simple());
    HeldFile leaf = held("leaf");
    catalog.enter(
        index,
        new HeldFile(
            leaf.name(),
            leaf.sha256(),
            5,
            leaf.metadata(),
            leaf.requiresPython(),
            leaf.uploadTime(),
            leaf.yanked(),
            leaf.source()));
    assertThat(rehearsed(bundle, lock).findings())
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.kind()).isEqualTo(Kind.DAMAGED);
          assertThat(finding.what())
              .startsWith("the entry of leaf-1.0-py3-none-any.whl says 5 bytes");
        });
  }

  @Test
  void findsATruncatedFile() throws Exception {
    PresetBundle bundle = bundle(family());
    Lock lock = synced(bundle);
    try (var file = new RandomAccessFile(blob(held("leaf").sha256()).toFile(), "rw")) {
      file.setLength(100);
    }
    assertThat(rehearsed(bundle, lock).findings())
        .extracting(Finding::kind)
        .containsExactly(Kind.DAMAGED);
  }

  @Test
  void findsMissingMetadata() throws Exception {
    PresetBundle bundle = bundle(family());
    Lock lock = synced(bundle);
    Files.delete(blob(held("leaf").metadata().orElseThrow()));
    assertThat(rehearsed(bundle, lock).findings())
        .containsExactly(
            new Finding(
                Kind.MISSING,
                "leaf-1.0-py3-none-any.whl.metadata is not held",
                List.of("lib 1.0", "old 1.0"),
                REMEDY));
  }

  @Test
  void findsEditedMetadata() throws Exception {
    PresetBundle bundle = bundle(family());
    Lock lock = synced(bundle);
    Files.writeString(blob(held("leaf").metadata().orElseThrow()), "Name: leaf\nVersion: 1.0\n");
    assertThat(rehearsed(bundle, lock).findings())
        .extracting(Finding::kind, Finding::what)
        .containsExactly(
            tuple(
                Kind.DAMAGED,
                "what is held of the metadata of leaf-1.0-py3-none-any.whl is not what stands in"
                    + " the wheel"));
  }

  @Test
  void findsMetadataOfAnotherWheel() throws Exception {
    PresetBundle bundle = bundle(family());
    Lock lock = synced(bundle);
    HeldFile leaf = held("leaf");
    Sha256 other = store.blobs().put("Name: leaf\nVersion: 1.0\n".getBytes(UTF_8)).digest();
    catalog.enter(
        IndexKey.of(pypi.simple()),
        new HeldFile(
            leaf.name(),
            leaf.sha256(),
            leaf.size(),
            Optional.of(other),
            leaf.requiresPython(),
            leaf.uploadTime(),
            leaf.yanked(),
            leaf.source()));
    assertThat(rehearsed(bundle, lock).findings())
        .extracting(Finding::what)
        .containsExactly(
            "what is held of the metadata of leaf-1.0-py3-none-any.whl is not what stands in the"
                + " wheel");
  }

  @Test
  void countsNoOtherFileOfTheSameNameForTheLockedOne() throws Exception {
    PresetBundle bundle = bundle(family());
    Lock lock = synced(bundle);
    HeldFile leaf = held("leaf");
    Sha256 other = store.blobs().put(wheel("leaf", "1.0").build()).digest();
    catalog.enter(
        IndexKey.of(pypi.simple()),
        new HeldFile(
            leaf.name(),
            other,
            leaf.size(),
            leaf.metadata(),
            leaf.requiresPython(),
            leaf.uploadTime(),
            leaf.yanked(),
            leaf.source()));
    assertThat(rehearsed(bundle, lock).holds()).isTrue();

    catalog.discard(FileKey.of(IndexKey.of(pypi.simple()), leaf));
    assertThat(rehearsed(bundle, lock).holds()).as("its bytes and its lock tell enough").isTrue();
    Files.delete(blob(leaf.sha256()));
    assertThat(rehearsed(bundle, lock).findings())
        .extracting(Finding::what)
        .containsExactly("leaf-1.0-py3-none-any.whl is not held");
  }

  @Test
  void findsADependencyThatTheLockLacks() throws Exception {
    PresetBundle bundle = bundle(family());
    Lock lock = without(synced(bundle), "leaf");
    assertThat(rehearsed(bundle, lock).findings())
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.kind()).isEqualTo(Kind.UNSOLVABLE);
          assertThat(finding.what())
              .startsWith("for " + TARGET + ": ")
              .contains("leaf")
              .contains("the store holds nothing of it for this preset");
          assertThat(finding.remedy()).isEqualTo("the lock is out of date: " + REMEDY);
        });
  }

  @Test
  void findsADependencyOfAnExtraThatTheLockLacks() throws Exception {
    PresetBundle bundle = bundle(family());
    assertThat(rehearsed(bundle, without(synced(bundle), "speed")).findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.what()).contains("speed"));
  }

  @Test
  void findsABuildRequirementThatTheLockLacks() throws Exception {
    PresetBundle bundle = bundle(family());
    assertThat(rehearsed(bundle, without(synced(bundle), "builder")).findings())
        .singleElement()
        .satisfies(
            finding -> assertThat(finding.what()).contains("builder").contains("old-1.0.tar.gz"));
  }

  @Test
  void findsARequirementOfABuildRequirementThatTheLockLacks() throws Exception {
    PresetBundle bundle = bundle(family());
    assertThat(rehearsed(bundle, without(synced(bundle), "tool")).findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.what()).contains("tool"));
  }

  @Test
  void findsABuildRequirementThatIsGone() throws Exception {
    PresetBundle bundle = bundle(family());
    Lock lock = synced(bundle);
    Files.delete(blob(held("tool").sha256()));
    assertThat(rehearsed(bundle, lock).findings())
        .containsExactly(
            new Finding(
                Kind.MISSING,
                "tool-1.0-py3-none-any.whl is not held",
                List.of("builder 1.0"),
                REMEDY));
  }

  @Test
  void findsWhatAChangedPresetWants() throws Exception {
    Lock lock = synced(bundle(family()));
    PresetBundle changed =
        bundle(preset("family", pypi.simple()).packages("app", "1.0", "new", "1"));
    assertThat(rehearsed(changed, lock).findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.what()).contains("new").contains("packages"));
  }

  @Test
  void findsTheTargetForWhichALockedFileDoesNotFit() throws Exception {
    Lock lock = synced(bundle(family()));
    PresetBundle bundle = bundle(family().also("3.13", "win_amd64"));
    Verdict verdict = rehearsed(bundle, lock);
    assertThat(verdict.findings())
        .singleElement()
        .satisfies(finding ->
            assertThat(finding.what())
                .startsWith(
                    "for cp313-win_amd64 an install would take what the lock has for other targets"
                        + " only: "));
  }

  @Test
  void looksAtEveryTargetByItself() throws Exception {
    pypi.add(wheel("app", "1.0").requires("lib").requires("winonly; sys_platform == 'win32'"));
    pypi.add(wheel("winonly", "1.0"));
    PresetBundle bundle = bundle(family().also("3.12", "win_amd64"));
    Lock lock = synced(bundle);
    assertThat(rehearsed(bundle, lock).holds()).isTrue();
    assertThat(lock.of(new ProjectName("winonly")))
        .extracting(LockedPackage::targets)
        .containsExactly(List.of("cp312-win_amd64"));
    assertThat(rehearsed(bundle, without(lock, "winonly")).findings())
        .singleElement()
        .satisfies(finding -> assertThat(finding.what()).startsWith("for cp312-win_amd64: "));
  }

  @Test
  void countsAFileOnceThatIsInstalledHereAndBuildsThere() throws Exception {
    pypi.add(wheel("fast", "1.0").tags("cp310-cp310-linux_x86_64").requires("builder"));
    pypi.add(sdist("fast", "1.0").metadataVersion("2.2").buildRequires("builder"));
    PresetBundle bundle =
        bundle(preset("family", pypi.simple()).packages("fast", "1.0").also("3.12", "win_amd64"));
    Lock lock = synced(bundle);
    assertThat(lock.of(new ProjectName("builder"))).hasSize(2);
    Verdict verdict = rehearsed(bundle, lock);
    assertThat(verdict.findings()).isEmpty();
    assertThat(verdict.files()).isEqualTo(4);
  }

  @Test
  void tellsProgressOfEachFile() throws Exception {
    PresetBundle bundle = bundle(family());
    Lock lock = synced(bundle);
    List<ProgressEvent> events = Collections.synchronizedList(new ArrayList<>());
    Verdict verdict = new Rehearsal(store, catalog, bundle.preset(), lock, events::add).run();
    assertThat(events.getFirst()).isEqualTo(new ProgressEvent.Planned(7, verdict.bytes(), 0, 0));
    assertThat(events.stream().filter(ProgressEvent.Finished.class::isInstance)).hasSize(7);
  }
}
