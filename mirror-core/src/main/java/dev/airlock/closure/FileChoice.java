package dev.airlock.closure;

import dev.airlock.index.IndexFile;
import dev.airlock.index.IndexFile.Yanked;
import dev.airlock.index.ProjectPage;
import dev.airlock.packaging.filename.SdistFilename;
import dev.airlock.packaging.filename.WheelFilename;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.Version;
import dev.airlock.preset.Preset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Chooses the file of each version that a target would install, by pip's rules: the wheel with the
 * best tag and then the highest build tag; an sdist where no wheel fits.
 */
final class FileChoice {
  private final Preset preset;
  private final Target target;

  /** What was chosen of a version. */
  sealed interface Choice {
    /** A file, which may be withdrawn. */
    record Chosen(IndexFile file) implements Choice {}

    /** None fits. */
    record None(String reason) implements Choice {}
  }

  FileChoice(Preset preset, Target target) {
    this.preset = preset;
    this.target = target;
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
    Set<String> reasons = new LinkedHashSet<>();
    List<IndexFile> admitted =
        files.stream().filter(file -> admits(project, file, reasons)).toList();
    List<IndexFile> inUse =
        admitted.stream().filter(file -> file.yanked() instanceof Yanked.No).toList();
    return best(inUse)
        .or(() -> best(admitted))
        .<Choice>map(Choice.Chosen::new)
        .orElseGet(() -> new Choice.None(String.join("; ", reasons)));
  }

  private boolean admits(ProjectName project, IndexFile file, Set<String> reasons) {
    boolean tooNew =
        preset.excludeNewer().isPresent()
            && file.uploadTime().isPresent()
            && file.uploadTime().get().isAfter(preset.excludeNewer().get());
    if (tooNew) {
      reasons.add("it was uploaded after " + preset.excludeNewer().get());
      return false;
    }
    if (!file.requiresPython().contains(target.fullVersion())) {
      reasons.add("it requires Python " + file.requiresPython());
      return false;
    }
    return switch (file.name()) {
      case WheelFilename wheel -> admitsWheel(project, wheel, reasons);
      case SdistFilename _ -> admitsSdist(project, reasons);
    };
  }

  private boolean admitsWheel(ProjectName project, WheelFilename wheel, Set<String> reasons) {
    if (preset.noBinary().contains(project)) {
      reasons.add("the preset takes no wheel of it (no_binary)");
      return false;
    }
    if (target.tags().rank(wheel.tags()).isEmpty()) {
      reasons.add("it has no wheel for " + target);
      return false;
    }
    return true;
  }

  private boolean admitsSdist(ProjectName project, Set<String> reasons) {
    if (preset.noBuild().contains(project)) {
      reasons.add("the preset takes no sdist of it (no_build)");
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
