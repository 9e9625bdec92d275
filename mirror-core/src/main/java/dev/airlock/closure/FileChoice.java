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

  /** So many files are shown with the hashes that they have, rather than the ones wanted. */
  private static final int HASHES_SHOWN = 3;

  private final Preset preset;
  private final Target target;
  private final Purpose purpose;
  private final Map<ProjectName, List<Preset.Root>> hashes = new HashMap<>();

  /** Why files of a version were passed over. */
  private static final class Passed {
    private final Set<Refusal> refusals = new LinkedHashSet<>();
    private final List<Tag> unsupported = new ArrayList<>();
    private final Map<Preset.Root, List<IndexFile>> otherHashes = new LinkedHashMap<>();
  }

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
    var passed = new Passed();
    List<IndexFile> admitted =
        files.stream().filter(file -> admits(project, file, passed)).toList();
    passed.otherHashes.forEach((root, those) -> passed.refusals.add(otherHashes(those, root)));
    if (!passed.unsupported.isEmpty()) {
      passed.refusals.add(noWheel(project, passed.unsupported));
    }
    List<IndexFile> inUse =
        admitted.stream().filter(file -> file.yanked() instanceof Yanked.No).toList();
    return best(inUse)
        .or(() -> best(admitted))
        .<Choice>map(Choice.Chosen::new)
        .orElseGet(() -> new Choice.None(together(passed.refusals)));
  }

  private static Refusal together(Set<Refusal> refusals) {
    return new Refusal(
        refusals.stream().map(Refusal::reason).distinct().collect(joining("; ")),
        refusals.stream()
            .flatMap(refusal -> refusal.remedy().stream())
            .distinct()
            .reduce((first, second) -> first + ", or " + second));
  }

  private boolean admits(ProjectName project, IndexFile file, Passed passed) {
    boolean tooNew =
        preset.excludeNewer().isPresent()
            && file.uploadTime().isPresent()
            && file.uploadTime().get().isAfter(preset.excludeNewer().get());
    if (tooNew) {
      passed.refusals.add(
          Refusal.because(
              "it was uploaded after " + preset.excludeNewer().get(),
              "move exclude_newer to a later time"));
      return false;
    }
    if (!preset.installer().takes(file.requiresPython(), target.fullVersion())) {
      passed.refusals.add(otherPython(file.requiresPython()));
      return false;
    }
    boolean usable =
        switch (file.name()) {
          case WheelFilename wheel -> admitsWheel(project, wheel, passed);
          case SdistFilename _ -> admitsSdist(project, passed.refusals);
        };
    return usable && (purpose == Purpose.BUILD || admitsDigests(project, file, passed));
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

  private boolean admitsDigests(ProjectName project, IndexFile file, Passed passed) {
    List<Preset.Root> asking = hashes.getOrDefault(project, List.of());
    if (asking.isEmpty() && preset.requiresHashes()) {
      passed.refusals.add(
          Refusal.because(
              "no requirement gives hashes of it, and the preset asks for them (require_hashes)",
              "require " + project + " with its version and --hash"));
      return false;
    }
    for (Preset.Root root : asking) {
      if (file.digests().stream().noneMatch(root.hashes()::contains)) {
        if (digests(file, root).isEmpty()) {
          passed.refusals.add(noHash(root));
        } else {
          passed.otherHashes.computeIfAbsent(root, _ -> new ArrayList<>()).add(file);
        }
        return false;
      }
    }
    return true;
  }

  /** The digests of a file that can be compared with the hashes that are given. */
  private static List<Digest> digests(IndexFile file, Preset.Root root) {
    Set<Algorithm> asked = root.hashes().stream().map(Digest::algorithm).collect(toSet());
    return file.digests().stream().filter(digest -> asked.contains(digest.algorithm())).toList();
  }

  private static Refusal otherHashes(List<IndexFile> files, Preset.Root root) {
    String found =
        files.size() > HASHES_SHOWN
            ? ""
            : files.stream()
                .map(file ->
                    file.name().text()
                        + " has "
                        + digests(file, root).stream()
                            .map(hash -> hash.algorithm().label() + ":" + hash.hex())
                            .collect(joining(" and ")))
                .collect(joining(", ", " (", ")"));
    return Refusal.because(
        "it has files with other hashes than " + root.place() + " gives" + found,
        "look whether the index is the one that the hashes are of");
  }

  private static Refusal noHash(Preset.Root root) {
    return Refusal.because(
        "the index states no digest of it to compare with the hashes of "
            + root.place()
            + " ("
            + root.hashes().getFirst().algorithm().label()
            + ")",
        root.requirement().specifier().isPin()
            ? "give hashes of " + root.requirement().project() + " that its index states"
            : "pin " + root.requirement().project() + " with ==: then its files are hashed");
  }

  private boolean admitsWheel(ProjectName project, WheelFilename wheel, Passed passed) {
    if (!preset.takesWheels(project)) {
      passed.refusals.add(
          Refusal.because(
              "the preset takes no wheel of it (no_binary)",
              "take " + project + " out of no_binary"));
      return false;
    }
    if (target.tags().rank(wheel.tags()).isEmpty()) {
      passed.unsupported.addAll(wheel.tags());
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
