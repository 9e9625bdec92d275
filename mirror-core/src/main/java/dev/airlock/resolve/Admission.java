package dev.airlock.resolve;

import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.Version;
import dev.airlock.resolve.Candidate.State;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Decides by an installer's rules which pre-releases and yanked versions may be chosen. */
sealed interface Admission {
  /** By the rules of the problem's installer. */
  static Admission of(Problem problem) {
    return switch (problem.installer()) {
      case PIP -> new ByAnybody(problem);
      case UV -> new ByTheRoots(problem);
    };
  }

  /**
   * The first choice that may be made.
   *
   * @param order the choices in the order in which they are tried
   * @param active the requirements that hold at this moment
   */
  Optional<Integer> first(
      ProjectName project, Universe universe, IntStream order, List<Requirement> active);

  /** Whether requirements found later may admit what is refused now. */
  boolean dependsOnRequirements();

  /**
   * pip's rules: any requirement may ask for pre-releases, or pin a yanked version; a pre-release
   * is taken too where no final version satisfies, a yanked version where nothing else is left.
   */
  record ByAnybody(Problem problem) implements Admission {
    @Override
    public Optional<Integer> first(
        ProjectName project, Universe universe, IntStream order, List<Requirement> active) {
      boolean prereleases = admitsPrereleases(project, universe, active);
      List<Integer> admitted =
          order
              .filter(choice -> prereleases || !universe.version(choice).isPrerelease())
              .boxed()
              .toList();
      Optional<Integer> usable =
          admitted.stream()
              .filter(choice -> universe.candidate(choice).state() instanceof State.Usable)
              .findFirst();
      boolean pinned = active.stream().anyMatch(requirement -> requirement.specifier().isPin());
      return usable.isPresent() || !pinned
          ? usable
          : admitted.stream()
              .filter(choice -> universe.candidate(choice).state() instanceof State.Yanked)
              .findFirst();
    }

    private boolean admitsPrereleases(
        ProjectName project, Universe universe, Collection<Requirement> active) {
      return problem.admitsPrereleases().test(project)
          || active.stream().anyMatch(requirement -> requirement.specifier().asksForPrereleases())
          || universe.candidates().stream()
              .filter(candidate -> !(candidate.state() instanceof State.Unusable))
              .map(Candidate::version)
              .filter(version -> !version.isPrerelease())
              .noneMatch(version ->
                  active.stream()
                      .allMatch(requirement -> requirement.specifier().contains(version)));
    }

    @Override
    public boolean dependsOnRequirements() {
      return true;
    }
  }

  /**
   * uv's rules: only the roots and constraints may ask for pre-releases, or pin a yanked version;
   * pre-releases are taken too of a project that has no final version.
   */
  record ByTheRoots(Problem problem) implements Admission {
    @Override
    public Optional<Integer> first(
        ProjectName project, Universe universe, IntStream order, List<Requirement> active) {
      boolean prereleases =
          problem.admitsPrereleases().test(project)
              || stated(project).anyMatch(stated -> stated.specifier().asksForPrereleases())
              || universe.candidates().stream()
                  .allMatch(candidate -> candidate.version().isPrerelease());
      return order
          .filter(choice -> prereleases || !universe.version(choice).isPrerelease())
          .filter(choice ->
              switch (universe.candidate(choice).state()) {
                case State.Usable() -> true;
                case State.Yanked _ -> isPinned(project, universe.version(choice));
                case State.Unusable _ -> false;
              })
          .boxed()
          .findFirst();
    }

    private boolean isPinned(ProjectName project, Version version) {
      return version.equals(problem.preferred().get(project))
          || stated(project)
              .anyMatch(
                  stated -> stated.specifier().isPin() && stated.specifier().contains(version));
    }

    private Stream<Requirement> stated(ProjectName project) {
      return Stream.concat(
              problem.roots().stream().map(Problem.Root::requirement),
              problem.constraints().stream())
          .filter(requirement -> requirement.project().equals(project));
    }

    @Override
    public boolean dependsOnRequirements() {
      return false;
    }
  }
}
