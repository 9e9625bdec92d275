package dev.airlock.sync;

import static dev.airlock.fixtures.Answer.page;
import static dev.airlock.fixtures.Answer.status;
import static dev.airlock.fixtures.Presets.preset;
import static dev.airlock.fixtures.SdistBuilder.sdist;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.HeldPreset;
import dev.airlock.catalog.IndexKey;
import dev.airlock.digest.Algorithm;
import dev.airlock.digest.Hasher;
import dev.airlock.digest.Sha256;
import dev.airlock.fetch.Fetcher;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.Presets;
import dev.airlock.fixtures.WheelBuilder;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockReader;
import dev.airlock.lock.LockWriter;
import dev.airlock.lock.LockedFile;
import dev.airlock.lock.LockedPackage;
import dev.airlock.lock.MalformedLockException;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.preset.InvalidPresetException;
import dev.airlock.preset.PresetSource;
import dev.airlock.progress.ProgressEvent;
import dev.airlock.resolve.NoSolutionException;
import dev.airlock.routing.LocalPlaces;
import dev.airlock.store.CorruptContentException;
import dev.airlock.store.Store;
import dev.airlock.upstream.FileAccess;
import dev.airlock.upstream.Http;
import dev.airlock.upstream.Indexes;
import dev.airlock.upstream.PipConfig;
import dev.airlock.upstream.Retries;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyncTest {
  @TempDir Path directory;

  private FakeIndex pypi;
  private FakeIndex torch;

  @BeforeEach
  void start() throws IOException {
    pypi = FakeIndex.start();
    torch = FakeIndex.start();
  }

  @AfterEach
  void stop() {
    pypi.close();
    torch.close();
  }

  /** A machine with a store of its own. */
  private final class Machine implements Closeable {
    private final Retries retries =
        new Retries(2, Duration.ofMillis(1), Duration.ofMillis(1), _ -> {});
    private final Path root;
    private final Http http;
    private final Store store;
    private final Catalog catalog;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Syncer syncer;
    private final List<ProgressEvent> events = Collections.synchronizedList(new ArrayList<>());
    private InstantSource clock = InstantSource.fixed(Instant.EPOCH);
    private Consumer<ProgressEvent> listener = _ -> {};
    private Map<String, URI> replaced = Map.of();
    private PipConfig pip = PipConfig.NONE;

    Machine(String name) throws IOException {
      root = directory.resolve(name);
      http = Http.of("airlock/test", Map.of(), directory, retries);
      store = Store.openOrCreate(root);
      catalog = new Catalog(store);
      var access = new FileAccess(http);
      InstantSource now = () -> clock.instant();
      var fetcher = new Fetcher(store, catalog, access, retries, now, this::tell);
      syncer = new Syncer(store, catalog, fetcher, access, executor, 4, now, this::tell);
    }

    private void tell(ProgressEvent event) {
      events.add(event);
      listener.accept(event);
    }

    Sources sources(PresetBundle bundle) throws IOException, UnknownIndexException {
      return Sources.of(bundle.preset(), new Indexes(http), new LocalPlaces(replaced, pip));
    }

    Syncer.Solved solve(PresetBundle bundle, Optional<Lock> earlier)
        throws IOException, NoSolutionException, UnknownIndexException {
      return syncer.solve(bundle.preset(), sources(bundle), earlier);
    }

    Lock lock(PresetBundle bundle)
        throws IOException, NoSolutionException, UnknownIndexException, IncompleteException {
      return lock(bundle, Optional.empty());
    }

    Lock lock(PresetBundle bundle, Optional<Lock> earlier)
        throws IOException, NoSolutionException, UnknownIndexException, IncompleteException {
      Syncer.Solved solved = solve(bundle, earlier);
      return syncer.lock(bundle, solved, syncer.plan(solved));
    }

    Plan plan(PresetBundle bundle, Lock lock) throws IOException, UnknownIndexException {
      return syncer.plan(lock, sources(bundle));
    }

    List<SyncReport.Failure> fetch(PresetBundle bundle, Lock lock)
        throws IOException, UnknownIndexException {
      Plan plan = plan(bundle, lock);
      List<SyncReport.Failure> failures = syncer.fetch(lock, plan);
      return failures.isEmpty() ? syncer.publish(bundle, lock, plan) : failures;
    }

    Path blob(String filename) throws IOException {
      Sha256 digest =
          catalog.files(IndexKey.of(pypi.simple()), new ProjectName("leaf")).stream()
              .filter(file -> file.name().text().equals(filename))
              .findFirst()
              .orElseThrow()
              .sha256();
      return root.resolve("blobs/sha256")
          .resolve(digest.hex().substring(0, 2))
          .resolve(digest.hex());
    }

    /**
     * The files of the store with their bytes, apart from pages: which of them are there besides
     * those needed depends on how far ahead was asked.
     */
    Map<String, String> content() throws IOException {
      Map<String, String> content = new TreeMap<>();
      try (var files = Files.walk(root)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          content.put(root.relativize(file).toString(), FakeIndex.sha256(Files.readAllBytes(file)));
        }
      }
      content.remove("partial/locks");
      content.keySet().removeIf(file -> file.contains("/pages/"));
      return content;
    }

    @Override
    public void close() throws IOException {
      executor.shutdownNow();
      executor.close();
      http.close();
      store.close();
    }
  }

  private static PresetBundle bundle(Presets preset) throws InvalidPresetException {
    String json = preset.json();
    String name = json.split("\"name\": \"", 2)[1].split("\"", 2)[0];
    return PresetBundle.read(
        new PresetSource("test", name, json, Optional.empty(), Optional.empty()));
  }

  private static List<String> names(Lock lock) {
    return lock.packages().stream()
        .map(locked -> locked.project() + " " + locked.version())
        .toList();
  }

  private void addFamily() {
    pypi.add(wheel("app", "1.0").requires("lib>=1").requires("torch"));
    pypi.add(wheel("lib", "1.0"));
    pypi.add(wheel("lib", "2.0").requires("leaf ; python_version >= '3.8'"));
    pypi.add(wheel("leaf", "0.1").padding(50_000));
    pypi.add(wheel("torch", "9.9"));
    torch.add(wheel("torch", "2.1.0+cu118").tags("cp310-cp310-linux_x86_64"));
  }

  private PresetBundle family() throws InvalidPresetException {
    return bundle(
        preset("family", pypi.simple())
            .index("pytorch", torch.simple(), "torch")
            .packages("app", "1.0"));
  }

  // --- solving and locking

  @Test
  void locksTheClosureWithEachProjectFromItsIndex() throws Exception {
    addFamily();
    try (var machine = new Machine("a")) {
      Lock lock = machine.lock(family());
      assertThat(names(lock))
          .containsExactly("app 1.0", "leaf 0.1", "lib 2.0", "torch 2.1.0+cu118");
      assertThat(lock.of(new ProjectName("torch")).getFirst().index()).isEqualTo(torch.simple());
      assertThat(pypi.requests("torch")).isEmpty();
      assertThat(lock.wantedBy(new ProjectName("leaf"))).containsExactly("lib 2.0");
    }
  }

  @Test
  void fetchesNothingToSolve() throws Exception {
    addFamily();
    try (var machine = new Machine("a")) {
      PresetBundle bundle = family();
      Syncer.Solved solved = machine.solve(bundle, Optional.empty());
      Plan plan = machine.syncer.plan(solved);
      assertThat(plan.missing()).hasSize(4);
      assertThat(plan.missingBytes()).isGreaterThan(50_000);
      assertThat(machine.store.blobs().list()).isEmpty();
    }
  }

  @Test
  void fetchesWhatHasNoDigestToLockIt() throws Exception {
    pypi.add(wheel("lib", "1.0")).withoutDigest();
    pypi.add(wheel("leaf", "1.0"));
    PresetBundle bundle = bundle(preset("p", pypi.simple()).packages("lib", "1.0", "leaf", "1.0"));
    try (var machine = new Machine("a")) {
      Lock lock = machine.lock(bundle);
      assertThat(lock.of(new ProjectName("lib")).getFirst().wheels().getFirst().sha256().hex())
          .isEqualTo(FakeIndex.sha256(wheel("lib", "1.0").build()));
      assertThat(machine.plan(bundle, lock).missing()).hasSize(1);
    }
  }

  @Test
  void keepsTheVersionsOfAnEarlierLockWhereTheyFit() throws Exception {
    addFamily();
    try (var machine = new Machine("a")) {
      Lock lock = machine.lock(family());
      pypi.add(wheel("lib", "3.0"));
      assertThat(names(machine.lock(family(), Optional.of(lock)))).contains("lib 2.0");
      assertThat(names(machine.lock(family()))).contains("lib 3.0");
    }
  }

  @Test
  void writesTheSameLockAndStoreOnEveryMachine() throws Exception {
    addFamily();
    pypi.add(sdist("old", "1.0").metadataVersion("2.2").buildRequires("setuptools"));
    pypi.add(wheel("setuptools", "60.0"));
    PresetBundle bundle =
        bundle(
            preset("family", pypi.simple())
                .index("pytorch", torch.simple(), "torch")
                .also("3.12", "manylinux_2_35_aarch64")
                .packages("app", "1.0", "old", "1.0"));
    torch.add(wheel("torch", "2.1.0+cpu").tags("cp312-cp312-manylinux_2_17_aarch64"));
    try (var one = new Machine("one");
        var other = new Machine("other")) {
      Lock first = one.lock(bundle);
      Lock second = other.lock(bundle);
      assertThat(LockWriter.write(second)).isEqualTo(LockWriter.write(first));
      assertThat(one.fetch(bundle, first)).isEmpty();
      assertThat(other.fetch(bundle, second)).isEmpty();
      assertThat(other.content()).isEqualTo(one.content());
    }
  }

  @Test
  void takesTheSameVersionForAllTargetsWhereTheyAllowIt() throws Exception {
    pypi.add(wheel("app", "1.0").requires("fast").requires("lib"));
    pypi.add(wheel("fast", "2.0").tags("cp312-cp312-manylinux_2_17_x86_64").requires("helper"));
    pypi.add(wheel("fast", "1.0"));
    pypi.add(wheel("helper", "1.0"));
    pypi.add(wheel("lib", "2.0").requires("only-new; python_version >= '3.12'"));
    pypi.add(wheel("lib", "1.0"));
    pypi.add(wheel("only-new", "1.0").tags("cp312-none-any"));
    Presets preset = preset("p", pypi.simple()).packages("app", "1.0");
    try (var machine = new Machine("a")) {
      Lock oldFirst = machine.lock(bundle(preset.also("3.12", "manylinux_2_28_x86_64")));
      assertThat(names(oldFirst)).containsExactly("app 1.0", "fast 1.0", "lib 2.0", "only-new 1.0");
    }
    String json = preset.json();
    String newFirst = json.replace("3.12", "x").replace("3.10", "3.12").replace("x\"", "3.10\"");
    PresetBundle bundle =
        PresetBundle.read(
            new PresetSource("test", "p", newFirst, Optional.empty(), Optional.empty()));
    try (var machine = new Machine("b")) {
      assertThat(names(machine.lock(bundle)))
          .containsExactly("app 1.0", "fast 1.0", "lib 2.0", "only-new 1.0");
    }
  }

  @Test
  void takesAVersionThatFitsAllTargetsThoughEachCouldHaveANewerOne() throws Exception {
    pypi.add(wheel("lib", "3.0").tags("cp312-none-any"));
    pypi.add(wheel("lib", "2.0").tags("cp310-none-any"));
    pypi.add(wheel("lib", "1.5"));
    pypi.add(wheel("lib", "1.0"));
    PresetBundle bundle =
        bundle(
            preset("p", pypi.simple())
                .also("3.12", "manylinux_2_28_x86_64")
                .packages("lib", ">=1"));
    try (var machine = new Machine("a")) {
      assertThat(names(machine.lock(bundle))).containsExactly("lib 1.5");
    }
  }

  @Test
  void keepsNoVersionThatAnInstallWouldNotTake() throws Exception {
    pypi.add(wheel("lib", "1.0").tags("cp310-none-any"));
    pypi.add(wheel("lib", "2.0"));
    Presets both =
        preset("p", pypi.simple()).also("3.12", "manylinux_2_28_x86_64").packages("lib", ">=1");
    PresetBundle one = bundle(preset("p", pypi.simple()).packages("lib", "<2"));
    try (var machine = new Machine("a")) {
      Lock earlier = machine.lock(one);
      assertThat(names(earlier)).containsExactly("lib 1.0");
      Lock lock = machine.lock(bundle(both), Optional.of(earlier));
      assertThat(names(lock)).containsExactly("lib 2.0");
    }
  }

  @Test
  void keepsTheEarlierVersionsOfEachTarget() throws Exception {
    pypi.add(wheel("lib", "2.0").tags("cp312-none-any"));
    pypi.add(wheel("lib", "1.0").tags("cp310-none-any"));
    PresetBundle bundle =
        bundle(
            preset("p", pypi.simple())
                .also("3.12", "manylinux_2_28_x86_64")
                .packages("lib", ">=1"));
    try (var machine = new Machine("a")) {
      Lock lock = machine.lock(bundle);
      assertThat(names(lock)).containsExactly("lib 1.0", "lib 2.0");
      pypi.add(wheel("lib", "3.0"));
      assertThat(names(machine.lock(bundle, Optional.of(lock)))).isEqualTo(names(lock));
      assertThat(names(machine.lock(bundle))).containsExactly("lib 3.0");
    }
  }

  @Test
  void readsTheLockThatItWrites() throws Exception {
    addFamily();
    try (var machine = new Machine("a")) {
      Lock lock = machine.lock(family());
      assertThat(LockReader.read(LockWriter.write(lock))).isEqualTo(lock);
    }
  }

  @Test
  void locksEachTargetWithItsMarkersAndTags() throws Exception {
    pypi.add(wheel("app", "1.0").requires("old; python_version < '3.11'").requires("fast"));
    pypi.add(wheel("old", "1.0"));
    pypi.add(wheel("fast", "1.0").tags("cp310-cp310-manylinux_2_17_x86_64"));
    pypi.add(wheel("fast", "1.0").tags("cp312-cp312-macosx_11_0_arm64"));
    PresetBundle bundle =
        bundle(preset("p", pypi.simple()).also("3.12", "macosx_14_0_arm64").packages("app", "1.0"));
    try (var machine = new Machine("a")) {
      Lock lock = machine.lock(bundle);
      LockedPackage old = lock.of(new ProjectName("old")).getFirst();
      assertThat(old.targets()).containsExactly("cp310-manylinux_2_28_x86_64");
      LockedPackage fast = lock.of(new ProjectName("fast")).getFirst();
      assertThat(fast.targets()).hasSize(2);
      assertThat(fast.wheels())
          .extracting(wheel -> wheel.name().text())
          .containsExactly(
              "fast-1.0-cp310-cp310-manylinux_2_17_x86_64.whl",
              "fast-1.0-cp312-cp312-macosx_11_0_arm64.whl");
      assertThat(machine.fetch(bundle, lock)).isEmpty();
    }
  }

  @Test
  void saysWhoWantsWhatNoIndexHas() throws Exception {
    pypi.add(wheel("app", "1.0").requires("absent"));
    PresetBundle bundle = bundle(preset("p", pypi.simple()).packages("app", "1.0"));
    try (var machine = new Machine("a")) {
      assertThatThrownBy(() -> machine.lock(bundle))
          .isInstanceOf(NoSolutionException.class)
          .hasMessageContaining("absent")
          .hasMessageContaining("app")
          .hasMessageContaining("the index 'pypi' does not have it: " + pypi.simple());
    }
  }

  @Test
  void doesNotTakeAProjectFromElsewhereWhenItsIndexIsDown() throws Exception {
    addFamily();
    torch.next("torch", status(503), status(503), status(503));
    try (var machine = new Machine("a")) {
      assertThatThrownBy(() -> machine.lock(family()))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "app 1.0 requires torch, but "
                  + torch.at("/simple/torch/")
                  + " answered with the status 503");
      assertThat(pypi.requests("torch")).isEmpty();
    }
  }

  @Test
  void stopsAtAnSdistWhoseBytesAreNotThoseOfItsIndex() throws Exception {
    pypi.add(sdist("old", "1.0")).digest("sha256", "0".repeat(64));
    PresetBundle bundle = bundle(preset("p", pypi.simple()).packages("old", "1.0"));
    try (var machine = new Machine("a")) {
      assertThatThrownBy(() -> machine.lock(bundle))
          .hasRootCauseInstanceOf(CorruptContentException.class)
          .hasMessageStartingWith(
              "old 1.0, wanted by the preset (packages.old): "
                  + pypi.file("old-1.0.tar.gz")
                  + " is not what its index states");
    }
  }

  // --- hashes that no index states

  private static PresetBundle hashed(Presets preset, String lines) throws InvalidPresetException {
    return PresetBundle.read(
        new PresetSource(
            "test",
            "p",
            preset.key("requirements", "\"requirements.txt\"").json(),
            Optional.of(lines + "\n"),
            Optional.empty()));
  }

  private static String hash(String algorithm, byte[] bytes) {
    Algorithm known = Algorithm.named(algorithm).orElseThrow();
    var hasher = new Hasher(known);
    hasher.update(bytes, 0, bytes.length);
    return " --hash=" + algorithm + ":" + hasher.digest(known).hex();
  }

  @Test
  void hashesTheFilesOfAPinnedVersionWhoseIndexStatesNoDigest() throws Exception {
    WheelBuilder wanted = wheel("app", "1.0");
    pypi.add(wanted).withoutDigest();
    pypi.add(wheel("app", "1.0").tags("cp312-cp312-win_amd64")).withoutDigest();
    pypi.add(wheel("app", "2.0")).withoutDigest();
    for (String algorithm : List.of("sha256", "sha384", "sha512")) {
      pypi.forget();
      PresetBundle bundle =
          hashed(preset("p", pypi.simple()), "app==1.0" + hash(algorithm, wanted.build()));
      try (var machine = new Machine(algorithm)) {
        Lock lock = machine.lock(bundle);
        assertThat(lock.files())
            .extracting(LockedFile::sha256)
            .containsExactly(Sha256.of(wanted.build()));
        assertThat(machine.fetch(bundle, lock)).isEmpty();
        assertThat(pypi.fileGets()).isEqualTo(1);
      }
    }
  }

  @Test
  void takesTheFileThatHasTheHashOfSeveralWithoutADigest() throws Exception {
    WheelBuilder wanted = wheel("app", "1.0");
    pypi.add(wanted).withoutDigest();
    pypi.add(wheel("app", "1.0").tags("cp310-cp310-linux_x86_64")).withoutDigest();
    PresetBundle bundle =
        hashed(preset("p", pypi.simple()), "app==1.0" + hash("sha256", wanted.build()));
    try (var machine = new Machine("a")) {
      assertThat(machine.lock(bundle).files())
          .extracting(file -> file.name().text())
          .containsExactly(wanted.filename());
    }
  }

  @Test
  void hashesNothingWhereTheIndexStatesTheHashOfAnotherFileThatFits() throws Exception {
    WheelBuilder wanted = wheel("app", "1.0");
    pypi.add(wanted);
    pypi.add(wheel("app", "1.0").tags("cp310-cp310-linux_x86_64")).withoutDigest();
    PresetBundle bundle =
        hashed(preset("p", pypi.simple()), "app==1.0" + hash("sha256", wanted.build()));
    try (var machine = new Machine("a")) {
      assertThat(machine.solve(bundle, Optional.empty()).closures()).hasSize(1);
      assertThat(pypi.requests("app-1.0-cp310-cp310-linux_x86_64.whl")).isEmpty();
    }
  }

  @Test
  void saysWhatAFileHashedToThatIsPassedOver() throws Exception {
    WheelBuilder other = wheel("app", "1.0");
    pypi.add(other).withoutDigest();
    PresetBundle bundle =
        hashed(preset("p", pypi.simple()), "app==1.0 --hash=sha512:" + "0".repeat(128));
    try (var machine = new Machine("a")) {
      assertThatThrownBy(() -> machine.lock(bundle))
          .isInstanceOf(NoSolutionException.class)
          .hasMessageContaining(
              "it has files with other hashes than requirements.txt line 1 gives ("
                  + other.filename()
                  + " has"
                  + hash("sha512", other.build()).replace("--hash=", "")
                  + ")");
    }
  }

  // --- indexes

  @Test
  void keepsTheIdentityOfAnIndexWhoseAddressIsReplaced() throws Exception {
    addFamily();
    URI declared = URI.create("https://download.pytorch.example/whl/cu118");
    PresetBundle bundle =
        bundle(
            preset("family", pypi.simple())
                .index("pytorch", declared, "torch")
                .packages("app", "1.0"));
    try (var machine = new Machine("a")) {
      machine.replaced = Map.of("pytorch", torch.simple());
      Lock lock = machine.lock(bundle);
      assertThat(lock.of(new ProjectName("torch")).getFirst().index()).isEqualTo(declared);
      assertThat(machine.fetch(bundle, lock)).isEmpty();
      IndexKey key = IndexKey.of(declared);
      assertThat(machine.catalog.files(key, new ProjectName("torch"))).hasSize(1);
      assertThat(machine.catalog.address(key)).contains(declared);
      assertThat(machine.catalog.indexes()).hasSize(2);
    }
  }

  @Test
  void knowsNoOtherIndexToReplace() throws Exception {
    PresetBundle bundle = family();
    try (var machine = new Machine("a")) {
      machine.replaced = Map.of("torch", torch.simple());
      assertThatThrownBy(() -> machine.sources(bundle))
          .isInstanceOf(UnknownIndexException.class)
          .hasMessage(
              "--index torch=…: the preset family has no index of this name; it has [pypi,"
                  + " pytorch]");
    }
  }

  @Test
  void asksWherePipWouldForWhatNoIndexClaims() throws Exception {
    addFamily();
    URI declared = URI.create("https://pypi.example/simple/");
    Path wheels = Files.createDirectory(directory.resolve("wheels"));
    Files.write(wheels.resolve(wheel("leaf", "0.2").filename()), wheel("leaf", "0.2").build());
    PresetBundle bundle =
        bundle(
            preset("family", declared)
                .index("pytorch", torch.simple(), "torch")
                .packages("app", "1.0"));
    try (var machine = new Machine("a")) {
      machine.pip =
          new PipConfig(Optional.of(pypi.simple()), List.of(), List.of(wheels.toUri()), false);
      Syncer.Solved solved = machine.solve(bundle, Optional.empty());
      assertThat(solved.origins())
          .containsEntry(new ProjectName("leaf"), wheels.toUri())
          .containsEntry(new ProjectName("lib"), pypi.simple())
          .containsEntry(new ProjectName("torch"), torch.simple());
      Lock lock = machine.lock(bundle);
      assertThat(names(lock)).contains("leaf 0.2");
      assertThat(lock.of(new ProjectName("leaf")).getFirst().index()).isEqualTo(wheels.toUri());
      assertThat(lock.of(new ProjectName("lib")).getFirst().index()).isEqualTo(declared);
      assertThat(lock.search()).containsExactly(wheels.toUri(), declared);
      assertThat(machine.fetch(bundle, lock)).isEmpty();
    }
  }

  // --- indexes that are searched

  /** A preset that looks for everything in one index before the default. */
  private PresetBundle searching(String... packages) throws InvalidPresetException {
    return bundle(
        preset("both", pypi.simple()).searched("more", torch.simple()).packages(packages));
  }

  @Test
  void takesAProjectFromTheFirstIndexThatHasIt() throws Exception {
    pypi.add(wheel("app", "1.0").requires("lib"));
    pypi.add(wheel("lib", "2.0"));
    torch.add(wheel("lib", "1.0"));
    try (var machine = new Machine("a")) {
      Lock lock = machine.lock(searching("app", "1.0"));
      assertThat(names(lock)).containsExactly("app 1.0", "lib 1.0");
      assertThat(lock.of(new ProjectName("app")).getFirst().index()).isEqualTo(pypi.simple());
      assertThat(lock.of(new ProjectName("lib")).getFirst().index()).isEqualTo(torch.simple());
      assertThat(lock.search()).containsExactly(torch.simple(), pypi.simple());
      assertThat(pypi.requests("lib")).isEmpty();
      assertThat(machine.fetch(searching("app", "1.0"), lock)).isEmpty();
      HeldFile lib =
          machine.catalog.files(IndexKey.of(torch.simple()), new ProjectName("lib")).getFirst();
      assertThat(lib.place()).contains(torch.simple());
      assertThat(machine.catalog.projects(IndexKey.of(pypi.simple())))
          .containsExactly(new ProjectName("app"));
    }
  }

  @Test
  void asksTheIndexOfTheLockAndSearchesForNothing() throws Exception {
    pypi.add(wheel("lib", "1.0"));
    try (var machine = new Machine("a")) {
      PresetBundle bundle = searching("lib", "1.0");
      Lock lock = machine.lock(bundle);
      torch.add(wheel("lib", "1.0").requires("other"));
      torch.forget();
      assertThat(machine.fetch(bundle, lock)).isEmpty();
      assertThat(torch.requests()).isEmpty();
    }
  }

  @Test
  void takesNothingFromTheNextIndexWhereOneRefuses() throws Exception {
    pypi.add(wheel("internal", "99.0"));
    torch.add(wheel("internal", "1.0"));
    try (var machine = new Machine("a")) {
      PresetBundle bundle = searching("internal", ">=1");
      Lock lock = machine.lock(bundle);
      torch.next("internal", status(403), status(403));
      assertThatThrownBy(() -> machine.solve(bundle, Optional.of(lock)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(torch.at("/simple/internal/") + ": it answered with the status 403")
          .hasMessageContaining("~/.netrc")
          .hasMessageContaining("forbidden_means_absent");
      assertThat(pypi.requests("internal")).isEmpty();
    }
  }

  @Test
  void takesNothingFromTheNextIndexThoughItsHostIsKnownToRefuseWhatItHasNot() throws Exception {
    pypi.add(wheel("internal", "99.0"));
    PresetBundle bundle =
        bundle(
            preset("both", pypi.simple())
                .searched("more", torch.simple())
                .list("forbidden_means_absent", "127.0.0.1:" + torch.port())
                .packages("internal", ">=1"));
    try (var machine = new Machine("a")) {
      torch.next("internal", status(403), status(403));
      assertThatThrownBy(() -> machine.lock(bundle))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("which may be a refusal")
          .hasMessageContaining("Say which index it comes from, under `projects`");
      assertThat(pypi.requests("internal")).isEmpty();
    }
    try (var machine = new Machine("b")) {
      torch.next("simple", page("text/html", "<a href='other/'>other</a>"));
      Lock lock = machine.lock(bundle);
      assertThat(lock.of(new ProjectName("internal")).getFirst().index()).isEqualTo(pypi.simple());
    }
  }

  @Test
  void takesAForbiddenPageOfTheLastIndexForNoneWhereItsHostIsKnownToAnswerSo() throws Exception {
    PresetBundle bundle =
        bundle(
            preset("one", pypi.simple())
                .list("forbidden_means_absent", "127.0.0.1")
                .packages("absent", "1.0"));
    pypi.next("absent", status(403), status(403));
    try (var machine = new Machine("a")) {
      assertThatThrownBy(() -> machine.lock(bundle))
          .isInstanceOf(NoSolutionException.class)
          .hasMessageContaining("has no such project (403)");
    }
  }

  @Test
  void saysWhichIndexHasOnlyOtherVersionsAndWhichWasNotAsked() throws Exception {
    torch.add(wheel("rich", "13.9.4"));
    pypi.add(wheel("rich", "14.0"));
    try (var machine = new Machine("a")) {
      assertThatThrownBy(() -> machine.lock(searching("rich", "14.0")))
          .isInstanceOf(NoSolutionException.class)
          .hasMessageContaining(
              "but of rich there is only 13.9.4 in the index 'more' ("
                  + torch.simple()
                  + ") ('pypi' was not asked: the first index that has a project is its only"
                  + " source)");
    }
    try (var machine = new Machine("b")) {
      PresetBundle claiming =
          bundle(
              preset("one", pypi.simple())
                  .index("mine", torch.simple(), "rich")
                  .packages("rich", "14.0"));
      assertThatThrownBy(() -> machine.lock(claiming))
          .isInstanceOf(NoSolutionException.class)
          .hasMessageContaining("('pypi' was not asked: 'mine' claims rich)");
    }
  }

  @Test
  void saysOfEachIndexThatItDoesNotHaveAProject() throws Exception {
    try (var machine = new Machine("a")) {
      assertThatThrownBy(() -> machine.lock(searching("nothing", "1.0")))
          .isInstanceOf(NoSolutionException.class)
          .hasMessageContaining("the index 'more' does not have it: " + torch.simple())
          .hasMessageContaining("the index 'pypi' does not have it: " + pypi.simple());
    }
  }

  @Test
  void knowsPipsExtraIndexesWithoutTheirCredentials() throws Exception {
    torch.add(wheel("lib", "1.0"));
    PresetBundle bundle = bundle(preset("p", pypi.simple()).packages("lib", "1.0"));
    try (var machine = new Machine("a")) {
      URI extra = URI.create(torch.simple().toString().replace("//", "//me:secret@"));
      machine.pip = new PipConfig(Optional.empty(), List.of(extra), List.of(), false);
      Lock lock = machine.lock(bundle);
      assertThat(lock.of(new ProjectName("lib")).getFirst().index()).isEqualTo(torch.simple());
      assertThat(machine.fetch(bundle, lock)).isEmpty();
      assertThat(torch.requests("lib").getFirst().header("Authorization")).startsWith("Basic ");
      for (Path file :
          machine.root.toFile().isDirectory() ? files(machine.root) : List.<Path>of()) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain("secret");
      }
    }
  }

  private static List<Path> files(Path root) throws IOException {
    try (var files = Files.walk(root)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void asksNoIndexWherePipIsToldSo() throws Exception {
    pypi.add(wheel("lib", "1.0"));
    PresetBundle bundle = bundle(preset("p", pypi.simple()).packages("lib", "1.0"));
    try (var machine = new Machine("a")) {
      machine.pip = new PipConfig(Optional.empty(), List.of(torch.simple()), List.of(), true);
      assertThatThrownBy(() -> machine.lock(bundle))
          .isInstanceOf(NoSolutionException.class)
          .hasMessageContaining("pip's configuration says no-index");
      assertThat(pypi.requests()).isEmpty();
      assertThat(torch.requests()).isEmpty();
    }
  }

  @Test
  void tellsWhereFilesAreFromOnTheTenthSyncAsOnTheFirst() throws Exception {
    torch.add(wheel("lib", "1.0"));
    URI declared = URI.create("https://pypi.example/simple/");
    PresetBundle bundle = bundle(preset("p", declared).packages("lib", "1.0"));
    try (var machine = new Machine("a")) {
      machine.replaced = Map.of("pypi", torch.simple());
      Lock lock = machine.lock(bundle);
      assertThat(machine.fetch(bundle, lock)).isEmpty();
      Map<ProjectName, SortedSet<String>> first = machine.syncer.origins(lock);
      assertThat(first)
          .containsEntry(new ProjectName("lib"), new TreeSet<>(Set.of(torch.simple().toString())));
      torch.close();
      machine.replaced = Map.of();
      assertThat(machine.fetch(bundle, lock)).isEmpty();
      assertThat(machine.syncer.origins(lock)).isEqualTo(first);
    }
  }

  // --- fetching

  @Test
  void publishesWhatIsComplete() throws Exception {
    addFamily();
    try (var machine = new Machine("a")) {
      Lock lock = machine.lock(family());
      assertThat(machine.fetch(family(), lock)).isEmpty();
      assertThat(machine.catalog.presets()).containsExactly("family");
      assertThat(machine.catalog.preset("family").orElseThrow().lock())
          .isEqualTo(LockWriter.write(lock));
    }
  }

  @Test
  void publishesAgainWhereAnOlderOneStandsThereAfterwards() throws Exception {
    addFamily();
    try (var machine = new Machine("a")) {
      Lock lock = machine.lock(family());
      assertThat(machine.fetch(family(), lock)).isEmpty();
      HeldPreset older = machine.catalog.preset("family").orElseThrow();
      Instant later = Instant.EPOCH.plusSeconds(60);
      Path leaf = machine.blob(wheel("leaf", "0.1").filename());
      // A collector takes a file before it can see the preset, and while that is fetched again a
      // repair writes what it read before.
      var collects = new AtomicBoolean(true);
      machine.clock =
          () -> {
            if (collects.getAndSet(false)) {
              assertThat(leaf.toFile().delete()).isTrue();
            }
            return later;
          };
      machine.listener =
          event -> {
            if (event instanceof ProgressEvent.Started) {
              try {
                machine.catalog.publish(older);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }
          };

      assertThat(machine.fetch(family(), lock)).isEmpty();

      assertThat(collects).isFalse();
      assertThat(machine.events).hasAtLeastOneElementOfType(ProgressEvent.Started.class);
      assertThat(machine.catalog.preset("family").orElseThrow().synced()).isEqualTo(later);
    }
  }

  @Test
  void namesWhatCouldNotBeHadAndWhoWantsIt() throws Exception {
    addFamily();
    String leaf = wheel("leaf", "0.1").filename();
    try (var machine = new Machine("a")) {
      Lock lock = machine.lock(family());
      pypi.next(leaf, status(404));
      pypi.next(wheel("app", "1.0").filename(), status(404));
      assertThat(machine.fetch(family(), lock))
          .containsExactly(
              new SyncReport.Failure(
                  wheel("app", "1.0").filename(),
                  List.of("the preset"),
                  pypi.file(wheel("app", "1.0").filename()) + " answered with the status 404"),
              new SyncReport.Failure(
                  leaf, List.of("lib 2.0"), pypi.file(leaf) + " answered with the status 404"));
      assertThat(machine.catalog.presets()).isEmpty();
    }
  }

  @Test
  void fetchesOnlyWhatIsMissingTheNextTime() throws Exception {
    addFamily();
    String leaf = wheel("leaf", "0.1").filename();
    try (var machine = new Machine("a")) {
      Lock lock = machine.lock(family());
      pypi.next(leaf, status(404));
      assertThat(machine.fetch(family(), lock)).hasSize(1);
      pypi.forget();
      torch.forget();
      assertThat(machine.fetch(family(), lock)).isEmpty();
      assertThat(pypi.fileGets()).isEqualTo(1);
      assertThat(torch.requests()).isEmpty();
    }
  }

  @Test
  void asksNobodyWhenAllIsHeld() throws Exception {
    addFamily();
    try (var machine = new Machine("a")) {
      Lock lock = machine.lock(family());
      machine.fetch(family(), lock);
      pypi.forget();
      torch.forget();
      assertThat(machine.fetch(family(), lock)).isEmpty();
      assertThat(pypi.requests()).isEmpty();
      assertThat(torch.requests()).isEmpty();
    }
  }

  @Test
  void findsLockedFilesWhereTheirIndexHasThemToday() throws Exception {
    addFamily();
    try (var machine = new Machine("a");
        FakeIndex moved = FakeIndex.start()) {
      Lock lock = machine.lock(family());
      moved.add(wheel("leaf", "0.1").padding(50_000));
      for (String project : List.of("app", "lib")) {
        moved.add(
            project.equals("app")
                ? wheel("app", "1.0").requires("lib>=1").requires("torch")
                : wheel("lib", "2.0").requires("leaf ; python_version >= '3.8'"));
      }
      pypi.close();
      machine.replaced = Map.of("pypi", moved.simple());
      assertThat(machine.plan(family(), lock).origins())
          .containsEntry(new ProjectName("leaf"), moved.simple())
          .containsEntry(new ProjectName("torch"), torch.simple());
      assertThat(machine.fetch(family(), lock)).isEmpty();
    }
  }

  @Test
  void refusesAnotherFileOfALockedName() throws Exception {
    addFamily();
    try (var machine = new Machine("a")) {
      Lock lock = machine.lock(family());
      String leaf = wheel("leaf", "0.1").filename();
      pypi.add("leaf", leaf, wheel("leaf", "0.1").padding(40_000).build());
      assertThat(machine.fetch(family(), lock))
          .singleElement()
          .satisfies(failure -> {
            assertThat(failure.file()).isEqualTo(leaf);
            assertThat(failure.reason()).contains("is not what its index states: expected");
          });
      assertThat(machine.catalog.presets()).isEmpty();
    }
  }

  @Test
  void plansWithSizesThatTheIndexDoesNotState() throws Exception {
    pypi.add(wheel("lib", "1.0"));
    PresetBundle bundle = bundle(preset("p", pypi.simple()).packages("lib", "1.0"));
    try (var machine = new Machine("a")) {
      Syncer.Solved solved = machine.solve(bundle, Optional.empty());
      Plan plan = machine.syncer.plan(solved);
      assertThat(plan.missingBytes()).isEqualTo(wheel("lib", "1.0").build().length);
      assertThat(pypi.requests(wheel("lib", "1.0").filename()))
          .extracting(FakeIndex.Request::method)
          .contains("HEAD");
      assertThat(new Plan(plan.items(), Map.of(), plan.missingBytes()).fits()).isTrue();
      assertThat(new Plan(plan.items(), Map.of(), plan.missingBytes() - 1).fits()).isFalse();
      Plan.Item first = plan.missing().getFirst();
      var begun =
          new Plan.Item(
              first.project(),
              first.version(),
              first.index(),
              first.file(),
              first.size(),
              false,
              100);
      assertThat(new Plan(List.of(begun), Map.of(), first.size().orElseThrow() - 100).fits())
          .isTrue();
    }
  }

  @Test
  void tellsThePlanBeforeAnyTransfer() throws Exception {
    addFamily();
    try (var machine = new Machine("a")) {
      Lock lock = machine.lock(family());
      machine.events.clear();
      machine.fetch(family(), lock);
      long bytes = lock.files().stream().mapToLong(LockedFile::size).sum();
      assertThat(machine.events.getFirst()).isEqualTo(new ProgressEvent.Planned(4, bytes, 0, 0));
      machine.events.clear();
      machine.fetch(family(), lock);
      assertThat(machine.events).containsExactly(new ProgressEvent.Planned(0, 0, 4, bytes));
    }
  }

  @Test
  void refusesALockThatIsDamaged() {
    assertThatThrownBy(() -> LockReader.read("lock-version = \"1.0\"\n"))
        .isInstanceOf(MalformedLockException.class);
  }
}
