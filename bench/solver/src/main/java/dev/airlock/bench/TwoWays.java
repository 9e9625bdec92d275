package dev.airlock.bench;

import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Installer;
import dev.airlock.packaging.version.Version;
import dev.airlock.resolve.Candidate;
import dev.airlock.resolve.Candidates;
import dev.airlock.resolve.Dependencies;
import dev.airlock.resolve.Listing;
import dev.airlock.resolve.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;

/**
 * A registry that is hard to solve: 200 projects of 100 versions, of which each wants its neighbour
 * new, another project old, and a third one different, or, as a chain, its neighbour the same.
 */
final class TwoWays implements Candidates {
  private static final int PROJECTS = 200;
  private static final int VERSIONS = 100;
  private static final int SLACK = 30;

  private final Map<ProjectName, Map<Version, List<Requirement>>> projects = new HashMap<>();

  /** Projects that pull two ways, the same for the same seed. */
  static TwoWays pulling(long seed) {
    var random = new Random(seed);
    var registry = new TwoWays();
    for (int project = 0; project < PROJECTS; project++) {
      for (int version = 1; version <= VERSIONS; version++) {
        registry.add(
            project,
            version,
            name((project + 1) % PROJECTS) + ">=" + Math.max(1, version - random.nextInt(SLACK)),
            name(random.nextInt(PROJECTS))
                + "<="
                + Math.min(VERSIONS, version + random.nextInt(SLACK)),
            name(random.nextInt(PROJECTS)) + "!=" + random.nextInt(VERSIONS));
      }
    }
    return registry;
  }

  /** A chain of projects in lockstep, whose last has but the oldest version. */
  static TwoWays chain() {
    var registry = new TwoWays();
    for (int project = 0; project < PROJECTS; project++) {
      for (int version = 1; version <= VERSIONS; version++) {
        registry.add(project, version, name(project + 1) + "==" + version);
      }
    }
    registry.add(PROJECTS, 1);
    return registry;
  }

  private static String name(int project) {
    return "p" + project;
  }

  private void add(int project, int version, String... requirements) {
    projects
        .computeIfAbsent(new ProjectName(name(project)), _ -> new HashMap<>())
        .put(
            Version.parse(Integer.toString(version)),
            List.of(requirements).stream().map(Requirement::parse).toList());
  }

  /** What is asked of such a registry: some of its projects, in any version. */
  Problem problem(int... wanted) {
    var roots = new ArrayList<Problem.Root>();
    for (int project : wanted) {
      roots.add(new Problem.Root(Requirement.parse(name(project)), "the benchmark"));
    }
    return new Problem(roots, List.of(), Installer.PIP, _ -> false, Map.of());
  }

  @Override
  public Listing list(ProjectName project) {
    return new Listing.Found(versions(project).keySet().stream().map(Candidate::usable).toList());
  }

  @Override
  public Dependencies dependencies(
      ProjectName project, Version version, Optional<ExtraName> extra) {
    return new Dependencies.Known(Objects.requireNonNull(versions(project).get(version)));
  }

  private Map<Version, List<Requirement>> versions(ProjectName project) {
    return Objects.requireNonNull(projects.get(project));
  }
}
