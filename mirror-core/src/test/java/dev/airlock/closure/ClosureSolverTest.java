package dev.airlock.closure;

import static dev.airlock.fixtures.Presets.preset;
import static dev.airlock.fixtures.SdistBuilder.sdist;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airlock.archive.SdistArchive;
import dev.airlock.archive.SdistMetadata;
import dev.airlock.closure.TargetClosure.Chosen;
import dev.airlock.digest.Digest;
import dev.airlock.digest.Sha256;
import dev.airlock.fixtures.Presets;
import dev.airlock.fixtures.SdistBuilder;
import dev.airlock.fixtures.WheelBuilder;
import dev.airlock.index.IndexFile;
import dev.airlock.index.IndexFile.MetadataOffer;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.index.ProjectPage;
import dev.airlock.packaging.filename.DistributionFilename;
import dev.airlock.packaging.filename.SdistFilename;
import dev.airlock.packaging.metadata.CoreMetadata;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import dev.airlock.preset.InvalidPresetException;
import dev.airlock.preset.Preset;
import dev.airlock.preset.PresetReader;
import dev.airlock.preset.PresetSource;
import dev.airlock.resolve.NoSolutionException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ClosureSolverTest {
  private static final URI PYPI = URI.create("https://pypi.example/simple/");

  private final World world = new World();

  /** Pages and metadata as literals. */
  private static final class World implements PackageSource {
    private final Map<ProjectName, List<IndexFile>> files = new TreeMap<>();
    private final Map<String, MetadataLookup> metadata = new HashMap<>();
    private final Set<String> asked = ConcurrentHashMap.newKeySet();

    World add(WheelBuilder wheel) {
      return add(wheel, SpecifierSet.ANY, Optional.empty(), new Yanked.No());
    }

    World add(WheelBuilder wheel, SpecifierSet python, Optional<Instant> uploaded, Yanked yanked) {
      CoreMetadata parsed = CoreMetadata.parse(wheel.metadata());
      list(parsed.project(), wheel.filename(), python, uploaded, yanked);
      metadata.put(wheel.filename(), new MetadataLookup.OfWheel(parsed));
      return this;
    }

    World add(SdistBuilder sdist) {
      ProjectName project = new ProjectName(sdist.project());
      SdistFilename name = SdistFilename.parse(sdist.filename(), project);
      list(project, sdist.filename(), SpecifierSet.ANY, Optional.empty(), new Yanked.No());
      try {
        SdistArchive archive = SdistArchive.read(new ByteArrayInputStream(sdist.build()), name);
        metadata.put(sdist.filename(), new MetadataLookup.OfSdist(SdistMetadata.of(archive, name)));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      return this;
    }

    World broken(WheelBuilder wheel, String reason) {
      add(wheel);
      metadata.put(wheel.filename(), new MetadataLookup.Unusable(reason));
      return this;
    }

    private void list(
        ProjectName project,
        String filename,
        SpecifierSet python,
        Optional<Instant> uploaded,
        Yanked yanked) {
      files
          .computeIfAbsent(project, _ -> new ArrayList<>())
          .add(
              new IndexFile(
                  DistributionFilename.of(filename, project).orElseThrow(),
                  PYPI.resolve("/files/" + filename),
                  List.of(digest(filename)),
                  python,
                  OptionalLong.empty(),
                  uploaded,
                  yanked,
                  filename.endsWith(".whl")
                      ? new MetadataOffer.Offered(Optional.empty())
                      : new MetadataOffer.None()));
    }

    /** What stands for the digest of a file: that of its name. */
    static Digest digest(String filename) {
      return Sha256.of(filename.getBytes(StandardCharsets.UTF_8)).digest();
    }

    @Override
    public PageLookup page(ProjectName project) {
      List<IndexFile> found = files.get(project);
      return found == null
          ? new PageLookup.Missing("it is nowhere")
          : new PageLookup.Found(new ProjectPage(project, found));
    }

    @Override
    public MetadataLookup metadata(IndexFile file) {
      asked.add(file.name().text());
      return Objects.requireNonNull(metadata.get(file.name().text()));
    }
  }

  private static Preset read(Presets preset) throws InvalidPresetException {
    return PresetReader.read(
        new PresetSource("test", "p", preset.json(), Optional.empty(), Optional.empty()));
  }

  private static Presets wants(String... namesAndVersions) {
    return preset("p", PYPI).packages(namesAndVersions);
  }

  private TargetClosure closure(Presets preset) throws Exception {
    Preset read = read(preset);
    return ClosureSolver.solve(read, read.targets().getFirst(), world, Runnable::run, Map.of());
  }

  private List<String> solved(Presets preset) throws Exception {
    return names(closure(preset).installed());
  }

  private static List<String> names(List<Chosen> chosen) {
    return chosen.stream().map(each -> each.project() + " " + each.version()).toList();
  }

  private String file(Presets preset) throws Exception {
    return closure(preset).installed().getFirst().file().name().text();
  }

  private void assertUnsolvable(Presets preset, String... words) {
    assertThatThrownBy(() -> solved(preset))
        .isInstanceOf(NoSolutionException.class)
        .message()
        .contains(words);
  }

  private TargetClosure closure(Presets preset, String requirements) throws Exception {
    Preset read =
        PresetReader.read(
            new PresetSource(
                "test",
                "p",
                preset.key("requirements", "\"requirements.txt\"").json(),
                Optional.of(requirements),
                Optional.empty()));
    return ClosureSolver.solve(read, read.targets().getFirst(), world, Runnable::run, Map.of());
  }

  private static String hash(String filename) {
    return " --hash=sha256:" + World.digest(filename).hex();
  }

  // --- hashes, and sets that are complete

  @Test
  void takesOnlyFilesWithAHashOfTheRequirement() throws Exception {
    world
        .add(wheel("a", "1.0").tags("cp310-cp310-manylinux_2_17_x86_64"))
        .add(wheel("a", "1.0"))
        .add(wheel("a", "2.0"));
    String pure = "a-1.0-py3-none-any.whl";
    TargetClosure closure = closure(preset("p", PYPI), "a" + hash(pure));
    assertThat(closure.installed().getFirst().file().name().text()).isEqualTo(pure);
  }

  @Test
  void takesWhatAllLinesOfAProjectAdmitOnTheTarget() throws Exception {
    world.add(wheel("a", "1.0")).add(wheel("a", "2.0"));
    String both = hash("a-1.0-py3-none-any.whl") + hash("a-2.0-py3-none-any.whl");
    assertThat(
            names(
                closure(
                        preset("p", PYPI),
                        "a"
                            + both
                            + "\na"
                            + hash("a-1.0-py3-none-any.whl")
                            + "\na; sys_platform == 'win32'"
                            + hash("a-2.0-py3-none-any.whl"))
                    .installed()))
        .containsExactly("a 1.0");
  }

  @Test
  void saysThatNoFileHasTheHash() {
    world.add(wheel("a", "1.0"));
    assertThatThrownBy(() -> closure(preset("p", PYPI), "a==1.0" + hash("other")))
        .isInstanceOf(NoSolutionException.class)
        .hasMessageContaining(
            "it has files with other hashes than requirements.txt line 1 gives"
                + " (a-1.0-py3-none-any.whl has"
                + hash("a-1.0-py3-none-any.whl").replace("--hash=", "")
                + ")");
    assertThatThrownBy(() -> closure(preset("p", PYPI), "a==1.0 --hash=sha512:" + "0".repeat(128)))
        .hasMessageContaining("the index states no digest of it to compare")
        .hasMessageContaining("(sha512)")
        .hasMessageContaining("give hashes of a that its index states");
    assertThatThrownBy(() -> closure(preset("p", PYPI), "a --hash=sha512:" + "0".repeat(128)))
        .hasMessageContaining("pin a with ==: then its files are hashed");
  }

  @Test
  void saysThatAFileIsForOthersRatherThanThatItsHashIsAnother() {
    world.add(wheel("a", "1.0").tags("cp27-cp27m-win32"));
    assertThatThrownBy(() -> closure(preset("p", PYPI), "a==1.0" + hash("other")))
        .hasMessageContaining("it has no wheel for ")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hashes"));
  }

  @Test
  void installsNothingWithoutAHashWhereThePresetAsksForThem() throws Exception {
    world.add(wheel("a", "1.0").requires("b")).add(wheel("b", "1.0"));
    String a = "a" + hash("a-1.0-py3-none-any.whl");
    assertThatThrownBy(() -> closure(preset("p", PYPI).key("require_hashes", "true"), a))
        .hasMessageContaining("b 1.0 cannot be used (no requirement gives hashes of it");
    assertThat(
            names(
                closure(
                        preset("p", PYPI).key("require_hashes", "true"),
                        a + "\nb" + hash("b-1.0-py3-none-any.whl"))
                    .installed()))
        .containsExactly("a 1.0", "b 1.0");
  }

  @Test
  void asksForNoHashesOfTheToolsOfABuild() throws Exception {
    world
        .add(sdist("a", "1.0").metadataVersion("2.2").buildRequires("tool"))
        .add(wheel("tool", "1.0").requires("helper"))
        .add(wheel("helper", "1.0"));
    TargetClosure closure =
        closure(
            preset("p", PYPI).key("require_hashes", "true").key("no_deps", "true"),
            "a" + hash("a-1.0.tar.gz"));
    assertThat(names(closure.forBuilds())).containsExactly("helper 1.0", "tool 1.0");
  }

  @Test
  void followsNoDependenciesOfACompleteSet() throws Exception {
    world
        .add(wheel("a", "1.0").requires("b"))
        .add(sdist("c", "1.0").buildRequires("tool"))
        .add(wheel("tool", "1.0"));
    assertThat(solved(wants("a", "1.0", "c", "1.0").key("no_deps", "true")))
        .containsExactly("a 1.0", "c 1.0");
  }

  @Test
  void takesNoSdistsButOfTheProjectsThatAreNamed() throws Exception {
    world
        .add(sdist("a", "1.0").metadataVersion("2.2").buildRequires("tool"))
        .add(wheel("b", "1.0"))
        .add(wheel("tool", "1.0"))
        .add(sdist("b", "1.0").metadataVersion("2.2"))
        .add(sdist("b", "2.0").metadataVersion("2.2"));
    Presets preset = wants("a", ">=1", "b", ">=1").key("no_build", "true").list("no_binary", "a");
    assertThat(solved(preset)).containsExactly("a 1.0", "b 1.0");
    assertUnsolvable(wants("a", "1.0").key("no_build", "true"), "the preset takes no sdist of it");
  }

  // --- which file of a version

  @Test
  void refusesAVersionThatRequiresAnAddress() throws Exception {
    world
        .add(wheel("a", "2.0").requires("b @ https://elsewhere.example/b-1.0-py3-none-any.whl"))
        .add(wheel("a", "1.0"))
        .add(wheel("b", "1.0"));
    assertThat(solved(wants("a", ">=1"))).containsExactly("a 1.0");
    assertUnsolvable(wants("a", "2.0"), "a 2.0", "requires b from an address");
  }

  @Test
  void takesAWheelBeforeAnSdist() throws Exception {
    world.add(sdist("a", "1.0").metadataVersion("2.2")).add(wheel("a", "1.0"));
    assertThat(file(wants("a", "1.0"))).isEqualTo("a-1.0-py3-none-any.whl");
  }

  @Test
  void takesTheWheelWithTheBestTag() throws Exception {
    world
        .add(wheel("a", "1.0"))
        .add(wheel("a", "1.0").tags("cp38-abi3-manylinux_2_17_x86_64"))
        .add(wheel("a", "1.0").tags("cp310-cp310-manylinux_2_17_x86_64"))
        .add(wheel("a", "1.0").tags("cp310-cp310-manylinux_2_24_x86_64"))
        .add(wheel("a", "1.0").tags("cp310-cp310-manylinux_2_31_x86_64"))
        .add(wheel("a", "1.0").tags("cp310-cp310-manylinux_2_28_aarch64"))
        .add(wheel("a", "1.0").tags("cp311-cp311-manylinux_2_24_x86_64"));
    assertThat(file(wants("a", "1.0"))).isEqualTo("a-1.0-cp310-cp310-manylinux_2_24_x86_64.whl");
  }

  @Test
  void takesTheHighestBuildOfEqualTags() throws Exception {
    world
        .add(wheel("a", "1.0"))
        .add(wheel("a", "1.0").tags("9-py3-none-any"))
        .add(wheel("a", "1.0").tags("10-py3-none-any"))
        .add(wheel("a", "1.0").tags("2abc-py3-none-any"));
    assertThat(file(wants("a", "1.0"))).isEqualTo("a-1.0-10-py3-none-any.whl");
  }

  @Test
  void goesBackToAVersionThatHasAFileForTheTarget() throws Exception {
    world
        .add(wheel("a", "2.0").tags("cp310-cp310-win_amd64"))
        .add(wheel("a", "1.0").tags("cp310-cp310-linux_x86_64"));
    assertThat(solved(wants("a", ">=1"))).containsExactly("a 1.0");
    assertUnsolvable(wants("a", "2.0"), "it has no wheel for cp310-manylinux_2_28_x86_64");
  }

  @Test
  void takesNoWheelOfWhatIsToBeBuilt() throws Exception {
    world
        .add(wheel("a", "1.0"))
        .add(sdist("a", "1.0").metadataVersion("2.2"))
        .add(wheel("setuptools", "70.0"))
        .add(wheel("wheel", "0.40"));
    TargetClosure closure = closure(wants("a", "1.0").list("no_binary", "a"));
    assertThat(closure.installed().getFirst().file().name().text()).isEqualTo("a-1.0.tar.gz");
    assertThat(names(closure.forBuilds())).containsExactly("setuptools 70.0", "wheel 0.40");
  }

  @Test
  void takesNoSdistOfWhatIsNotToBeBuilt() throws Exception {
    world.add(sdist("a", "2.0").metadataVersion("2.2")).add(wheel("a", "1.0"));
    assertThat(solved(wants("a", ">=1").list("no_build", "a"))).containsExactly("a 1.0");
    assertUnsolvable(
        wants("a", "2.0").list("no_build", "a"), "the preset takes no sdist of it (no_build)");
  }

  @Test
  void obeysThePythonsThatThePageStates() throws Exception {
    world
        .add(wheel("a", "1.0"))
        .add(wheel("a", "2.0"), SpecifierSet.parse(">=3.11"), Optional.empty(), new Yanked.No());
    assertThat(solved(wants("a", ">=1"))).containsExactly("a 1.0");
    assertUnsolvable(wants("a", "2.0"), "it requires Python >=3.11");
  }

  @Test
  void obeysThePythonsThatTheMetadataStates() throws Exception {
    world.add(wheel("a", "1.0")).add(wheel("a", "2.0").requiresPython(">=3.11"));
    assertThat(solved(wants("a", ">=1"))).containsExactly("a 1.0");
  }

  @Test
  void passesOverWhatWasUploadedLater() throws Exception {
    Instant early = Instant.parse("2024-01-01T00:00:00Z");
    Instant late = Instant.parse("2025-01-01T00:00:00Z");
    world
        .add(wheel("a", "1.0"), SpecifierSet.ANY, Optional.of(early), new Yanked.No())
        .add(wheel("a", "2.0"), SpecifierSet.ANY, Optional.of(late), new Yanked.No());
    assertThat(solved(wants("a", ">=1").key("exclude_newer", "\"2024-06-30T00:00:00Z\"")))
        .containsExactly("a 1.0");
    assertThat(solved(wants("a", ">=1"))).containsExactly("a 2.0");
  }

  @Test
  void takesAFileThatIsInUseOfAReleaseThatIsPartlyWithdrawn() throws Exception {
    world
        .add(
            wheel("a", "1.0").tags("cp310-cp310-linux_x86_64"),
            SpecifierSet.ANY,
            Optional.empty(),
            new Yanked.Because("broken"))
        .add(wheel("a", "1.0"));
    assertThat(file(wants("a", ">=1"))).isEqualTo("a-1.0-py3-none-any.whl");
  }

  @Test
  void takesAWithdrawnReleaseWhenItIsPinnedOnly() throws Exception {
    world
        .add(wheel("a", "1.0"))
        .add(wheel("a", "2.0"), SpecifierSet.ANY, Optional.empty(), new Yanked.Because("oops"));
    assertThat(solved(wants("a", ">=1"))).containsExactly("a 1.0");
    assertThat(solved(wants("a", "2.0"))).containsExactly("a 2.0");
  }

  // --- what it requires

  @Test
  void obeysMarkersOfTheTarget() throws Exception {
    world
        .add(
            wheel("a", "1.0")
                .requires("old; python_version < '3.11'")
                .requires("win; sys_platform == 'win32'"))
        .add(wheel("old", "1.0"));
    assertThat(solved(wants("a", "1.0"))).containsExactly("a 1.0", "old 1.0");
  }

  @Test
  void followsExtrasAndExtrasOfItself() throws Exception {
    world
        .add(
            wheel("a", "1.0")
                .extra("all")
                .extra("fast")
                .requires("a[fast]; extra == 'all'")
                .requires("speed; extra == 'fast'")
                .requires("other; extra == 'slow'"))
        .add(wheel("speed", "1.0"))
        .add(wheel("b", "1.0").requires("a[all]"));
    assertThat(solved(wants("b", "1.0"))).containsExactly("a 1.0", "b 1.0", "speed 1.0");
    assertThat(solved(wants("a", "1.0"))).containsExactly("a 1.0");
  }

  @Test
  void solvesAllRootsJointly() throws Exception {
    world
        .add(wheel("numpy", "1.26"))
        .add(wheel("numpy", "2.2"))
        .add(wheel("torch", "2.1").requires("numpy<2"))
        .add(wheel("cv", "4.12").requires("numpy>=2"))
        .add(wheel("cv", "4.11").requires("numpy>=1.23"));
    assertThat(solved(wants("cv", ">=4", "torch", "2.1")))
        .containsExactly("cv 4.11", "numpy 1.26", "torch 2.1");
  }

  @Test
  void leavesExcludedProjectsOut() throws Exception {
    world.add(wheel("a", "1.0").requires("absent").requires("b")).add(wheel("b", "1.0"));
    assertThat(solved(wants("a", "1.0").list("exclude", "absent")))
        .containsExactly("a 1.0", "b 1.0");
  }

  @Test
  void overridesEveryRequirementOfAProject() throws Exception {
    world
        .add(wheel("a", "1.0").requires("b[x]==1").requires("c"))
        .add(wheel("c", "1.0").requires("b<2"))
        .add(wheel("b", "1.0"))
        .add(wheel("b", "3.0").extra("x").requires("extra-of-b; extra == 'x'"))
        .add(wheel("extra-of-b", "1.0"));
    assertThat(solved(wants("a", "1.0").list("override", "b>=3")))
        .containsExactly("a 1.0", "b 3.0", "c 1.0", "extra-of-b 1.0");
  }

  @Test
  void constrainsWhatSomethingElseRequires() throws Exception {
    world
        .add(wheel("a", "1.0").requires("b"))
        .add(wheel("b", "1.0"))
        .add(wheel("b", "2.0"))
        .add(wheel("unused", "1.0"));
    assertThat(solved(wants("a", "1.0").list("constraints", "b<2", "unused<1")))
        .containsExactly("a 1.0", "b 1.0");
  }

  @Test
  void passesOverAVersionWhoseMetadataCannotBeUsed() throws Exception {
    world.add(wheel("a", "1.0")).broken(wheel("a", "2.0"), "its zip directory is broken");
    assertThat(solved(wants("a", ">=1"))).containsExactly("a 1.0");
    assertUnsolvable(wants("a", "2.0"), "its zip directory is broken");
  }

  @Test
  void passesOverAFileThatSaysItIsSomethingElse() throws Exception {
    WheelBuilder wheel = wheel("a", "1.0");
    world.add(wheel);
    world.metadata.put(
        wheel.filename(),
        new MetadataLookup.OfWheel(CoreMetadata.parse(wheel("evil", "6.6").metadata())));
    assertUnsolvable(
        wants("a", "1.0"), "a-1.0-py3-none-any.whl says in its metadata that it is evil 6.6");
  }

  // --- what is asked for ahead

  /** A world in which {@code slow} says what it requires once somebody asked for {@code far}. */
  private static final class Distant implements PackageSource {
    private final World world;
    private final CountDownLatch askedForFar = new CountDownLatch(1);

    Distant(World world) {
      this.world = world;
    }

    @Override
    public PageLookup page(ProjectName project) {
      if (project.value().equals("far")) {
        askedForFar.countDown();
      }
      return world.page(project);
    }

    @Override
    public MetadataLookup metadata(IndexFile file) throws IOException {
      try {
        if (file.name().project().value().equals("slow")
            && !askedForFar.await(60, TimeUnit.SECONDS)) {
          throw new IOException("nobody asked for what is further on");
        }
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      return world.metadata(file);
    }
  }

  @Test
  void asksForWhatIsFurtherOnWhileItWaits() throws Exception {
    world
        .add(wheel("slow", "1.0"))
        .add(wheel("near", "1.0").requires("nearer"))
        .add(wheel("nearer", "1.0").requires("far"))
        .add(wheel("far", "1.0"));
    Preset read = read(wants("slow", "1.0", "near", "1.0"));

    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      TargetClosure closure =
          ClosureSolver.solve(
              read, read.targets().getFirst(), new Distant(world), executor, Map.of());
      assertThat(closure.installed()).hasSize(4);
    }
  }

  @Test
  void asksForNoSdistAhead() throws Exception {
    world
        .add(wheel("a", "1.0"))
        .add(sdist("a", "2.0").metadataVersion("2.2"))
        .add(wheel("b", "1.0").requires("a<2"));
    Preset read = read(wants("b", "1.0"));
    world.metadata.put("a-2.0.tar.gz", new MetadataLookup.Unusable("it was looked into"));

    ClosureSolver.solve(read, read.targets().getFirst(), world, Runnable::run, Map.of());

    assertThat(world.asked).contains("a-1.0-py3-none-any.whl").doesNotContain("a-2.0.tar.gz");
  }

  @Test
  void passesOverMetadataThatPipRefuses() throws Exception {
    world
        .add(wheel("a", "2.0").requires("b>=1.*"))
        .add(wheel("a", "1.0").requires("b>=1"))
        .add(wheel("b", "1.0"));
    assertThat(solved(wants("a", ">=1"))).containsExactly("a 1.0", "b 1.0");
    assertThat(solved(wants("a", ">=1").key("installer", "\"uv\"")))
        .containsExactly("a 2.0", "b 1.0");
    assertUnsolvable(wants("a", "2.0"), "its metadata has 'b>=1.*'", "\"installer\": \"uv\"");
  }

  @Test
  void requiresNothingWhereNoOverrideHolds() throws Exception {
    world.add(wheel("a", "1.0").requires("gone"));
    assertThat(solved(wants("a", "1.0").list("override", "gone; sys_platform == 'never'")))
        .containsExactly("a 1.0");
  }

  @Test
  void prefersTheVersionsOfAnEarlierSolution() throws Exception {
    world.add(wheel("a", "1.0")).add(wheel("a", "2.0"));
    Preset read = read(wants("a", ">=1"));
    TargetClosure closure =
        ClosureSolver.solve(
            read,
            read.targets().getFirst(),
            world,
            Runnable::run,
            Map.of(new ProjectName("a"), Version.parse("1.0")));
    assertThat(names(closure.installed())).containsExactly("a 1.0");
  }

  // --- sdists

  @Test
  void trustsWhatAnSdistSaysForCertain() throws Exception {
    world
        .add(sdist("a", "1.0").metadataVersion("2.2").requires("b").buildRequires("flit"))
        .add(wheel("b", "1.0"))
        .add(wheel("flit", "3.0"));
    TargetClosure closure = closure(wants("a", "1.0"));
    assertThat(names(closure.installed())).containsExactly("a 1.0", "b 1.0");
    assertThat(names(closure.forBuilds())).containsExactly("flit 3.0");
  }

  @Test
  void saysHowToStateWhatAnSdistCannotSay() {
    world.add(sdist("a", "1.0"));
    assertUnsolvable(
        wants("a", "1.0"),
        "only its sdist a-1.0.tar.gz fits, which cannot say its dependencies without being built");
    assertUnsolvable(
        wants("a", "1.0"),
        "state in the preset what it requires, as in \"dependency_metadata\": [{\"name\": \"a\","
            + " \"version\": \"1.0\", \"requires_dist\": []}]");
  }

  @Test
  void believesThePresetOnWhatAnSdistRequires() throws Exception {
    world
        .add(sdist("a", "1.0"))
        .add(wheel("b", "1.0"))
        .add(wheel("setuptools", "70.0"))
        .add(wheel("wheel", "0.40"));
    String statement = "[{\"name\": \"a\", \"version\": \"%s\", \"requires_dist\": [\"b\"]}]";
    TargetClosure closure =
        closure(wants("a", "1.0").key("dependency_metadata", statement.formatted("1.0")));
    assertThat(names(closure.installed())).containsExactly("a 1.0", "b 1.0");
    assertThat(names(closure.forBuilds())).containsExactly("setuptools 70.0", "wheel 0.40");
    assertUnsolvable(
        wants("a", "1.0").key("dependency_metadata", statement.formatted("2.0")),
        "only its sdist a-1.0.tar.gz fits");
  }

  @Test
  void believesThePresetOnWhatBuildingAnSdistTakes() throws Exception {
    world
        .add(sdist("a", "1.0").metadataVersion("2.2").buildRequires("absent"))
        .add(wheel("flit", "3.0"));
    assertThat(
            names(
                closure(wants("a", "1.0").key("build_requires", "{\"a\": [\"flit\"]}"))
                    .forBuilds()))
        .containsExactly("flit 3.0");
  }

  @Test
  void followsTheBuildRequirementsOfSdistsThatBuildSdists() throws Exception {
    world
        .add(sdist("a", "1.0").metadataVersion("2.2").buildRequires("builder"))
        .add(
            sdist("builder", "1.0")
                .metadataVersion("2.2")
                .requires("helper")
                .buildRequires("bootstrap"))
        .add(wheel("helper", "1.0"))
        .add(wheel("bootstrap", "1.0"));
    assertThat(names(closure(wants("a", "1.0")).forBuilds()))
        .containsExactly("bootstrap 1.0", "builder 1.0", "helper 1.0");
  }

  @Test
  void endsWhenSdistsNeedEachOtherToBeBuilt() throws Exception {
    world
        .add(sdist("a", "1.0").metadataVersion("2.2").buildRequires("b"))
        .add(sdist("b", "1.0").metadataVersion("2.2").buildRequires("a"));
    TargetClosure closure = closure(wants("a", "1.0"));
    assertThat(names(closure.installed())).containsExactly("a 1.0");
    assertThat(names(closure.forBuilds())).containsExactly("b 1.0");
  }

  @Test
  void buildsInAnEnvironmentOfItsOwn() throws Exception {
    world
        .add(sdist("a", "1.0").metadataVersion("2.2").buildRequires("numpy==1.22"))
        .add(wheel("numpy", "1.22"))
        .add(wheel("numpy", "2.0"));
    TargetClosure closure = closure(wants("a", "1.0", "numpy", "2.0"));
    assertThat(names(closure.installed())).containsExactly("a 1.0", "numpy 2.0");
    assertThat(names(closure.forBuilds())).containsExactly("numpy 1.22");
  }

  @Test
  void buildsWithTheInstalledVersionWhereItFits() throws Exception {
    world
        .add(sdist("a", "1.0").metadataVersion("2.2").buildRequires("numpy"))
        .add(wheel("numpy", "1.22"))
        .add(wheel("numpy", "2.0"));
    assertThat(closure(wants("a", "1.0", "numpy", "1.22")).forBuilds()).isEmpty();
  }

  @Test
  void passesOverBuildRequirementsOfOtherTargets() throws Exception {
    world
        .add(
            sdist("a", "1.0")
                .metadataVersion("2.2")
                .buildRequires("flit", "win; sys_platform == 'win32'"))
        .add(wheel("flit", "3.0"));
    assertThat(names(closure(wants("a", "1.0")).forBuilds())).containsExactly("flit 3.0");
  }

  @Test
  void saysWhichBuildWantsWhatIsNowhere() {
    world.add(sdist("a", "1.0").metadataVersion("2.2").buildRequires("absent"));
    assertUnsolvable(wants("a", "1.0"), "building a-1.0.tar.gz", "absent", "it is nowhere");
  }
}
