package dev.airlock.sync;

import dev.airlock.closure.ClosureSolver;
import dev.airlock.closure.PackageSource;
import dev.airlock.closure.TargetClosure;
import dev.airlock.closure.TargetClosure.Chosen;
import dev.airlock.lock.Lock;
import dev.airlock.lock.LockedPackage;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.SpecifierSet;
import dev.airlock.packaging.version.Version;
import dev.airlock.preset.Preset;
import dev.airlock.resolve.NoSolutionException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;

/**
 * Solves a preset for each of its targets so that they agree on versions wherever they can: each
 * begins with the versions of the one before, and where they still differ, all are asked to take
 * the oldest of them, as long as that makes the versions fewer.
 */
final class TargetsSolver {
  private final Preset preset;
  private final PackageSource packages;
  private final Executor executor;
  private final Map<Target, List<Requirement>> pins;

  TargetsSolver(Preset preset, PackageSource packages, Executor executor) {
    this(preset, packages, executor, Map.of());
  }

  private TargetsSolver(
      Preset preset,
      PackageSource packages,
      Executor executor,
      Map<Target, List<Requirement>> pins) {
    this.preset = preset;
    this.packages = packages;
    this.executor = executor;
    this.pins = Map.copyOf(pins);
  }

  /**
   * The closure of each target, with some projects in the versions that they have where nothing is
   * kept, and everything else in its earlier version where that fits.
   *
   * @param upgraded the projects that move
   */
  List<TargetClosure> upgrade(Lock earlier, Set<ProjectName> upgraded)
      throws IOException, NoSolutionException {
    Map<Target, List<Requirement>> newest = new HashMap<>();
    for (TargetClosure closure : solve(Optional.empty())) {
      newest.put(
          closure.target(),
          closure.installed().stream()
              .filter(chosen -> upgraded.contains(chosen.project()))
              .map(chosen ->
                  new Requirement(chosen.project(), SpecifierSet.exactly(chosen.version())))
              .toList());
    }
    return new TargetsSolver(preset, packages, executor, newest)
        .solve(Optional.of(earlier.without(upgraded)));
  }

  /**
   * The closure of each target.
   *
   * @param earlier the lock whose versions are kept where they still fit
   */
  List<TargetClosure> solve(Optional<Lock> earlier) throws IOException, NoSolutionException {
    List<TargetClosure> best = oneAfterTheOther(earlier, Map.of());
    while (differ(best)) {
      List<TargetClosure> next = oneAfterTheOther(earlier, oldest(best));
      if (versions(next).size() >= versions(best).size()) {
        break;
      }
      best = next;
    }
    return best;
  }

  /**
   * Solves each target with its own earlier versions, else the common ones, else the last taken.
   */
  private List<TargetClosure> oneAfterTheOther(
      Optional<Lock> earlier, Map<ProjectName, Version> common)
      throws IOException, NoSolutionException {
    Map<ProjectName, Version> taken = new TreeMap<>();
    var closures = new ArrayList<TargetClosure>();
    for (Target target : preset.targets()) {
      Map<ProjectName, Version> preferred = new TreeMap<>(taken);
      preferred.putAll(common);
      earlier.ifPresent(lock -> preferred.putAll(versions(lock, target)));
      TargetClosure closure = solve(target, preferred);
      closure.installed().forEach(chosen -> taken.put(chosen.project(), chosen.version()));
      closures.add(closure);
    }
    return closures;
  }

  private TargetClosure solve(Target target, Map<ProjectName, Version> preferred)
      throws IOException, NoSolutionException {
    try {
      return ClosureSolver.solve(
          preset.constrainedBy(pins.getOrDefault(target, List.of())),
          target,
          packages,
          executor,
          preferred);
    } catch (NoSolutionException e) {
      throw preset.targets().size() == 1 ? e : e.in("for " + target);
    }
  }

  /**
   * What a lock has for a target; of a project that it does not have for it, what it has for
   * others. What is installed counts before what only builds need.
   */
  private static Map<ProjectName, Version> versions(Lock lock, Target target) {
    Map<ProjectName, Version> versions = new TreeMap<>();
    lock.packages().stream()
        .sorted(
            Comparator.comparing((LockedPackage locked) -> locked.isFor(target))
                .thenComparing(LockedPackage::role, Comparator.reverseOrder()))
        .forEach(locked -> versions.put(locked.project(), locked.version()));
    return versions;
  }

  private static boolean differ(List<TargetClosure> closures) {
    return versions(closures).size() > oldest(closures).size();
  }

  /** The oldest version in which each project was chosen. */
  private static Map<ProjectName, Version> oldest(List<TargetClosure> closures) {
    Map<ProjectName, Version> oldest = new TreeMap<>();
    for (TargetClosure closure : closures) {
      for (Chosen chosen : closure.installed()) {
        oldest.merge(
            chosen.project(),
            chosen.version(),
            (one, other) -> one.compareTo(other) <= 0 ? one : other);
      }
    }
    return oldest;
  }

  private record Choice(ProjectName project, Version version) {}

  private static Set<Choice> versions(List<TargetClosure> closures) {
    Set<Choice> versions = new HashSet<>();
    for (TargetClosure closure : closures) {
      closure
          .installed()
          .forEach(chosen -> versions.add(new Choice(chosen.project(), chosen.version())));
    }
    return versions;
  }
}
