package dev.airlock.resolve;

import dev.airlock.files.NoSpaceException;
import dev.airlock.packaging.marker.Marker;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.version.Version;
import dev.airlock.resolve.Candidate.State;
import dev.airlock.resolve.Incompatibility.Cause;
import dev.airlock.resolve.PartialSolution.Assignment;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * PubGrub: chooses versions one by one, derives what each choice implies, and learns from every
 * conflict an incompatibility that keeps it from walking into the same conflict again.
 *
 * <p>What differs from the published algorithm: the versions of a project are listed once and never
 * change, so that terms are sets of numbered choices instead of ranges, and "not chosen" is one of
 * the choices (see {@link VersionSet}). Pre-releases and yanked versions are members of every range
 * that contains their number; whether they may be chosen is decided when their turn comes, from the
 * requirements that hold at that moment.
 *
 * @see <a href="https://github.com/dart-lang/pub/blob/master/doc/solver.md">PubGrub, as in dart
 *     pub</a>
 */
public final class Solver {
  private static final Node ROOT = new Node.Root();
  private static final Version ROOT_VERSION = Version.parse("0");
  private static final int MANY_CONFLICTS = 5;

  private final Problem problem;
  private final Candidates candidates;
  private final Map<ProjectName, Universe> universes = new HashMap<>();
  private final Universe rootUniverse =
      new Universe(new Listing.Found(List.of(Candidate.usable(ROOT_VERSION))));
  private final Map<Node, List<Incompatibility>> incompatibilities = new HashMap<>();
  private final Map<Dependency, Incompatibility> dependencies = new HashMap<>();
  private final Map<Node, Integer> conflicts = new HashMap<>();
  private final PartialSolution solution = new PartialSolution();

  /** By what dependencies of several versions on the same thing are recognised and merged. */
  private record Dependency(
      Node dependent, Node target, VersionSet targetSet, Requirement requirement) {}

  private Solver(Problem problem, Candidates candidates) {
    this.problem = problem;
    this.candidates = candidates;
  }

  /**
   * Chooses a version of every project that is needed: the newest ones that fit together.
   *
   * @throws NoSolutionException when no set of versions fits
   * @throws IOException when a source could not be asked
   */
  public static Solution solve(Problem problem, Candidates candidates)
      throws IOException, NoSolutionException {
    return new Solver(problem, candidates).solve();
  }

  private Solution solve() throws IOException, NoSolutionException {
    candidates.expect(
        problem.roots().stream().map(root -> root.requirement().project()).distinct().toList());
    solution.decide(ROOT, rootUniverse.single(1));
    for (Problem.Root root : problem.roots()) {
      addDependency(ROOT, 1, root.requirement(), root.wantedBy());
    }
    refuseHopelessRoots();
    Node next = ROOT;
    while (next != null) {
      propagate(next);
      next = chooseNext();
    }
    return result();
  }

  /** Names at once everything that is wanted and that no version can be. */
  private void refuseHopelessRoots() throws NoSolutionException {
    var explanation = new Explanation(this::universeOf);
    List<String> hopeless =
        problem.roots().stream()
            .filter(root ->
                universeOf(new Node.Plain(root.requirement().project()))
                    .admitted(root.requirement().specifier())
                    .isEmpty())
            .map(root -> explanation.requires(root.wantedBy(), root.requirement()))
            .distinct()
            .toList();
    if (!hopeless.isEmpty()) {
      throw new NoSolutionException(hopeless);
    }
  }

  // --- unit propagation

  private void propagate(Node start) throws NoSolutionException {
    Deque<Node> changed = new ArrayDeque<>();
    changed.add(start);
    while (!changed.isEmpty()) {
      Node node = changed.remove();
      List<Incompatibility> known = incompatibilities.getOrDefault(node, List.of());
      for (int i = known.size() - 1; i >= 0; i--) {
        Incompatibility incompatibility = known.get(i);
        Relation relation = relation(incompatibility);
        if (relation.satisfied()) {
          Incompatibility learned = resolveConflict(incompatibility);
          Node only =
              Objects.requireNonNull(
                  relation(learned).open(), "a learned incompatibility leaves one node");
          derive(only, learned);
          changed.clear();
          changed.add(only);
          break;
        }
        if (relation.open() != null) {
          derive(relation.open(), incompatibility);
          if (!changed.contains(relation.open())) {
            changed.add(relation.open());
          }
        }
      }
    }
  }

  private void derive(Node node, Incompatibility cause) {
    solution.derive(node, Objects.requireNonNull(cause.terms().get(node)).complement(), cause);
  }

  /**
   * How an incompatibility stands to the choices so far.
   *
   * @param satisfied whether all its terms hold: a conflict
   * @param open the node of the only term that does not hold yet and still can; null when there is
   *     none or several
   */
  private record Relation(boolean satisfied, @Nullable Node open) {
    static final Relation CONFLICT = new Relation(true, null);
    static final Relation NOTHING = new Relation(false, null);
  }

  private Relation relation(Incompatibility incompatibility) {
    Node open = null;
    for (Map.Entry<Node, VersionSet> term : incompatibility.terms().entrySet()) {
      VersionSet current = solution.current(term.getKey());
      if (current != null && current.isSubsetOf(term.getValue())) {
        continue;
      }
      boolean excluded = current != null && current.isDisjoint(term.getValue());
      if (excluded || open != null) {
        return Relation.NOTHING;
      }
      open = term.getKey();
    }
    return open == null ? Relation.CONFLICT : new Relation(false, open);
  }

  // --- conflict resolution

  private Incompatibility resolveConflict(Incompatibility conflict) throws NoSolutionException {
    Incompatibility incompatibility = conflict;
    boolean learned = false;
    conflict.terms().keySet().forEach(node -> conflicts.merge(node, 1, Integer::sum));
    while (!incompatibility.isTerminal()) {
      Assignment latest = null;
      int previousLevel = 1;
      for (Map.Entry<Node, VersionSet> term : incompatibility.terms().entrySet()) {
        Assignment satisfier = solution.satisfier(term.getKey(), term.getValue());
        if (latest == null || satisfier.index() > latest.index()) {
          previousLevel = latest == null ? previousLevel : Math.max(previousLevel, latest.level());
          latest = satisfier;
        } else {
          previousLevel = Math.max(previousLevel, satisfier.level());
        }
      }
      Assignment satisfier = Objects.requireNonNull(latest);
      VersionSet term = Objects.requireNonNull(incompatibility.terms().get(satisfier.node()));
      if (!satisfier.set().isSubsetOf(term)) {
        // It satisfies the term only together with earlier steps: these belong to the conflict too.
        VersionSet rest = term.or(satisfier.set().complement());
        previousLevel = Math.max(previousLevel, solution.satisfier(satisfier.node(), rest).level());
      }
      if (satisfier.cause() == null || previousLevel < satisfier.level()) {
        solution.backtrack(previousLevel);
        if (learned) {
          add(incompatibility);
        }
        return incompatibility;
      }
      incompatibility =
          Incompatibility.resolve(incompatibility, satisfier.cause(), satisfier.node());
      learned = true;
    }
    throw new NoSolutionException(new Explanation(this::universeOf).of(incompatibility));
  }

  private void add(Incompatibility incompatibility) {
    for (Node node : incompatibility.terms().keySet()) {
      incompatibilities.computeIfAbsent(node, _ -> new ArrayList<>()).add(incompatibility);
    }
  }

  @SuppressWarnings("ReferenceEquality") // the very same one: others with equal terms stay
  private void remove(Incompatibility incompatibility) {
    for (Node node : incompatibility.terms().keySet()) {
      Objects.requireNonNull(incompatibilities.get(node))
          .removeIf(known -> known == incompatibility);
    }
  }

  // --- decisions

  /**
   * Decides one node, and returns the node from which to propagate; null when everything is
   * decided.
   */
  private @Nullable Node chooseNext() throws IOException {
    Optional<Node> node =
        solution.undecided().stream().min(Comparator.comparingInt(this::priority));
    if (node.isEmpty()) {
      return null;
    }
    decide(node.get());
    return node.get();
  }

  /**
   * Nodes with one choice left come first, then those that often conflict; else the first heard of
   * (a stable order).
   */
  private int priority(Node node) {
    if (Objects.requireNonNull(solution.current(node)).size() == 1) {
      return 0;
    }
    return conflicts.getOrDefault(node, 0) >= MANY_CONFLICTS ? 1 : 2;
  }

  private void decide(Node node) throws IOException {
    Universe universe = universeOf(node);
    ProjectName project = node.behind().orElseThrow();
    VersionSet allowed = Objects.requireNonNull(solution.current(node));
    Optional<Integer> choice = pick(node, project, universe, allowed);
    if (choice.isEmpty()) {
      add(
          Incompatibility.of(
              node, allowed, new Cause.Unusable(project, notAdmitted(universe, allowed))));
      return;
    }
    Version version = universe.version(choice.get());
    Optional<ExtraName> extra =
        node instanceof Node.WithExtra with ? Optional.of(with.extra()) : Optional.empty();
    switch (dependencies(node, project, version, extra)) {
      case Dependencies.Unusable(String reason) ->
          add(
              Incompatibility.of(
                  node,
                  universe.single(choice.get()),
                  new Cause.Unusable(project, version + ": " + reason)));
      case Dependencies.Known(List<Requirement> requirements) -> {
        candidates.expect(requirements.stream().map(Requirement::project).distinct().toList());
        boolean conflict = false;
        if (node instanceof Node.WithExtra with) {
          conflict |= addSameVersion(with, choice.get());
        }
        for (Requirement requirement : requirements) {
          conflict |= addDependency(node, choice.get(), requirement, node + " " + version);
        }
        if (!conflict) {
          solution.decide(node, universe.single(choice.get()));
        }
      }
    }
  }

  /** What a version requires; a failure to look at it says who wants it. */
  private Dependencies dependencies(
      Node node, ProjectName project, Version version, Optional<ExtraName> extra)
      throws IOException {
    try {
      return candidates.dependencies(project, version, extra);
    } catch (NoSpaceException e) {
      throw e;
    } catch (IOException e) {
      String dependents =
          activeCauses(node).stream()
              .map(Cause.Requires::wantedBy)
              .distinct()
              .sorted()
              .collect(Collectors.joining(", "));
      throw new IOException(
          project + " " + version + ", wanted by " + dependents + ": " + e.getMessage(), e);
    }
  }

  /**
   * The version to try: the preferred one, else the newest; pre-releases and yanked ones where they
   * are admitted.
   */
  private Optional<Integer> pick(
      Node node, ProjectName project, Universe universe, VersionSet allowed) {
    List<Requirement> active = activeRequirements(node);
    boolean pinned = active.stream().anyMatch(requirement -> requirement.specifier().isPin());
    boolean prereleases = admitsPrereleases(project, universe, active);
    Version preferred = problem.preferred().get(project);
    IntStream order = allowed.stream();
    if (preferred != null) {
      order =
          IntStream.concat(
              universe.choice(preferred).filter(allowed::contains).stream().mapToInt(i -> i),
              order);
    }
    List<Integer> admitted =
        order
            .filter(choice -> choice != VersionSet.ABSENT)
            .filter(choice -> prereleases || !universe.version(choice).isPrerelease())
            .boxed()
            .toList();
    Optional<Integer> usable =
        admitted.stream()
            .filter(choice -> universe.candidate(choice).state() instanceof State.Usable)
            .findFirst();
    return usable.isPresent() || !pinned
        ? usable
        : admitted.stream()
            .filter(choice -> universe.candidate(choice).state() instanceof State.Yanked)
            .findFirst();
  }

  /**
   * Pre-releases are admitted where somebody asks for them, or no other version satisfies the
   * requirements.
   */
  private boolean admitsPrereleases(
      ProjectName project, Universe universe, List<Requirement> active) {
    if (problem.admitsPrereleases().test(project)
        || active.stream().anyMatch(requirement -> requirement.specifier().asksForPrereleases())) {
      return true;
    }
    return universe.candidates().stream()
        .filter(candidate -> !(candidate.state() instanceof State.Unusable))
        .map(Candidate::version)
        .filter(version -> !version.isPrerelease())
        .noneMatch(version ->
            active.stream().allMatch(requirement -> requirement.specifier().contains(version)));
  }

  private static String notAdmitted(Universe universe, VersionSet allowed) {
    Set<String> versions = new LinkedHashSet<>();
    allowed.stream().limit(5).forEach(choice -> versions.add(universe.version(choice).toString()));
    boolean yanked =
        allowed.stream()
            .allMatch(choice -> universe.candidate(choice).state() instanceof State.Yanked);
    return String.join(", ", versions)
        + (yanked
            ? " was yanked: pin it with == to take it nevertheless"
            : " is a pre-release that nothing asks for: add the project to `prereleases` to admit"
                + " it");
  }

  /** The requirements on a node's project that hold because their dependents are decided. */
  private List<Requirement> activeRequirements(Node node) {
    var active = new ArrayList<Requirement>();
    problem.constraints().stream()
        .filter(constraint -> node.behind().equals(Optional.of(constraint.project())))
        .forEach(active::add);
    activeCauses(node).forEach(cause -> active.add(cause.requirement()));
    return active;
  }

  private List<Cause.Requires> activeCauses(Node node) {
    var active = new ArrayList<Cause.Requires>();
    for (Incompatibility incompatibility : incompatibilities.getOrDefault(node, List.of())) {
      if (incompatibility.cause() instanceof Cause.Requires cause
          && node.behind().equals(Optional.of(cause.requirement().project()))) {
        int decision = solution.decision(cause.dependent());
        VersionSet dependents = incompatibility.terms().get(cause.dependent());
        if (decision >= 0 && dependents != null && dependents.contains(decision)) {
          active.add(cause);
        }
      }
    }
    return active;
  }

  // --- what versions require

  /** Adds what a choice requires; returns whether it conflicts with what is known already. */
  private boolean addDependency(
      Node dependent, int choice, Requirement requirement, String wantedBy) throws IOException {
    boolean conflict =
        addDependency(
            dependent, choice, requirement, new Node.Plain(requirement.project()), wantedBy);
    for (ExtraName extra : requirement.extras()) {
      conflict |=
          addDependency(
              dependent,
              choice,
              requirement,
              new Node.WithExtra(requirement.project(), extra),
              wantedBy);
    }
    return conflict;
  }

  private boolean addDependency(
      Node dependent, int choice, Requirement requirement, Node target, String wantedBy)
      throws IOException {
    Universe universe = universeFor(target, requirement, wantedBy);
    VersionSet wanted = universe.admitted(requirement.specifier());
    VersionSet dependents = universeOf(dependent).single(choice);
    if (target.equals(dependent)) {
      if (wanted.contains(choice)) {
        return false;
      }
      return addNew(
          Incompatibility.of(
              dependent, dependents, new Cause.Requires(dependent, requirement, wantedBy)),
          dependent);
    }
    VersionSet refused = wanted.complement();
    var key = new Dependency(dependent, target, refused, requirement);
    Incompatibility same = dependencies.get(key);
    if (same != null) {
      remove(same);
      dependents = dependents.or(Objects.requireNonNull(same.terms().get(dependent)));
    }
    var incompatibility =
        Incompatibility.of(
            dependent,
            dependents,
            target,
            refused,
            new Cause.Requires(dependent, requirement, wantedBy));
    dependencies.put(key, incompatibility);
    return addNew(incompatibility, dependent);
  }

  private boolean addSameVersion(Node.WithExtra extra, int choice) throws IOException {
    Node plain = new Node.Plain(extra.project());
    Universe universe = universe(plain);
    VersionSet single = universe.single(choice);
    return addNew(
        Incompatibility.of(extra, single, plain, single.complement(), new Cause.SameVersion(extra)),
        extra);
  }

  /** Adds an incompatibility, and returns whether all its terms but the dependent's hold. */
  private boolean addNew(Incompatibility incompatibility, Node dependent) {
    add(incompatibility);
    return incompatibility.terms().entrySet().stream()
        .filter(term -> !term.getKey().equals(dependent))
        .allMatch(term -> {
          VersionSet current = solution.current(term.getKey());
          return current != null && current.isSubsetOf(term.getValue());
        });
  }

  // --- universes

  private Universe universeOf(Node node) {
    return node.behind()
        .map(project -> Objects.requireNonNull(universes.get(project)))
        .orElse(rootUniverse);
  }

  /**
   * The choices of a node, listed when it is first heard of, with what is known of them from the
   * start.
   */
  private Universe universe(Node node) throws IOException {
    ProjectName project = node.behind().orElseThrow();
    Universe known = universes.get(project);
    if (known != null) {
      return known;
    }
    var universe = new Universe(candidates.list(project));
    universes.put(project, universe);
    Node plain = new Node.Plain(project);
    Map<String, List<Integer>> unusable = new TreeMap<>();
    for (int choice = 1; choice < universe.size(); choice++) {
      if (universe.candidate(choice).state() instanceof State.Unusable(String reason)) {
        unusable.computeIfAbsent(reason, _ -> new ArrayList<>()).add(choice);
      }
    }
    unusable.forEach((reason, choices) ->
        add(
            Incompatibility.of(
                plain,
                VersionSet.of(universe.size(), choices.stream().mapToInt(Integer::intValue)),
                new Cause.Unusable(
                    project, Explanation.versions(universe, choices) + ": " + reason))));
    for (Requirement constraint : problem.constraints()) {
      VersionSet excluded =
          universe.admitted(constraint.specifier()).complement().and(present(universe));
      if (constraint.project().equals(project) && !excluded.isEmpty()) {
        add(Incompatibility.of(plain, excluded, new Cause.Constrained(constraint)));
      }
    }
    return universe;
  }

  /** The choices of what somebody requires; a failure to ask for them says who. */
  private Universe universeFor(Node target, Requirement requirement, String wantedBy)
      throws IOException {
    try {
      return universe(target);
    } catch (NoSpaceException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException(
          wantedBy + " requires " + requirement.when(Marker.always()) + ", but " + e.getMessage(),
          e);
    }
  }

  private static VersionSet present(Universe universe) {
    return VersionSet.of(universe.size(), IntStream.range(1, universe.size()));
  }

  // --- the result

  private Solution result() {
    Map<ProjectName, Version> versions = new TreeMap<>();
    Map<ProjectName, Set<ExtraName>> extras = new TreeMap<>();
    for (Node node : solution.decided()) {
      switch (node) {
        case Node.Root() -> {}
        case Node.Plain(ProjectName project) ->
            versions.put(project, universeOf(node).version(solution.decision(node)));
        case Node.WithExtra(ProjectName project, ExtraName extra) ->
            extras.computeIfAbsent(project, _ -> new TreeSet<>()).add(extra);
      }
    }
    return new Solution(versions, extras);
  }
}
