package dev.airlock.tool.command;

import static dev.airlock.fixtures.SdistBuilder.sdist;
import static dev.airlock.fixtures.WheelBuilder.wheel;
import static org.assertj.core.api.Assertions.assertThat;

import dev.airlock.fixtures.FakeIndex;
import dev.airlock.fixtures.Surroundings;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockReader;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.preset.Preset;
import dev.airlock.preset.PresetReader;
import dev.airlock.preset.PresetSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The presets of the repository are solved from indexes that have the versions which matter, with
 * what those require of numpy and torch; everything else is there in one version.
 */
class RepositoryPresetsSolveTest {
  private static final Set<String> OF_THEIR_OWN =
      Set.of(
          "torch",
          "torchvision",
          "torchaudio",
          "triton",
          "numpy",
          "scipy",
          "opencv-python",
          "opencv-python-headless",
          "scikit-image",
          "tensorrt",
          "gputil");

  @TempDir Path directory;

  static Stream<String> names() throws IOException {
    return PresetSource.names(Surroundings.repository("presets").orElseThrow()).stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void areSolvedForAllTheirTargetsWithTheNumpyThatTheirTorchWasBuiltFor(String name)
      throws Exception {
    Path original = Surroundings.repository("presets").orElseThrow().resolve(name);
    Preset preset = PresetReader.read(PresetSource.read(original));
    Path folder = Files.createDirectories(directory.resolve("presets").resolve(name));
    Files.copy(original.resolve("preset.json"), folder.resolve("preset.json"));
    Files.copy(original.resolve("requirements.txt"), folder.resolve("requirements.txt"));
    var tool = new Tool(directory);
    try (FakeIndex index = FakeIndex.start()) {
      fill(index, preset);
      var command = new ArrayList<>(List.of("lock", name, "--no-pip-config"));
      preset
          .indexes()
          .forEach(each -> command.addAll(List.of("--index", each.name() + "=" + index.simple())));
      assertThat(tool.run(command.toArray(String[]::new))).as(tool.err()).isZero();
    }

    Lock lock = LockReader.read(Files.readString(folder.resolve(Lock.FILE)));
    boolean isOfNumpy1 =
        preset.buildArguments().getOrDefault("TORCH_VERSION", "9").startsWith("2.1.");
    assertThat(lock.of(new ProjectName("numpy")))
        .allMatch(
            locked -> SpecifierSet.parse(isOfNumpy1 ? "<2" : ">=2").contains(locked.version()));
    assertThat(lock.targets()).hasSameElementsAs(preset.targets());
  }

  private static void fill(FakeIndex index, Preset preset) {
    List<String> tags = preset.targets().stream().map(RepositoryPresetsSolveTest::tag).toList();
    for (String tag : tags) {
      Stream.of("1.23.1", "1.24.4", "2.2.6")
          .forEach(version -> index.add(wheel("numpy", version).tags(tag)));
      index.add(wheel("scipy", "1.10.1").tags(tag).requires("numpy>=1.19.5,<1.27.0"));
      index.add(wheel("scipy", "1.11.4").tags(tag).requires("numpy>=1.21.6,<1.28.0"));
      index.add(wheel("scipy", "1.15.3").tags(tag).requires("numpy>=1.23.5,<2.5"));
      index.add(wheel("scikit-image", "0.24.0").tags(tag).requires("numpy>=1.23"));
      index.add(wheel("scikit-image", "0.25.2").tags(tag).requires("numpy>=1.24"));
    }
    Set<String> machines =
        tags.stream()
            .map(tag -> tag.replaceFirst("cp\\d+-cp\\d+-", ""))
            .collect(Collectors.toSet());
    for (String machine : machines) {
      for (String project : List.of("opencv-python", "opencv-python-headless")) {
        String tag = "cp37-abi3-" + machine;
        index.add(wheel(project, "4.11.0.86").tags(tag).requires("numpy>=1.21.2"));
        index.add(wheel(project, "4.12.0.88").tags(tag).requires("numpy<2.3.0,>=2"));
      }
    }
    torch(index, preset, tags);
    index.add(wheel("pip", "24.0"));
    index.add(wheel("setuptools", "70.1"));
    index.add(wheel("wheel", "0.43"));
    index.add(wheel("tensorrt-libs", "8.6.1"));
    index.add(wheel("tensorrt-bindings", "8.6.1"));
    index.add(sdist("tensorrt", "8.6.1").file("tensorrt/__init__.py", new byte[0]));
    index.add(sdist("GPUtil", "1.4.0").file("GPUtil/__init__.py", new byte[0]));
    preset.roots().stream()
        .filter(root -> root.step() == Preset.Step.REQUIREMENTS)
        .map(root -> root.requirement().project().value())
        .filter(project -> !OF_THEIR_OWN.contains(project))
        .forEach(project -> index.add(wheel(project, "1.0").requires("numpy; extra == 'never'")));
  }

  /** The trio in the pinned versions, whose wheels pin one another. */
  private static void torch(FakeIndex index, Preset preset, List<String> tags) {
    String torch = preset.buildArguments().get("TORCH_VERSION");
    if (torch == null) {
      return;
    }
    for (String tag : tags) {
      String bare = tag.replaceFirst("manylinux_\\d+_\\d+_", "linux_");
      index.add(wheel("torch", torch + "+local").tags(bare));
      companion(index, preset, "torchvision", bare, "numpy", "torch==" + torch);
      companion(index, preset, "torchaudio", bare, "torch==" + torch);
    }
  }

  private static void companion(
      FakeIndex index, Preset preset, String project, String tag, String... requires) {
    String version = preset.buildArguments().get(project.toUpperCase(Locale.ROOT) + "_VERSION");
    if (version != null) {
      var built = wheel(project, version + "+local").tags(tag);
      List.of(requires).forEach(built::requires);
      index.add(built);
    }
  }

  private static String tag(Target target) {
    String python = "cp" + target.python().replace(".", "");
    return python + "-" + python + "-manylinux_2_17_" + target.platform().machine();
  }
}
