package dev.airlock.tool.command;

import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.tag.Platform;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.preset.PresetDraft;
import dev.airlock.preset.PresetReader;
import dev.airlock.preset.PresetSource;
import dev.airlock.preset.RequirementLine;
import dev.airlock.preset.TorchVariant;
import dev.airlock.preset.UbuntuRelease;
import dev.airlock.tool.terminal.Questions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is said of a new preset: by options, and where those are not enough by answers. */
final class DraftOptions {
  private static final String MACHINE = "x86_64";
  private static final String NONE = "none";
  private static final String USUAL_IMAGE = "ubuntu:24.04";

  @Parameters(arity = "0..1", paramLabel = "NAME", description = "The name of the new preset.")
  private @Nullable String name;

  @Option(
      names = "--description",
      paramLabel = "WORDS",
      description = "One line on what the preset is for.")
  private @Nullable String description;

  @Option(
      names = "--like",
      paramLabel = "PRESET",
      description = "A preset that gives everything that is not said here.")
  private @Nullable String like;

  @Option(
      names = "--base-image",
      paramLabel = "IMAGE",
      description = "The image that it is installed in: ubuntu:24.04.")
  private @Nullable String baseImage;

  @Option(
      names = "--target",
      paramLabel = "TARGET",
      description =
          "What it is built for: cp310-manylinux_2_35_x86_64. May be given several times. Default:"
              + " that of the base image, for "
              + MACHINE
              + ".")
  private List<String> targets = new ArrayList<>();

  @Option(
      names = "--python",
      paramLabel = "VERSION",
      description = "The Python of --platform, or of the base image: 3.10. Default: the image's.")
  private @Nullable String python;

  @Option(
      names = "--platform",
      paramLabel = "TAG",
      description = "A platform to build for: manylinux_2_35_x86_64. May be given several times.")
  private List<String> platforms = new ArrayList<>();

  @Option(
      names = "--cuda",
      paramLabel = "VERSION",
      description =
          "Which of PyTorch's indexes to take PyTorch from: 11.8, 12.8, 13.0, cpu and others."
              + " Default: the base image's CUDA.")
  private @Nullable String cuda;

  @Option(
      names = "--torch",
      paramLabel = "VERSION",
      description = "The version of torch: 2.1.0, or >=2.1,<3.")
  private @Nullable String torch;

  @Option(
      names = "--torchvision",
      paramLabel = "VERSION",
      description = "The version of torchvision.")
  private @Nullable String torchvision;

  @Option(
      names = "--torchaudio",
      paramLabel = "VERSION",
      description = "The version of torchaudio.")
  private @Nullable String torchaudio;

  @Option(
      names = "--package",
      paramLabel = "PROJECT=VERSION",
      description =
          "A project with its version: numpy=1.23.1, or numpy>=1.23,<2. May be given several"
              + " times.")
  private List<String> packages = new ArrayList<>();

  @Option(
      names = "--require",
      paramLabel = "REQUIREMENT",
      description = "A line of requirements.txt: requests. May be given several times.")
  private List<String> requirements = new ArrayList<>();

  /** A project and the versions of it that are admitted. */
  private record Pinned(ProjectName project, SpecifierSet versions) {}

  /** Whether nothing has to be asked. */
  boolean isEnough() {
    return missing().isEmpty();
  }

  private List<String> missing() {
    var missing = new ArrayList<String>();
    if (name == null) {
      missing.add("NAME, as in ubuntu22.04-cuda11.8");
    }
    boolean hasTargets =
        like != null
            || !targets.isEmpty()
            || ubuntu().isPresent()
            || (python != null && !platforms.isEmpty());
    if (!hasTargets) {
      missing.add(
          baseImage == null
              ? "--base-image, as in --base-image ubuntu:24.04, or --target, as in --target"
                  + " cp310-manylinux_2_35_x86_64"
              : "--target, as in --target cp310-manylinux_2_35_x86_64, for the image '"
                  + baseImage
                  + "' does not tell its Ubuntu");
    }
    if (needsVariant() && cuda == null && ofImage().isEmpty() && like == null) {
      missing.add(
          "--cuda, as in --cuda 12.8 or --cuda cpu: PyTorch has an index for each"
              + (baseImage == null ? "" : ", and '" + baseImage + "' tells none of them"));
    }
    return missing;
  }

  private boolean needsVariant() {
    return Stream.of(torch, torchvision, torchaudio).anyMatch(Objects::nonNull);
  }

  private Optional<UbuntuRelease> ubuntu() {
    return Optional.ofNullable(baseImage).flatMap(UbuntuRelease::ofImage);
  }

  private Optional<TorchVariant> ofImage() {
    return Optional.ofNullable(baseImage).flatMap(TorchVariant::ofImage);
  }

  // --- answers

  /** Asks for what the options do not say. */
  void ask(Questions questions) throws IOException {
    if (name == null) {
      name = questions.ask("Name of the preset", "", PresetDraft::name);
    }
    if (description == null) {
      description = optionally(questions, "What it is for, in a line", NONE, _ -> {});
    }
    if (baseImage == null && like == null) {
      baseImage = optionally(questions, "Base image, or none", USUAL_IMAGE, _ -> {});
    }
    if (targets.isEmpty() && platforms.isEmpty() && python == null && like == null) {
      targets =
          words(
              questions.ask(
                  "Targets, blanks between",
                  ubuntu().map(release -> release.target(MACHINE).toString()).orElse(""),
                  checked(text -> targets(words(text)))));
    }
    if (!needsVariant() && like == null) {
      torch = optionally(questions, "Version of torch", NONE, PresetReader::versions);
    }
    if (needsVariant() && cuda == null && like == null) {
      cuda =
          questions.ask(
              "CUDA of PyTorch, or cpu",
              ofImage().orElse(TorchVariant.CPU).toString(),
              checked(TorchVariant::parse));
    }
    if (torch != null && torchvision == null && torchaudio == null && like == null) {
      torchvision = optionally(questions, "Version of torchvision", NONE, PresetReader::versions);
      torchaudio = optionally(questions, "Version of torchaudio", NONE, PresetReader::versions);
    }
    if (packages.isEmpty()) {
      packages =
          several(
              questions, "A project with its version, as in numpy=1.23.1", DraftOptions::pinned);
    }
    if (requirements.isEmpty()) {
      requirements = several(questions, "A requirement, as in requests", RequirementLine::parse);
    }
  }

  private static @Nullable String optionally(
      Questions questions, String question, String usual, Consumer<String> check)
      throws IOException {
    return questions.ask(question, usual, optional(check)).orElse(null);
  }

  /** Asks until there is no more. */
  private static List<String> several(Questions questions, String question, Consumer<String> check)
      throws IOException {
    var answers = new ArrayList<String>();
    while (true) {
      Optional<String> answer = questions.ask(question, NONE, optional(check));
      if (answer.isEmpty()) {
        return answers;
      }
      answers.add(answer.get());
    }
  }

  /** The answer itself, when the check takes it; nothing for {@code none}. */
  private static Function<String, Optional<String>> optional(Consumer<String> check) {
    return text -> text.equals(NONE) ? Optional.empty() : Optional.of(checked(check).apply(text));
  }

  private static Function<String, String> checked(Consumer<String> check) {
    return text -> {
      check.accept(text);
      return text;
    };
  }

  private static List<String> words(String text) {
    return List.of(text.strip().split("\\s+", -1));
  }

  // --- what came of it

  /**
   * The preset that was described.
   *
   * @throws CommandException when something is missing or is wrong; all of it is told
   */
  PresetDraft draft(Presets presets, Path store) throws IOException, CommandException {
    var problems = new ArrayList<String>();
    missing().forEach(what -> problems.add("it is missing: " + what));
    Optional<String> named = read("NAME", name, PresetDraft::name, problems);
    List<Target> builtFor = builtFor(problems);
    Optional<TorchVariant> variant =
        read("--cuda", cuda, TorchVariant::parse, problems).or(this::ofImage);
    Map<ProjectName, SpecifierSet> versions = new LinkedHashMap<>();
    for (String text : packages) {
      read("--package", text, DraftOptions::pinned, problems)
          .ifPresent(pinned -> versions.put(pinned.project(), pinned.versions()));
    }
    version("torch", torch, versions, problems);
    version("torchvision", torchvision, versions, problems);
    version("torchaudio", torchaudio, versions, problems);
    var lines = new ArrayList<RequirementLine>();
    for (String text : requirements) {
      read("--require", text, RequirementLine::parse, problems).ifPresent(lines::add);
    }
    if (!problems.isEmpty()) {
      throw new CommandException(
          ExitCode.USAGE, String.join("\n", problems) + "\nNothing was written.");
    }
    Optional<PresetSource> model =
        like == null ? Optional.empty() : Optional.of(presets.anywhere(like, store).source());
    return new PresetDraft(
        named.orElseThrow(),
        Optional.ofNullable(description),
        model,
        Optional.ofNullable(baseImage),
        builtFor,
        variant.filter(_ -> cuda != null || needsVariant() || model.isPresent()),
        versions,
        lines);
  }

  private List<Target> builtFor(List<String> problems) {
    try {
      var all = new ArrayList<>(targets(targets));
      String stated = python == null ? ubuntu().map(UbuntuRelease::python).orElse("") : python;
      for (String platform : platforms) {
        if (!stated.isEmpty()) {
          all.add(Target.of(stated, Platform.parse(platform)));
        }
      }
      if (all.isEmpty()) {
        ubuntu()
            .map(release -> release.target(MACHINE).platform())
            .ifPresent(platform -> all.add(Target.of(stated, platform)));
      }
      return all;
    } catch (IllegalArgumentException e) {
      problems.add(String.valueOf(e.getMessage()));
      return List.of();
    }
  }

  private static List<Target> targets(List<String> texts) {
    return texts.stream().map(Target::parse).toList();
  }

  /** Reads {@code numpy=1.23.1} or {@code numpy>=1.23,<2}. */
  private static Pinned pinned(String text) {
    int operator = 0;
    while (operator < text.length() && "=<>!~".indexOf(text.charAt(operator)) < 0) {
      operator++;
    }
    if (operator == text.length()) {
      throw new IllegalArgumentException(
          "'" + text + "' names no version: accepted are numpy=1.23.1 and numpy>=1.23,<2");
    }
    String versions = text.substring(operator);
    return new Pinned(
        new ProjectName(text.substring(0, operator).strip()),
        PresetReader.versions(versions.replaceFirst("^=(?!=)\\s*", "")));
  }

  private static void version(
      String project,
      @Nullable String text,
      Map<ProjectName, SpecifierSet> versions,
      List<String> problems) {
    read("--" + project, text, PresetReader::versions, problems)
        .ifPresent(admitted -> versions.put(new ProjectName(project), admitted));
  }

  private static <T> Optional<T> read(
      String option, @Nullable String text, Function<String, T> reader, List<String> problems) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(reader.apply(text));
    } catch (IllegalArgumentException e) {
      problems.add(option + " '" + text + "': " + e.getMessage());
      return Optional.empty();
    }
  }
}
