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
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Solves a preset for each of its targets so that they agree on versions wherever they can: each
 * begins with the versions of the one before, and where they still differ, all are asked to take
 * the newest that all could have, as long as that makes the versions fewer. In the end each target,
 * offered the versions of all, has to take its own.
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
              .map(chosen -> new Requirement(chosen.project(), SpecifierSet.only(chosen.version())))
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
    Set<ProjectName> free = new HashSet<>();
    while (true) {
      List<TargetClosure> closures = agreed(earlier, free);
      Set<ProjectName> mistaken = mistaken(closures);
      if (!free.addAll(mistaken)) {
        return closures;
      }
    }
  }

  /** Closures that have as few versions as preferring common ones makes them. */
  private List<TargetClosure> agreed(Optional<Lock> earlier, Set<ProjectName> free)
      throws IOException, NoSolutionException {
    List<TargetClosure> best = oneAfterTheOther(earlier, free, Map.of());
    while (differ(best)) {
      Set<ProjectName> open = differing(best);
      if (earlier.isPresent()) {
        Set<ProjectName> kept = kept(earlier.get(), best);
        open.removeIf(project -> kept.contains(project) && !free.contains(project));
      }
      Map<ProjectName, Version> common = common(best, open);
      List<Map<ProjectName, Version>> attempts = new ArrayList<>();
      attempts.add(common);
      common.forEach((project, version) -> attempts.add(Map.of(project, version)));
      Optional<List<TargetClosure>> better = Optional.empty();
      for (Map<ProjectName, Version> attempt : attempts) {
        List<TargetClosure> next = oneAfterTheOther(earlier, free, attempt);
        if (versions(next).size() < versions(best).size()) {
          better = Optional.of(next);
          break;
        }
      }
      if (better.isEmpty()) {
        break;
      }
      best = better.get();
    }
    return best;
  }

  /**
   * Solves each target with the common versions, else its own earlier ones, else the last taken.
   *
   * @param free projects of which each target takes the newest version
   */
  private List<TargetClosure> oneAfterTheOther(
      Optional<Lock> earlier, Set<ProjectName> free, Map<ProjectName, Version> common)
      throws IOException, NoSolutionException {
    Map<ProjectName, Version> taken = new TreeMap<>();
    var closures = new ArrayList<TargetClosure>();
    for (Target target : preset.targets()) {
      Map<ProjectName, Version> preferred = new TreeMap<>(taken);
      earlier.ifPresent(lock -> preferred.putAll(versions(lock, target)));
      preferred.keySet().removeAll(free);
      preferred.putAll(common);
      TargetClosure closure = solve(target, preferred);
      closure.installed().forEach(chosen -> taken.put(chosen.project(), chosen.version()));
      closures.add(closure);
    }
    return closures;
  }

  /**
   * Of each of these projects, the newest version that all targets could have, by their files and
   * by what the closures require of it.
   */
  private Map<ProjectName, Version> common(List<TargetClosure> closures, Set<ProjectName> projects)
      throws IOException {
    Map<ProjectName, Version> common = new TreeMap<>();
    for (ProjectName project : projects) {
      Optional<Set<Version>> versions = Optional.empty();
      for (TargetClosure closure : closures) {
        if (closure.installed().stream().anyMatch(chosen -> chosen.project().equals(project))) {
          Set<Version> usable =
              ClosureSolver.usable(preset, closure.target(), packages, project).stream()
                  .filter(version -> isAdmitted(closure, project, version))
                  .collect(Collectors.toCollection(TreeSet::new));
          versions.ifPresent(usable::retainAll);
          versions = Optional.of(usable);
        }
      }
      versions.stream()
          .flatMap(Set::stream)
          .max(Comparator.naturalOrder())
          .ifPresent(version -> common.put(project, version));
    }
    return common;
  }

  /** The projects that every target has in its version of the lock. */
  private static Set<ProjectName> kept(Lock lock, List<TargetClosure> closures) {
    Set<ProjectName> kept = new TreeSet<>();
    Set<ProjectName> moved = new TreeSet<>();
    for (TargetClosure closure : closures) {
      Map<ProjectName, Version> earlier = versions(lock, closure.target());
      for (Chosen chosen : closure.installed()) {
        boolean same = chosen.version().equals(earlier.get(chosen.project()));
        (same ? kept : moved).add(chosen.project());
      }
    }
    kept.removeAll(moved);
    return kept;
  }

  private boolean isAdmitted(TargetClosure closure, ProjectName project, Version version) {
    return Stream.of(
            preset.roots().stream().map(Preset.Root::requirement),
            preset.constraints().stream(),
            closure.installed().stream().flatMap(chosen -> chosen.requires().stream()))
        .flatMap(requirements -> requirements)
        .filter(requirement -> requirement.project().equals(project))
        .filter(requirement -> closure.target().environment().satisfies(requirement.marker()))
        .allMatch(requirement -> requirement.specifier().contains(version));
  }

  /**
   * The projects of which some target, offered what all targets together have and nothing else,
   * would not take its own version: an install there would go wrong.
   */
  private Set<ProjectName> mistaken(List<TargetClosure> closures) throws IOException {
    Set<ProjectName> mistaken = new TreeSet<>();
    if (!differ(closures)) {
      return mistaken;
    }
    var offered = new ChosenPackages(closures, packages);
    for (TargetClosure closure : closures) {
      Set<Choice> installed = versions(List.of(closure));
      try {
        TargetClosure taken =
            ClosureSolver.solve(preset, closure.target(), offered, _ -> {}, Map.of());
        versions(List.of(taken)).stream()
            .filter(choice -> !installed.contains(choice))
            .forEach(choice -> mistaken.add(choice.project()));
      } catch (NoSolutionException e) {
        // It has what only the lock admits, a version that was yanked since: no other is taken.
      }
    }
    return mistaken;
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
    return !differing(closures).isEmpty();
  }

  /** The projects that are installed in several versions. */
  private static Set<ProjectName> differing(List<TargetClosure> closures) {
    Map<ProjectName, Long> counts =
        versions(closures).stream()
            .collect(Collectors.groupingBy(Choice::project, TreeMap::new, Collectors.counting()));
    counts.values().removeIf(count -> count == 1);
    return counts.keySet();
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
