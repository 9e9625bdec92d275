package dev.airlock.closure;

import dev.airlock.closure.FileChoice.Purpose;
import dev.airlock.closure.TargetClosure.Chosen;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import dev.airlock.packaging.version.Version;
import dev.airlock.preset.Preset;
import dev.airlock.resolve.Candidate;
import dev.airlock.resolve.Listing;
import dev.airlock.resolve.NoSolutionException;
import dev.airlock.resolve.Problem;
import dev.airlock.resolve.Solution;
import dev.airlock.resolve.Solver;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/**
 * Finds the closure of a preset on a target: one joint solution of everything that is installed,
 * then for each sdist in it the environment that builds it, and so on for sdists in those.
 */
public final class ClosureSolver {
  private final Preset preset;
  private final Target target;
  private final TargetCandidates candidates;
  private final TargetCandidates tools;

  private ClosureSolver(
      Preset preset, Target target, TargetCandidates candidates, TargetCandidates tools) {
    this.preset = preset;
    this.target = target;
    this.candidates = candidates;
    this.tools = tools;
  }

  /**
   * Solves a preset for one of its targets.
   *
   * @param executor runs what is asked for ahead of the solver
   * @param preferred versions to keep where they still fit
   * @throws NoSolutionException when no set of versions fits
   * @throws IOException when a source could not be asked
   */
  public static TargetClosure solve(
      Preset preset,
      Target target,
      PackageSource source,
      Executor executor,
      Map<ProjectName, Version> preferred)
      throws IOException, NoSolutionException {
    try (var candidates = new TargetCandidates(preset, target, source, executor, Purpose.INSTALL);
        var tools = new TargetCandidates(preset, target, source, executor, Purpose.BUILD)) {
      return new ClosureSolver(preset, target, candidates, tools).solve(preferred);
    }
  }

  /**
   * The final versions of a project that have a file for a target.
   *
   * @throws IOException when a source could not be asked
   */
  public static Set<Version> usable(
      Preset preset, Target target, PackageSource source, ProjectName project) throws IOException {
    try (var candidates = new TargetCandidates(preset, target, source, _ -> {}, Purpose.INSTALL)) {
      return candidates.list(project) instanceof Listing.Found(List<Candidate> found, _)
          ? found.stream()
              .filter(candidate -> candidate.state() instanceof Candidate.State.Usable)
              .map(Candidate::version)
              .filter(version -> !version.isPrerelease())
              .collect(Collectors.toUnmodifiableSet())
          : Set.of();
    }
  }

  private TargetClosure solve(Map<ProjectName, Version> earlier)
      throws IOException, NoSolutionException {
    List<Chosen> installed =
        chosen(candidates, Solver.solve(problem(roots(), constraints(), earlier), candidates));
    Map<String, Chosen> known = new TreeMap<>();
    installed.forEach(chosen -> known.put(key(chosen), chosen));
    Map<String, Chosen> forBuilds = new TreeMap<>();
    Deque<Chosen> unbuilt = new ArrayDeque<>(installed);
    while (!unbuilt.isEmpty()) {
      Chosen next = unbuilt.remove();
      if (next.buildRequires().isEmpty()) {
        continue;
      }
      for (Chosen tool : buildEnvironment(next, installed, earlier)) {
        if (known.putIfAbsent(key(tool), tool) == null) {
          forBuilds.put(key(tool), tool);
          unbuilt.add(tool);
        }
      }
    }
    return new TargetClosure(target, installed, List.copyOf(forBuilds.values()));
  }

  private static String key(Chosen chosen) {
    return chosen.project() + " " + chosen.version();
  }

  private List<Problem.Root> roots() {
    var roots = new ArrayList<Problem.Root>();
    for (Preset.Root root : preset.roots()) {
      if (target.environment().satisfies(root.requirement().marker())) {
        candidates
            .overridden(root.requirement())
            .forEach(requirement ->
                roots.add(new Problem.Root(requirement, "the preset (" + root.place() + ")")));
      }
    }
    return roots;
  }

  private List<Requirement> constraints() {
    return preset.constraints().stream()
        .filter(constraint -> target.environment().satisfies(constraint.marker()))
        .toList();
  }

  private Problem problem(
      List<Problem.Root> roots,
      List<Requirement> constraints,
      Map<ProjectName, Version> preferred) {
    return new Problem(roots, constraints, preset.installer(), this::admitsPrereleases, preferred);
  }

  private boolean admitsPrereleases(ProjectName project) {
    return preset.prereleases().contains(project)
        || preset.overrides().stream()
            .filter(override -> override.project().equals(project))
            .anyMatch(override -> override.specifier().asksForPrereleases());
  }

  /**
   * What is installed to build an sdist, apart from what the preset installs, but in its versions
   * where they fit, else in earlier ones.
   */
  private List<Chosen> buildEnvironment(
      Chosen sdist, List<Chosen> installed, Map<ProjectName, Version> earlier)
      throws IOException, NoSolutionException {
    List<Problem.Root> roots =
        sdist.buildRequires().stream()
            .map(requirement ->
                new Problem.Root(requirement, "building " + sdist.file().name().text()))
            .toList();
    Map<ProjectName, Version> preferred = new TreeMap<>(earlier);
    installed.forEach(chosen -> preferred.put(chosen.project(), chosen.version()));
    return chosen(tools, Solver.solve(problem(roots, List.of(), preferred), tools));
  }

  private static List<Chosen> chosen(TargetCandidates candidates, Solution solution)
      throws IOException {
    var all = new ArrayList<Chosen>();
    for (Map.Entry<ProjectName, Version> entry : new TreeMap<>(solution.versions()).entrySet()) {
      Set<ExtraName> extras = solution.extras().getOrDefault(entry.getKey(), Set.of());
      TargetCandidates.Known known = candidates.known(entry.getKey(), entry.getValue(), extras);
      all.add(
          new Chosen(
              entry.getKey(),
              entry.getValue(),
              known.file(),
              known.requiresPython(),
              known.requires(),
              known.buildRequires()));
    }
    return all;
  }
}
