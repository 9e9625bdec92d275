package dev.airlock.lock;

import dev.airlock.packaging.filename.SdistFilename;
import dev.airlock.packaging.marker.Environment;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ExtraName;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.packaging.target.Target;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Who wants what among the locked versions of one target, and by which requirement. Requirements
 * between versions may go in circles.
 *
 * <p>The lock does not say which version a build takes where it has several. A requirement of a
 * build is taken to lead to the installed version where that fits, else to every version that does.
 */
public final class DependencyGraph {
  private final Environment environment;
  private final Target target;
  private final List<LockedPackage> packages;
  private final Map<ProjectName, List<Integer>> byProject = new HashMap<>();
  private final List<Root> roots;

  /**
   * Something that the preset itself wants.
   *
   * @param requirement what
   * @param place where the preset says so
   */
  public record Root(Requirement requirement, String place) {}

  /**
   * A way from the preset to a locked version.
   *
   * @param root what the preset wants
   * @param first the version that this leads to
   * @param steps what leads on from there; none where that is it already
   */
  public record Chain(Root root, LockedPackage first, List<Step> steps) {
    /** Copies the steps. */
    public Chain {
      steps = List.copyOf(steps);
    }

    /** The version that it ends at. */
    public LockedPackage last() {
      return steps.isEmpty() ? first : steps.getLast().to();
    }
  }

  /**
   * A locked version that requires another.
   *
   * @param from who requires it
   * @param extra the extra of {@code from} by which it does, where it is one
   * @param build whether building {@code from} requires it
   * @param requirement what is required
   * @param to the version that this leads to
   */
  public record Step(
      LockedPackage from,
      Optional<ExtraName> extra,
      boolean build,
      Requirement requirement,
      LockedPackage to) {}

  /**
   * A locked version in the tree.
   *
   * @param locked the version
   * @param extras the extras that are wanted of it here
   * @param build whether it is wanted for a build
   * @param requirements by which requirements it is wanted here
   * @param places where the preset wants it; empty below the first level
   * @param rest whether all that it requires is shown here
   * @param children what it requires
   */
  public record Branch(
      LockedPackage locked,
      List<ExtraName> extras,
      boolean build,
      List<Requirement> requirements,
      List<String> places,
      Rest rest,
      List<Branch> children) {
    /** Copies the lists. */
    public Branch {
      extras = List.copyOf(extras);
      requirements = List.copyOf(requirements);
      places = List.copyOf(places);
      children = List.copyOf(children);
    }
  }

  /** Where the requirements of a version in the tree are. */
  public enum Rest {
    /** They are its children. */
    HERE,
    /** The same version with the same extras has them further up. */
    ABOVE,
    /** They are deeper than was asked for. */
    DEEPER
  }

  /** A version, or an extra of it, installed or in the environment of a build. */
  private record Node(int index, Optional<ExtraName> extra, boolean building) {
    Node of(ExtraName other) {
      return new Node(index, Optional.of(other), building);
    }
  }

  /** A requirement that leads to a version. */
  private record Edge(boolean build, Requirement requirement, int to, boolean building) {
    List<Node> nodes() {
      return Stream.concat(
              Stream.of(new Node(to, Optional.empty(), building)),
              requirement.extras().stream()
                  .map(extra -> new Node(to, Optional.of(extra), building)))
          .toList();
    }
  }

  /** How a node was reached first: from where, or by which root. */
  private record Arrival(Optional<Node> from, int root, Edge edge) {}

  private DependencyGraph(Lock lock, List<Root> roots, Target target) {
    this.target = target;
    this.environment = target.environment();
    this.packages = lock.packages().stream().filter(locked -> locked.isFor(target)).toList();
    for (int i = 0; i < packages.size(); i++) {
      byProject.computeIfAbsent(packages.get(i).project(), _ -> new ArrayList<>()).add(i);
    }
    this.roots =
        roots.stream().filter(root -> environment.satisfies(root.requirement().marker())).toList();
  }

  /**
   * The graph of a lock for one of its targets.
   *
   * @param roots what the preset wants; what does not apply to the target is left out
   */
  public static DependencyGraph of(Lock lock, List<Root> roots, Target target) {
    return new DependencyGraph(lock, roots, target);
  }

  // --- who requires what

  private List<Edge> edges(Root root) {
    return leadingTo(root.requirement(), false, false);
  }

  private List<Edge> edges(Node node) {
    LockedPackage locked = packages.get(node.index());
    Stream<Edge> installed =
        locked.dependencies().stream()
            .filter(requirement -> applies(requirement, node.extra()))
            .flatMap(requirement -> leadingTo(requirement, false, node.building()).stream());
    boolean built =
        node.extra().isEmpty()
            && locked
                .fileFor(target)
                .filter(file -> file.name() instanceof SdistFilename)
                .isPresent();
    Stream<Edge> forBuild =
        built
            ? locked.buildRequires().stream()
                .filter(requirement -> environment.satisfies(requirement.marker()))
                .flatMap(requirement -> leadingTo(requirement, true, true).stream())
            : Stream.empty();
    return Stream.concat(installed, forBuild).toList();
  }

  /** Of an extra, what it requires beyond what is required without it. */
  private boolean applies(Requirement requirement, Optional<ExtraName> extra) {
    boolean always = environment.satisfies(requirement.marker());
    return extra
        .map(asked -> !always && environment.satisfies(requirement.marker(), asked))
        .orElse(always);
  }

  private List<Edge> leadingTo(Requirement requirement, boolean build, boolean building) {
    List<Integer> known = byProject.getOrDefault(requirement.project(), List.of());
    List<Integer> installed =
        known.stream()
            .filter(i -> packages.get(i).role() == LockedPackage.Role.INSTALL)
            .filter(i -> !building || fits(requirement, i))
            .toList();
    List<Integer> chosen =
        building && installed.isEmpty()
            ? known.stream().filter(i -> fits(requirement, i)).toList()
            : installed;
    return chosen.stream().map(i -> new Edge(build, requirement, i, building)).toList();
  }

  private boolean fits(Requirement requirement, int index) {
    return requirement.specifier().contains(packages.get(index).version());
  }

  // --- chains

  /**
   * The ways from the preset to a project: one for every root that wants it and for every version
   * that requires it, by the shortest way to that version; the shortest first.
   */
  public List<Chain> chains(ProjectName project) {
    var chains = new ArrayList<Chain>();
    Map<Node, Arrival> arrivals = new LinkedHashMap<>();
    Deque<Node> reached = new ArrayDeque<>();
    for (int i = 0; i < roots.size(); i++) {
      for (Edge edge : edges(roots.get(i))) {
        if (packages.get(edge.to()).project().equals(project)) {
          chains.add(new Chain(roots.get(i), packages.get(edge.to()), List.of()));
        }
        arrive(new Arrival(Optional.empty(), i, edge), arrivals, reached);
      }
    }
    Set<Step> found = new HashSet<>();
    while (!reached.isEmpty()) {
      Node node = reached.remove();
      if (packages.get(node.index()).project().equals(project)) {
        continue;
      }
      for (Edge edge : edges(node)) {
        if (packages.get(edge.to()).project().equals(project)) {
          Step last = step(node, edge);
          if (found.add(last)) {
            chains.add(chain(node, last, arrivals));
          }
        }
        arrive(new Arrival(Optional.of(node), -1, edge), arrivals, reached);
      }
    }
    chains.sort(Comparator.comparingInt(chain -> chain.steps().size()));
    return chains;
  }

  private static void arrive(
      Arrival arrival, Map<Node, Arrival> arrivals, Collection<Node> reached) {
    for (Node node : arrival.edge().nodes()) {
      if (arrivals.putIfAbsent(node, arrival) == null) {
        reached.add(node);
      }
    }
  }

  private Step step(Node from, Edge edge) {
    return new Step(
        packages.get(from.index()),
        from.extra(),
        edge.build(),
        edge.requirement(),
        packages.get(edge.to()));
  }

  private Chain chain(Node end, Step last, Map<Node, Arrival> arrivals) {
    Deque<Step> steps = new ArrayDeque<>(List.of(last));
    Arrival arrival = Objects.requireNonNull(arrivals.get(end));
    while (arrival.from().isPresent()) {
      Node from = arrival.from().get();
      steps.addFirst(step(from, arrival.edge()));
      arrival = Objects.requireNonNull(arrivals.get(from));
    }
    return new Chain(
        roots.get(arrival.root()), packages.get(arrival.edge().to()), List.copyOf(steps));
  }

  // --- the tree

  /**
   * What the preset wants, with all that this requires. Each version with its extras is unfolded
   * once.
   *
   * @param depth how many levels below the first are shown
   */
  public List<Branch> tree(int depth) {
    Map<Spot, Shoot> wanted = new LinkedHashMap<>();
    for (Root root : roots) {
      for (Edge edge : edges(root)) {
        Shoot shoot = wanted.computeIfAbsent(Spot.of(edge), _ -> new Shoot());
        shoot.add(edge);
        shoot.places.add(root.place());
      }
    }
    return branches(wanted, depth, new HashSet<>());
  }

  /** Where an edge leads. */
  private record Spot(int index, boolean build, boolean building) {
    static Spot of(Edge edge) {
      return new Spot(edge.to(), edge.build(), edge.building());
    }
  }

  /** All that leads to one spot from the same place. */
  private static final class Shoot {
    private final Set<ExtraName> extras = new TreeSet<>();
    private final Set<Requirement> requirements = new LinkedHashSet<>();
    private final Set<String> places = new LinkedHashSet<>();

    void add(Edge edge) {
      extras.addAll(edge.requirement().extras());
      requirements.add(edge.requirement());
    }
  }

  /** What is unfolded once. */
  private record Unfolded(int index, Set<ExtraName> extras, boolean building) {}

  private List<Branch> branches(Map<Spot, Shoot> wanted, int depth, Set<Unfolded> unfolded) {
    var branches = new ArrayList<Branch>();
    wanted.forEach((spot, shoot) -> branches.add(branch(spot, shoot, depth, unfolded)));
    return branches;
  }

  private Branch branch(Spot spot, Shoot shoot, int depth, Set<Unfolded> unfolded) {
    Map<Spot, Shoot> required = required(spot, shoot.extras);
    var self = new Unfolded(spot.index(), shoot.extras, spot.building());
    Rest rest = Rest.HERE;
    if (!required.isEmpty()) {
      if (unfolded.contains(self)) {
        rest = Rest.ABOVE;
      } else if (depth == 0) {
        rest = Rest.DEEPER;
      } else {
        unfolded.add(self);
      }
    }
    return new Branch(
        packages.get(spot.index()),
        List.copyOf(shoot.extras),
        spot.build(),
        List.copyOf(shoot.requirements),
        List.copyOf(shoot.places),
        rest,
        rest == Rest.HERE ? branches(required, depth - 1, unfolded) : List.of());
  }

  /**
   * What a version with some extras requires, in the order of the names; builds last. Where it
   * requires itself with other extras, what these require too.
   */
  private Map<Spot, Shoot> required(Spot spot, Set<ExtraName> extras) {
    List<Edge> edges = new ArrayList<>();
    Set<Node> seen = new LinkedHashSet<>();
    Deque<Node> pending = new ArrayDeque<>();
    pending.add(new Node(spot.index(), Optional.empty(), spot.building()));
    extras.forEach(extra -> pending.add(pending.element().of(extra)));
    while (!pending.isEmpty()) {
      Node node = pending.remove();
      if (!seen.add(node)) {
        continue;
      }
      for (Edge edge : edges(node)) {
        if (edge.to() != spot.index()) {
          edges.add(edge);
        } else if (!edge.build()) {
          edge.requirement().extras().forEach(extra -> pending.add(node.of(extra)));
        }
      }
    }
    edges.sort(
        Comparator.comparing(Edge::build).thenComparing(edge -> packages.get(edge.to()).project()));
    Map<Spot, Shoot> required = new LinkedHashMap<>();
    edges.forEach(edge -> required.computeIfAbsent(Spot.of(edge), _ -> new Shoot()).add(edge));
    return required;
  }
}
