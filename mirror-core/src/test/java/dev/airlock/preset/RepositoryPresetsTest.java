package dev.airlock.preset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.airlock.fixtures.LocalIndexes;
import dev.airlock.fixtures.Surroundings;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.metadata.CoreMetadata;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.Version;
import dev.airlock.preset.Preset.Root;
import dev.airlock.preset.Preset.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The presets of the repository, and what of them can be verified without a network. */
class RepositoryPresetsTest {
  private static final Pattern FILE = Pattern.compile(">([^<>]+\\.whl)<");
  private static final Pattern EXACT = Pattern.compile("===?([^*,]+)");
  private static final String NOT_VERIFIED = "Not verified when this was written: ";

  /** The one index of presets of which pages were captured. */
  private static final String CAPTURED = "https://download.pytorch.org/whl/cu118";

  static Stream<String> names() throws IOException {
    return PresetSource.names(folder()).stream();
  }

  private static Path folder() {
    return Surroundings.repository("presets").orElseThrow();
  }

  private static PresetSource source(String name) throws IOException {
    return PresetSource.read(folder().resolve(name));
  }

  private static Preset preset(String name) throws Exception {
    return PresetReader.read(source(name));
  }

  @ParameterizedTest
  @MethodSource("names")
  void haveNoMistakeAndStandInTheFormThatIsWritten(String name) throws Exception {
    Preset preset = preset(name);
    List<String> keys = PresetOutline.of(source(name)).keys();

    assertThat(preset.description()).endsWith(".");
    assertThat(keys.stream().map(key -> key.split("\\.", 2)[0]).distinct())
        .filteredOn(PresetWriter.KEYS::contains)
        .containsExactlyElementsOf(
            PresetWriter.KEYS.stream().filter(keys(keys)::contains).toList());
  }

  private static List<String> keys(List<String> outline) {
    return outline.stream().map(key -> key.split("\\.", 2)[0]).distinct().toList();
  }

  @ParameterizedTest
  @MethodSource("names")
  void areForTheUbuntuAndTheCudaOfTheirImage(String name) throws Exception {
    Preset preset = preset(name);
    assumeTrue(preset.baseImage().isPresent(), "the preset names no image");
    String image = preset.baseImage().orElseThrow();

    for (Target target : preset.targets()) {
      assertThat(UbuntuRelease.ofImage(image).orElseThrow().target(target.platform().machine()))
          .isEqualTo(target);
    }
    assertThat(index(preset, new ProjectName("torch")).url())
        .isEqualTo(TorchVariant.ofImage(image).orElse(TorchVariant.CPU).index());
  }

  @ParameterizedTest
  @MethodSource("names")
  void sayWhatWasNotVerified(String name) throws Exception {
    Preset preset = preset(name);
    String notVerified =
        notes(name).filter(note -> note.startsWith(NOT_VERIFIED)).collect(Collectors.joining("\n"));

    preset
        .baseImage()
        .ifPresent(image -> assertThat(notVerified).contains("the base image " + image));
    pins(preset)
        .forEach((project, version) -> {
          Pattern pin =
              Pattern.compile(
                  "(?<![\\w-])" + Pattern.quote(project + " " + version) + "(?![.]?\\w)");
          assertThat(pin.matcher(notVerified).find())
              .as("%s %s is in what was not verified: %s", project, version, notVerified)
              .isNotEqualTo(isCaptured(index(preset, project)));
        });
  }

  @ParameterizedTest
  @MethodSource("names")
  void sayThatTheirTorchWasVerifiedOnlyWherePagesWereCaptured(String name) throws Exception {
    assertThat(notes(name).anyMatch(note -> note.startsWith("Verified on captured pages")))
        .isEqualTo(isCaptured(index(preset(name), new ProjectName("torch"))));
  }

  @ParameterizedTest
  @MethodSource("names")
  void areOfIndexesWhosePagesWereCapturedOrNot(String name) throws Exception {
    Optional<Path> pages = Surroundings.conformance("pytorch-index");
    assumeTrue(pages.isPresent(), "no conformance data");

    for (PresetIndex index : preset(name).indexes()) {
      if ("download.pytorch.org".equals(index.url().getHost())) {
        assertThat(
                Files.isDirectory(pages.orElseThrow().resolve(index.url().getPath().substring(1))))
            .as("captured pages of %s", index.url())
            .isEqualTo(isCaptured(index));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void haveTorchaudioOrSayWhyNot(String name) throws Exception {
    List<String> trio =
        roots(preset(name)).stream().map(root -> root.requirement().project().value()).toList();
    assumeTrue(trio.contains("torch") && trio.contains("torchvision"), "the preset has neither");

    assertThat(notes(name).anyMatch(note -> note.startsWith("torchaudio is left out: ")))
        .isNotEqualTo(trio.contains("torchaudio"));
  }

  private static Stream<String> notes(String name) throws IOException {
    return PresetOutline.of(source(name)).of("notes").stream();
  }

  private static boolean isCaptured(PresetIndex index) {
    return index.url().toString().equals(CAPTURED);
  }

  /** What the preset names in one version only, its derived wheels and what they require too. */
  private static Map<ProjectName, String> pins(Preset preset) {
    Map<ProjectName, String> pins = new LinkedHashMap<>();
    Stream.of(
            preset.roots().stream().map(Root::requirement),
            preset.constraints().stream(),
            preset.overrides().stream(),
            preset.repack().stream().flatMap(recipe -> recipe.requiresDist().stream()))
        .flatMap(stream -> stream)
        .forEach(requirement -> {
          Matcher exact = EXACT.matcher(requirement.specifier().toString());
          if (exact.matches()) {
            pins.put(requirement.project(), exact.group(1));
          }
        });
    preset.repack().forEach(recipe -> pins.put(recipe.project(), recipe.version().toString()));
    return pins;
  }

  @Test
  void coverTheUbuntusTheCudasAndTwoMachines() throws Exception {
    var images = new StringBuilder();
    int several = 0;
    for (String name : names().toList()) {
      Preset preset = preset(name);
      images.append(preset.baseImage().orElse("")).append('\n');
      several += preset.targets().size() > 1 ? 1 : 0;
    }
    assertThat(images)
        .contains("ubuntu20.04", "ubuntu22.04", "ubuntu24.04", "\nubuntu:24.04\n")
        .contains("cuda:11.8", "cuda:12.", "cuda:13.");
    assertThat(several).isPositive();
  }

  @ParameterizedTest
  @MethodSource("names")
  void findTheirTorchOnTheCapturedPages(String name) throws Exception {
    Preset preset = preset(name);
    String index = index(preset, new ProjectName("torch")).url().getPath();
    Optional<Path> pages = Surroundings.conformance("pytorch-index");
    assumeTrue(pages.isPresent(), "no conformance data");
    Path folder = pages.orElseThrow().resolve(index.substring(1));
    assumeTrue(Files.isDirectory(folder), "no captured pages of " + index);

    for (Root root : roots(preset)) {
      ProjectName project = root.requirement().project();
      List<WheelFilename> wheels =
          FILE.matcher(Files.readString(folder.resolve(project.value()).resolve("index.html")))
              .results()
              .map(RepositoryPresetsTest::wheel)
              .filter(wheel -> root.requirement().specifier().contains(wheel.version()))
              .toList();
      for (Target target : preset.targets()) {
        assertThat(wheels)
            .as("%s for %s", root.requirement(), target)
            .anyMatch(
                wheel -> wheel.tags().stream().anyMatch(tag -> target.tags().tags().contains(tag)));
      }
    }
  }

  private static WheelFilename wheel(MatchResult link) {
    return WheelFilename.parse(link.group(1));
  }

  private static List<Root> roots(Preset preset) {
    return preset.roots().stream().filter(root -> root.step() == Step.PYTORCH).toList();
  }

  @ParameterizedTest
  @MethodSource("names")
  void pinTheTorchThatTheirTorchvisionRequires(String name) throws Exception {
    Preset preset = preset(name);
    Optional<Version> vision = Optional.empty();
    Optional<Version> torch = Optional.empty();
    for (Root root : roots(preset)) {
      Optional<Version> version =
          Optional.ofNullable(
                  preset
                      .buildArguments()
                      .get(
                          root.requirement().project().value().toUpperCase(Locale.ROOT)
                              + "_VERSION"))
              .map(Version::parse);
      switch (root.requirement().project().value()) {
        case "torchvision" -> vision = version;
        case "torch" -> torch = version;
        default -> {
          // Its wheels require no torch of one version.
        }
      }
    }
    assumeTrue(vision.isPresent() && torch.isPresent(), "the preset pins no torchvision");
    String prefix = "torchvision-" + vision.orElseThrow() + "-";
    Optional<Path> wheel =
        LocalIndexes.wheels().stream()
            .filter(path -> path.getFileName().toString().startsWith(prefix))
            .findFirst();
    assumeTrue(wheel.isPresent(), "no such wheel of torchvision here");

    List<Requirement> requires =
        CoreMetadata.parse(LocalIndexes.metadata(wheel.orElseThrow())).requiresDist();
    Version pinned = torch.orElseThrow();
    assertThat(requires)
        .filteredOn(requirement -> requirement.project().value().equals("torch"))
        .isNotEmpty()
        .allMatch(requirement -> requirement.specifier().contains(pinned));
  }

  private static PresetIndex index(Preset preset, ProjectName project) {
    return preset.claimant(project).orElseGet(preset::defaultIndex);
  }
}
