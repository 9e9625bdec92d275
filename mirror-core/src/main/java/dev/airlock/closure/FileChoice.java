package dev.airlock.closure;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;

import dev.airlock.digest.Algorithm;
import dev.airlock.digest.Digest;
import dev.airlock.index.IndexFile;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.index.ProjectPage;
import dev.airlock.packaging.filename.SdistFilename;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.tag.Tag;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import dev.airlock.preset.Preset;
import dev.airlock.resolve.Refusal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Chooses the file of each version that a target would install, by pip's rules: the wheel with the
 * best tag and then the highest build tag; an sdist where no wheel fits.
 */
final class FileChoice {
  private static final int TAGS_SHOWN = 6;

  private final Preset preset;
  private final Target target;
  private final Purpose purpose;
  private final Map<ProjectName, List<Preset.Root>> hashes = new HashMap<>();

  /** What was chosen of a version. */
  sealed interface Choice {
    /** A file, which may be withdrawn. */
    record Chosen(IndexFile file) implements Choice {}

    /** None fits. */
    record None(Refusal refusal) implements Choice {}
  }

  /**
   * What a version is chosen for. The tools of a build are not asked for digests, as pip asks for
   * none.
   */
  enum Purpose {
    /** What the preset installs. */
    INSTALL,
    /** What building an sdist takes. */
    BUILD
  }

  FileChoice(Preset preset, Target target, Purpose purpose) {
    this.preset = preset;
    this.target = target;
    this.purpose = purpose;
    preset.roots().stream()
        .filter(root -> !root.hashes().isEmpty())
        .filter(root -> target.environment().satisfies(root.requirement().marker()))
        .forEach(root ->
            hashes.computeIfAbsent(root.requirement().project(), _ -> new ArrayList<>()).add(root));
  }

  Map<Version, Choice> choose(ProjectPage page) {
    Map<Version, List<IndexFile>> byVersion = new LinkedHashMap<>();
    for (IndexFile file : page.files()) {
      byVersion.computeIfAbsent(file.name().version(), _ -> new ArrayList<>()).add(file);
    }
    Map<Version, Choice> choices = new LinkedHashMap<>();
    byVersion.forEach((version, files) -> choices.put(version, choose(page.project(), files)));
    return choices;
  }

  private Choice choose(ProjectName project, List<IndexFile> files) {
    Set<Refusal> refusals = new LinkedHashSet<>();
    List<Tag> unsupported = new ArrayList<>();
    List<IndexFile> admitted =
        files.stream().filter(file -> admits(project, file, refusals, unsupported)).toList();
    if (!unsupported.isEmpty()) {
      refusals.add(noWheel(project, unsupported));
    }
    List<IndexFile> inUse =
        admitted.stream().filter(file -> file.yanked() instanceof Yanked.No).toList();
    return best(inUse)
        .or(() -> best(admitted))
        .<Choice>map(Choice.Chosen::new)
        .orElseGet(() -> new Choice.None(together(refusals)));
  }

  private static Refusal together(Set<Refusal> refusals) {
    return new Refusal(
        refusals.stream().map(Refusal::reason).distinct().collect(joining("; ")),
        refusals.stream()
            .flatMap(refusal -> refusal.remedy().stream())
            .distinct()
            .reduce((first, second) -> first + ", or " + second));
  }

  private boolean admits(
      ProjectName project, IndexFile file, Set<Refusal> refusals, List<Tag> unsupported) {
    boolean tooNew =
        preset.excludeNewer().isPresent()
            && file.uploadTime().isPresent()
            && file.uploadTime().get().isAfter(preset.excludeNewer().get());
    if (tooNew) {
      refusals.add(
          Refusal.because(
              "it was uploaded after " + preset.excludeNewer().get(),
              "move exclude_newer to a later time"));
      return false;
    }
    if (!preset.installer().takes(file.requiresPython(), target.fullVersion())) {
      refusals.add(otherPython(file.requiresPython()));
      return false;
    }
    if (purpose == Purpose.INSTALL && !admitsDigests(project, file, refusals)) {
      return false;
    }
    return switch (file.name()) {
      case WheelFilename wheel -> admitsWheel(project, wheel, refusals, unsupported);
      case SdistFilename _ -> admitsSdist(project, refusals);
    };
  }

  /** That a version is for other Pythons than the target's. */
  Refusal otherPython(SpecifierSet requiresPython) {
    return Refusal.because(
        "it requires Python " + requiresPython,
        "choose a target with another Python than " + target.python());
  }

  /** That the wheels of a version are for other targets, and for which. */
  private Refusal noWheel(ProjectName project, List<Tag> unsupported) {
    Set<String> platforms = target.tags().tags().stream().map(Tag::platform).collect(toSet());
    List<String> pythons =
        shown(
            unsupported.stream()
                .filter(tag -> platforms.contains(tag.platform()))
                .map(Tag::interpreter));
    String instead =
        pythons.isEmpty()
            ? "its wheels are for "
                + String.join(", ", shown(unsupported.stream().map(Tag::platform)))
            : "its wheels for this platform are for " + String.join(", ", pythons);
    return Refusal.because(
        "it has no wheel for " + target + "; " + instead,
        "choose a target that " + project + " has wheels for");
  }

  private static List<String> shown(Stream<String> tags) {
    List<String> all = tags.distinct().sorted().toList();
    return all.size() <= TAGS_SHOWN
        ? all
        : Stream.concat(all.stream().limit(TAGS_SHOWN), Stream.of("…")).toList();
  }

  private boolean admitsDigests(ProjectName project, IndexFile file, Set<Refusal> refusals) {
    List<Preset.Root> asking = hashes.getOrDefault(project, List.of());
    if (asking.isEmpty() && preset.requiresHashes()) {
      refusals.add(
          Refusal.because(
              "no requirement gives hashes of it, and the preset asks for them (require_hashes)",
              "require " + project + " with its version and --hash"));
      return false;
    }
    for (Preset.Root root : asking) {
      if (file.digests().stream().noneMatch(root.hashes()::contains)) {
        refusals.add(otherHashes(file, root));
        return false;
      }
    }
    return true;
  }

  private static Refusal otherHashes(IndexFile file, Preset.Root root) {
    Set<Algorithm> asked = root.hashes().stream().map(Digest::algorithm).collect(toSet());
    boolean comparable = file.digests().stream().map(Digest::algorithm).anyMatch(asked::contains);
    return comparable
        ? Refusal.because(
            "it has files with other hashes than " + root.place() + " gives",
            "look whether the index is the one that the hashes are of")
        : Refusal.because(
            "the index states no digest of it to compare with the hashes of "
                + root.place()
                + " ("
                + root.hashes().getFirst().algorithm().label()
                + ")",
            "give hashes of " + root.requirement().project() + " that its index states");
  }

  private boolean admitsWheel(
      ProjectName project, WheelFilename wheel, Set<Refusal> refusals, List<Tag> unsupported) {
    if (!preset.takesWheels(project)) {
      refusals.add(
          Refusal.because(
              "the preset takes no wheel of it (no_binary)",
              "take " + project + " out of no_binary"));
      return false;
    }
    if (target.tags().rank(wheel.tags()).isEmpty()) {
      unsupported.addAll(wheel.tags());
      return false;
    }
    return true;
  }

  private boolean admitsSdist(ProjectName project, Set<Refusal> refusals) {
    if (!preset.takesSdists(project)) {
      refusals.add(
          Refusal.because(
              "the preset takes no sdist of it (no_build)",
              "take " + project + " out of no_build"));
      return false;
    }
    return true;
  }

  private Optional<IndexFile> best(List<IndexFile> files) {
    Comparator<WheelFilename> byTag =
        Comparator.comparingInt(wheel -> target.tags().rank(wheel.tags()).orElseThrow());
    Comparator<IndexFile> order =
        Comparator.comparing(
            file -> (WheelFilename) file.name(),
            byTag.thenComparing(WheelFilename::build, Comparator.reverseOrder()));
    return files.stream()
        .filter(file -> file.name() instanceof WheelFilename)
        .min(order)
        .or(() -> files.stream().findFirst());
  }
}
