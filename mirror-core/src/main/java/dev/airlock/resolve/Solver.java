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
import java.util.LinkedHashMap;
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
 * that contains their number; whether they may be chosen is decided when their turn comes (see
 * {@link Admission}), after everything else, so that whoever asks for them has been heard.
 *
 * @see <a href="https://github.com/dart-lang/pub/blob/master/doc/solver.md">PubGrub, as in dart
 *     pub</a>
 */
public final class Solver {
  private static final Node ROOT = new Node.Root();
  private static final Version ROOT_VERSION = Version.parse("0");
  private static final int MANY_CONFLICTS = 5;

  private final Problem problem;
  private final Admission admission;
  private final Candidates candidates;
  private final Map<ProjectName, Universe> universes = new HashMap<>();
  private final Universe rootUniverse =
      new Universe(new Listing.Found(List.of(Candidate.usable(ROOT_VERSION))));
  private final Map<Node, List<Incompatibility>> incompatibilities = new HashMap<>();
  private final Map<Dependency, Incompatibility> dependencies = new HashMap<>();
  private final Map<Node, Integer> conflicts = new HashMap<>();
  private final Map<Node, VersionSet> hinted = new HashMap<>();
  private final PartialSolution solution = new PartialSolution();

  /** By what dependencies of several versions on the same thing are recognised and merged. */
  private record Dependency(
      Node dependent, Node target, VersionSet targetSet, Requirement requirement) {}

  private Solver(Problem problem, Candidates candidates) {
    this.problem = problem;
    this.admission = Admission.of(problem);
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
    List<Incompatibility> hopeless =
        incompatibilities.getOrDefault(ROOT, List.of()).stream()
            .filter(Incompatibility::isTerminal)
            .toList();
    if (!hopeless.isEmpty()) {
      throw failure(hopeless);
    }
  }

  private NoSolutionException failure(List<Incompatibility> failures) {
    return new NoSolutionException(new Explanation(this::universeOf, failures));
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
    throw failure(List.of(incompatibility));
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
    List<Node> undecided = solution.undecided();
    for (Node each : undecided) {
      hint(each);
    }
    Optional<Node> node = undecided.stream().min(Comparator.comparingInt(this::priority));
    if (node.isEmpty()) {
      return null;
    }
    decide(node.get());
    return node.get();
  }

  /** Tells the source which version of a project will probably be looked at. */
  private void hint(Node node) throws IOException {
    VersionSet allowed = current(node);
    if (node instanceof Node.Plain(ProjectName project)
        && !allowed.equals(hinted.put(node, allowed))) {
      Universe universe = universeOf(node);
      int newest = allowed.and(universe.ordinary()).stream().findFirst().orElse(VersionSet.ABSENT);
      if (newest != VersionSet.ABSENT) {
        candidates.expect(project, universe.version(newest));
      }
    }
  }

  /**
   * Nodes with one choice left come first, then those that often conflict, then the first heard of
   * (a stable order), and at last those of which only versions are left that nothing admits so far.
   */
  private int priority(Node node) {
    VersionSet allowed = current(node);
    boolean ordinary = !allowed.isDisjoint(universeOf(node).ordinary());
    if (!ordinary && admission.dependsOnRequirements() && pick(node).isEmpty()) {
      return 3;
    }
    if (allowed.size() == 1) {
      return 0;
    }
    return conflicts.getOrDefault(node, 0) >= MANY_CONFLICTS ? 1 : 2;
  }

  private VersionSet current(Node node) {
    return Objects.requireNonNull(solution.current(node));
  }

  private void decide(Node node) throws IOException {
    Universe universe = universeOf(node);
    ProjectName project = node.behind().orElseThrow();
    Optional<Integer> choice = pick(node);
    if (choice.isEmpty()) {
      notAdmitted(node).forEach(this::add);
      return;
    }
    Version version = universe.version(choice.get());
    Optional<ExtraName> extra =
        node instanceof Node.WithExtra with ? Optional.of(with.extra()) : Optional.empty();
    switch (dependencies(node, project, version, extra)) {
      case Dependencies.Unusable(Refusal refusal) ->
          add(Incompatibility.of(node, universe.single(choice.get()), new Cause.Refused(refusal)));
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

  /** The version to try: the preferred one, else the newest, of those that are admitted. */
  private Optional<Integer> pick(Node node) {
    Universe universe = universeOf(node);
    ProjectName project = node.behind().orElseThrow();
    VersionSet allowed = current(node);
    Version preferred = problem.preferred().get(project);
    IntStream order = allowed.stream();
    if (preferred != null) {
      order =
          IntStream.concat(
              universe.choice(preferred).filter(allowed::contains).stream().mapToInt(i -> i),
              order);
    }
    return admission.first(project, universe, order, activeRequirements(node));
  }

  /**
   * That none of the choices left is admitted, by reason: for good, or as long as those that
   * require the project now are the ones that do.
   */
  private List<Incompatibility> notAdmitted(Node node) {
    Universe universe = universeOf(node);
    Map<Node, VersionSet> dependents = new LinkedHashMap<>();
    if (admission.dependsOnRequirements()) {
      for (Cause.Requires cause : activeCauses(node)) {
        Node dependent = cause.dependent();
        if (!(dependent instanceof Node.Root)) {
          dependents.merge(dependent, current(dependent), VersionSet::and);
        }
      }
    }
    Map<Refusal, VersionSet> refused = new LinkedHashMap<>();
    current(node).stream()
        .forEach(choice ->
            refused.merge(
                refusal(node, universe.candidate(choice)),
                universe.single(choice),
                VersionSet::or));
    var all = new ArrayList<Incompatibility>();
    refused.forEach((refusal, choices) -> {
      Map<Node, VersionSet> terms = new LinkedHashMap<>();
      terms.put(node, choices);
      terms.putAll(dependents);
      all.add(new Incompatibility(terms, new Cause.Refused(refusal)));
    });
    return all;
  }

  private static Refusal refusal(Node node, Candidate candidate) {
    ProjectName project = node.behind().orElseThrow();
    return switch (candidate.state()) {
      case State.Unusable(Refusal refusal) -> refusal;
      case State.Yanked _ ->
          Refusal.because(
              "it was yanked and nothing pins it",
              "pin " + project + " with == to take a yanked version");
      case State.Usable() ->
          Refusal.because(
              "it is a pre-release that nothing asks for",
              "add \"" + project + "\" to `prereleases`");
    };
  }

  /** The requirements on a node's project that hold because their dependents are decided. */
  private List<Requirement> activeRequirements(Node node) {
    ProjectName project = node.behind().orElseThrow();
    var active = new ArrayList<Requirement>();
    problem.constraints().stream()
        .filter(constraint -> constraint.project().equals(project))
        .forEach(active::add);
    activeCauses(node).forEach(cause -> active.add(cause.requirement()));
    return active;
  }

  /** A requirement with an extra is one of the project too, so that those are all there are. */
  private List<Cause.Requires> activeCauses(Node node) {
    Node plain = new Node.Plain(node.behind().orElseThrow());
    var active = new ArrayList<Cause.Requires>();
    for (Incompatibility incompatibility : incompatibilities.getOrDefault(plain, List.of())) {
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
      VersionSet earlier = Objects.requireNonNull(same.terms().get(dependent));
      if (earlier.contains(choice)) {
        return conflicts(same, dependent);
      }
      remove(same);
      dependents = dependents.or(earlier);
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
    return conflicts(incompatibility, dependent);
  }

  private boolean conflicts(Incompatibility incompatibility, Node dependent) {
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
    Map<Refusal, List<Integer>> unusable = new LinkedHashMap<>();
    for (int choice = 1; choice < universe.size(); choice++) {
      if (universe.candidate(choice).state() instanceof State.Unusable(Refusal refusal)) {
        unusable.computeIfAbsent(refusal, _ -> new ArrayList<>()).add(choice);
      }
    }
    unusable.forEach((refusal, choices) ->
        add(
            Incompatibility.of(
                plain,
                VersionSet.of(universe.size(), choices.stream().mapToInt(Integer::intValue)),
                new Cause.Refused(refusal))));
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
