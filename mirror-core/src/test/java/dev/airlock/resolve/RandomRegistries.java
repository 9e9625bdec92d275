package dev.airlock.resolve;

import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.Version;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** Small generated registries, and a solver that tries everything. */
final class RandomRegistries {
  private RandomRegistries() {}

  static Registry generate(Random random, int projects, int versions) {
    var registry = new Registry();
    for (int project = 0; project < projects; project++) {
      int count = random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(versions);
      for (int version = 1; version <= count; version++) {
        var requirements = new ArrayList<String>();
        for (int i = random.nextInt(4); i > 0; i--) {
          requirements.add(
              (random.nextInt(4) == 0 ? "x:" : "")
                  + "p"
                  + random.nextInt(projects)
                  + (random.nextInt(5) == 0 ? "[x]" : "")
                  + specifier(random, versions));
        }
        Candidate.State state =
            random.nextInt(10) == 0
                ? new Candidate.State.Unusable(Refusal.because("no wheel fits"))
                : new Candidate.State.Usable();
        registry.add("p" + project, "" + version, state, requirements.toArray(String[]::new));
      }
    }
    return registry;
  }

  private static String specifier(Random random, int versions) {
    String bound = Integer.toString(1 + random.nextInt(versions));
    return switch (random.nextInt(6)) {
      case 0 -> "==" + bound;
      case 1 -> "<=" + bound;
      case 2 -> ">=" + bound;
      case 3 -> "!=" + bound;
      case 4 -> ">=" + bound + ",!=" + (1 + random.nextInt(versions));
      default -> "";
    };
  }

  /** Whether any choice of versions whatsoever solves the problem. */
  static boolean isSolvable(Problem problem, Registry registry) {
    return isSolvable(problem, registry, List.copyOf(registry.projects().keySet()), 0, Map.of());
  }

  private static boolean isSolvable(
      Problem problem,
      Registry registry,
      List<ProjectName> projects,
      int next,
      Map<ProjectName, Version> chosen) {
    if (next == projects.size()) {
      return broken(problem, registry, chosen, new HashSet<>()).isEmpty();
    }
    if (isSolvable(problem, registry, projects, next + 1, chosen)) {
      return true;
    }
    ProjectName project = projects.get(next);
    for (Registry.Entry entry : registry.projects().getOrDefault(project, List.of())) {
      if (entry.candidate().state() instanceof Candidate.State.Usable) {
        Map<ProjectName, Version> more = new HashMap<>(chosen);
        more.put(project, entry.candidate().version());
        if (isSolvable(problem, registry, projects, next + 1, more)) {
          return true;
        }
      }
    }
    return false;
  }

  /** What is wrong with a solution: requirements it breaks, projects that nothing wants. */
  static List<String> mistakes(Problem problem, Registry registry, Solution solution) {
    Set<ProjectName> reached = new HashSet<>();
    List<String> mistakes =
        new ArrayList<>(broken(problem, registry, solution.versions(), reached));
    solution.versions().keySet().stream()
        .filter(project -> !reached.contains(project))
        .map(project -> project + " is chosen and nothing requires it")
        .forEach(mistakes::add);
    problem.constraints().stream()
        .filter(constraint -> {
          Version version = solution.versions().get(constraint.project());
          return version != null && !constraint.specifier().contains(version);
        })
        .map(constraint -> "the constraint " + constraint + " is broken")
        .forEach(mistakes::add);
    return mistakes;
  }

  private static List<String> broken(
      Problem problem,
      Registry registry,
      Map<ProjectName, Version> chosen,
      Set<ProjectName> reached) {
    List<String> broken = new ArrayList<>();
    Deque<Requirement> open = new ArrayDeque<>();
    problem.roots().forEach(root -> open.add(root.requirement()));
    Set<String> seen = new HashSet<>();
    while (!open.isEmpty()) {
      Requirement requirement = open.remove();
      Version version = chosen.get(requirement.project());
      if (version == null || !requirement.specifier().contains(version)) {
        broken.add(requirement + " is not satisfied by " + version);
        continue;
      }
      reached.add(requirement.project());
      var extras = new ArrayList<Optional<ExtraName>>();
      extras.add(Optional.empty());
      requirement.extras().forEach(extra -> extras.add(Optional.of(extra)));
      for (Optional<ExtraName> extra : extras) {
        if (seen.add(requirement.project() + "|" + extra)) {
          open.addAll(registry.requires(requirement.project(), version, extra));
        }
      }
    }
    return broken;
  }
}
