package dev.airlock.tool.command;

import static dev.airlock.fixtures.Presets.preset;
import static dev.airlock.fixtures.SdistBuilder.sdist;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.airlock.catalog.Catalog;
import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.IndexKey;
import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.Presets;
import dev.airlock.fixtures.Python;
import dev.airlock.fixtures.SdistBuilder;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockReader;
import dev.airlock.lock.LockedPackage;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.repack.Derivation;
import dev.airlock.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sdists that are made into wheels, from the preset to an install. */
class RepackTest {
  private static final ProjectName GPUTIL = new ProjectName("gputil");
  private static final String WHEEL = "gputil-1.4.0-py3-none-any.whl";
  private static final String RECIPE =
      "[{\"name\": \"gputil\", \"version\": \"1.4.0\", \"requires_dist\": [\"leaf>=1\"]}]";

  @TempDir Path directory;

  @SuppressWarnings("NullAway.Init")
  private FakeIndex pypi;

  @SuppressWarnings("NullAway.Init")
  private Tool tool;

  @BeforeEach
  void start() throws IOException {
    pypi = FakeIndex.start();
    pypi.add(gputil());
    pypi.add(wheel("leaf", "1.0"));
    tool = new Tool(directory.resolve("one"));
    tool.preset("kit", kit().json());
  }

  @AfterEach
  void stop() {
    pypi.close();
  }

  private static SdistBuilder gputil() {
    return sdist("GPUtil", "1.4.0")
        .file("setup.py", "raise SystemExit('setup.py was run')\n".getBytes(UTF_8))
        .file("GPUtil/__init__.py", "number = 7\n".getBytes(UTF_8));
  }

  private Presets kit() {
    return kit(RECIPE);
  }

  private Presets kit(String recipe) {
    return preset("kit", pypi.simple()).packages("gputil", "1.4.0").key("repack", recipe);
  }

  private void sync() {
    assertThat(tool.run("sync", "kit")).as(tool.err()).isZero();
  }

  private Path lockFile() {
    return tool.directory.resolve("presets/kit/pylock.toml");
  }

  private LockedPackage locked() throws Exception {
    Lock lock = LockReader.read(Files.readString(lockFile()));
    return lock.of(GPUTIL).getFirst();
  }

  private List<HeldFile> held() throws IOException {
    try (Store store = Store.open(tool.store)) {
      return new Catalog(store).files(IndexKey.of(pypi.simple()), GPUTIL);
    }
  }

  private static String text(SdistBuilder sdist) {
    return FakeIndex.sha256(sdist.build());
  }

  // --- the lock

  @Test
  void locksTheWheelWithWhatItWasMadeOf() throws Exception {
    sync();

    assertThat(locked().sdist()).isEmpty();
    assertThat(locked().buildRequires()).isEmpty();
    assertThat(locked().dependencies()).hasToString("[leaf>=1]");
    assertThat(locked().wheels()).map(file -> file.name().text()).containsExactly(WHEEL);
    assertThat(locked().wheels().getFirst().url())
        .hasToString(
            pypi.file("GPUtil-1.4.0.tar.gz")
                + "#repack=1&sdist=GPUtil-1.4.0.tar.gz&sdist-sha256="
                + text(gputil())
                + "&requires-dist=leaf%3E%3D1");
    assertThat(tool.run("check", "kit")).as(tool.err()).isZero();
    assertThat(pypi.requests("setuptools")).as("what a build would take").isEmpty();
  }

  @Test
  void makesTheSameWheelWhereTheIndexStatesNoDigests() throws Exception {
    sync();
    LockedPackage first = locked();
    pypi.remove("gputil");
    pypi.add(gputil()).withoutDigest();
    tool = new Tool(directory.resolve("two"));
    tool.preset("kit", kit().json());
    sync();

    assertThat(locked()).isEqualTo(first);
  }

  @Test
  void makesTheSameWheelOnAnotherMachineByTheLockAlone() throws Exception {
    sync();
    String lock = Files.readString(lockFile());
    var other = new Tool(directory.resolve("two"));
    Path folder = other.preset("kit", kit().json());
    Files.writeString(folder.resolve("pylock.toml"), lock);
    tool = other;
    sync();

    assertThat(Files.readString(lockFile())).isEqualTo(lock);
    assertThat(held().stream().map(HeldFile::sha256))
        .contains(locked().wheels().getFirst().sha256());
    assertThat(tool.run("check", "kit")).as(tool.err()).isZero();
  }

  @Test
  void makesTheWheelOfTheSdistThatThisMachinesIndexHas() throws Exception {
    sync();
    String lock = Files.readString(lockFile());
    try (FakeIndex mirror = FakeIndex.start()) {
      mirror.add(gputil());
      mirror.add(wheel("leaf", "1.0"));
      tool = new Tool(directory.resolve("two"));
      Path folder = tool.preset("kit", kit().json());
      Files.writeString(folder.resolve("pylock.toml"), lock);
      pypi.forget();

      assertThat(tool.run("sync", "kit", "--index", "pypi=" + mirror.simple()))
          .as(tool.err())
          .isZero();
      assertThat(pypi.requests()).isEmpty();
      assertThat(mirror.requests("GPUtil-1.4.0.tar.gz")).isNotEmpty();
      assertThat(tool.run("check", "kit")).as(tool.err()).isZero();
    }
  }

  @Test
  void makesAnotherWheelWhenTheRecipeChanges() throws Exception {
    sync();
    LockedPackage first = locked();
    tool.preset("kit", kit(RECIPE.replace("leaf>=1", "leaf")).json());
    sync();

    assertThat(locked().dependencies()).hasToString("[leaf]");
    assertThat(locked().wheels().getFirst().sha256())
        .isNotEqualTo(first.wheels().getFirst().sha256());
    assertThat(tool.run("check", "kit")).as(tool.err()).isZero();
  }

  // --- upkeep

  @Test
  void outlivesACollectionOfTheSdist() throws Exception {
    sync();
    assertThat(held()).hasSize(2);

    try (Stream<Path> files = Files.walk(tool.store)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH.minusSeconds(1_000_000)));
      }
    }
    assertThat(tool.run("gc", "--unlocked", "--grace", "0")).as(tool.err()).isZero();
    assertThat(held()).map(file -> file.name().text()).containsExactly(WHEEL);
    assertThat(tool.run("check", "kit")).as(tool.err()).isZero();
    assertThat(tool.run("verify")).as(tool.err()).isZero();
    assertThat(tool.run("sync", "kit")).as(tool.err()).isZero();
    assertThat(tool.run("ls", "kit")).as(tool.err()).isZero();
    assertThat(tool.out()).contains(WHEEL);
  }

  @Test
  void isMadeAgainWhenItIsDamaged() throws Exception {
    sync();
    String digest = locked().wheels().getFirst().sha256().hex();
    Path blob = tool.store.resolve("blobs/sha256").resolve(digest.substring(0, 2)).resolve(digest);
    byte[] bytes = Files.readAllBytes(blob);
    bytes[bytes.length / 2] ^= 4;
    Files.write(blob, bytes);

    assertThat(tool.run("verify")).isEqualTo(5);
    assertThat(tool.run("repair")).as(tool.err()).isZero();
    assertThat(tool.run("check", "kit")).as(tool.err()).isZero();
    assertThat(tool.run("verify")).as(tool.err()).isZero();
  }

  @Test
  void isMadeAgainWhenItIsLostWithTheSdist() throws Exception {
    sync();
    try (Stream<Path> files = Files.walk(tool.store)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String path = file.toString();
        if (path.contains("/files/gputil/") || path.contains("/blobs/")) {
          Files.delete(file);
        }
      }
    }
    assertThat(tool.run("check", "kit")).isEqualTo(3);
    assertThat(tool.run("repair")).as(tool.err()).isZero();
    assertThat(tool.run("check", "kit")).as(tool.err()).isZero();
  }

  // --- what cannot be made

  @Test
  void saysWhatToStateWhenItIsNotClearWhatBelongsIntoTheWheel() {
    pypi.remove("gputil");
    pypi.add(gputil().file("tests/__init__.py", new byte[0]));

    assertThat(tool.run("sync", "kit")).isNotZero();
    assertThat(tool.err())
        .contains("GPUtil-1.4.0.tar.gz cannot be repacked: it has packages GPUtil, tests at its")
        .contains("state which of them belong into the wheel");
  }

  @Test
  void takesNoSdistInThePlaceOfAWheelThatCannotBeMade() {
    pypi.remove("gputil");
    pypi.add(gputil().metadataVersion("2.2").file("GPUtil/fast.c", new byte[1]));

    assertThat(tool.run("sync", "kit")).isNotZero();
    assertThat(tool.err()).contains("it has what is compiled, GPUtil/fast.c");
  }

  @Test
  void refusesToStandForAWheelThatTheIndexHas() {
    pypi.add(wheel("gputil", "1.4.0"));

    assertThat(tool.run("sync", "kit")).isNotZero();
    assertThat(tool.err())
        .contains("the index has " + WHEEL + " itself")
        .contains("take gputil 1.4.0 out of `repack`");
  }

  // --- an install

  @Test
  void isInstalledFromExportedWheelsWithoutBuilding() throws Exception {
    Optional<Python> python = Python.forWhich("import pip");
    assumeThat(python).as("a Python with pip").isPresent();
    sync();
    Path exported = directory.resolve("wheels");
    assertThat(tool.run("export", "kit", "--as", "wheels", "--to", exported.toString()))
        .as(tool.err())
        .isZero();

    String said =
        python
            .get()
            .output(
                """
                import os, runpy, subprocess, sys
                for name in [each for each in os.environ if each.startswith("PIP_")]:
                    del os.environ[name]
                os.environ["PIP_CONFIG_FILE"] = os.devnull
                subprocess.run([sys.executable, "-m", "pip", "install", "--no-index", "--find-links",
                    sys.argv[1], "--target", sys.argv[2], "gputil==1.4.0"],
                    check=True, stdout=subprocess.DEVNULL)
                sys.path.insert(0, sys.argv[2])
                import GPUtil, leaf
                print(GPUtil.number, leaf.__version__)
                """,
                List.of(exported.toString(), directory.resolve("installed").toString()),
                "");
    assertThat(said.strip()).isEqualTo("7 1.0");
  }

  @Test
  void readsItsAddressBackFromTheStore() throws Exception {
    sync();

    assertThat(held())
        .filteredOn(file -> file.name().text().equals(WHEEL))
        .singleElement()
        .satisfies(file ->
            assertThat(Derivation.of(file.source(), file.name()))
                .map(Derivation::sdist)
                .map(Object::toString)
                .contains("GPUtil-1.4.0.tar.gz"));
  }
}
