package dev.airlock.resolve;

import dev.airlock.packaging.marker.Marker;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.name.ProjectName;
import dev.airlock.resolve.Incompatibility.Cause;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Tells the facts, from outside the solver, that a derived incompatibility rests on. */
final class Explanation {
  private static final int SHOWN = 6;

  private final Function<Node, Universe> universes;

  Explanation(Function<Node, Universe> universes) {
    this.universes = universes;
  }

  List<String> of(Incompatibility failure) {
    Set<String> facts = new LinkedHashSet<>();
    Set<Incompatibility> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Incompatibility> open = new ArrayDeque<>();
    open.push(failure);
    while (!open.isEmpty()) {
      Incompatibility next = open.pop();
      if (!seen.add(next)) {
        continue;
      }
      if (next.cause() instanceof Cause.Derived(Incompatibility left, Incompatibility right)) {
        open.push(right);
        open.push(left);
      } else {
        fact(next, facts);
      }
    }
    return List.copyOf(facts);
  }

  private void fact(Incompatibility incompatibility, Set<String> facts) {
    switch (incompatibility.cause()) {
      case Cause.Requires(Node dependent, Requirement requirement, String wantedBy) ->
          facts.add(requires(incompatibility, dependent, requirement, wantedBy));
      case Cause.SameVersion _ -> {}
      case Cause.Constrained(Requirement constraint) ->
          facts.add("the preset constrains " + constraint);
      case Cause.Unusable(ProjectName project, String reason) -> facts.add(project + " " + reason);
      case Cause.Derived derived -> throw new IllegalStateException("not a fact: " + derived);
    }
  }

  private String requires(
      Incompatibility incompatibility, Node dependent, Requirement requirement, String wantedBy) {
    String who = wantedBy;
    VersionSet dependents = incompatibility.terms().get(dependent);
    if (!(dependent instanceof Node.Root) && dependents != null && dependents.size() > 1) {
      who =
          dependent
              + " "
              + versions(universes.apply(dependent), dependents.stream().boxed().toList());
    }
    return requires(who, requirement);
  }

  /** That somebody requires something, and, where no version can be that, what there is instead. */
  String requires(String who, Requirement requirement) {
    Universe universe = universes.apply(new Node.Plain(requirement.project()));
    String requires = who + " requires " + requirement.when(Marker.always());
    if (universe.missing().isPresent()) {
      return requires + ", but " + universe.missing().get();
    }
    if (universe.admitted(requirement.specifier()).isEmpty()) {
      return requires + ", but of " + requirement.project() + " there is only " + all(universe);
    }
    return requires;
  }

  private static String all(Universe universe) {
    if (universe.candidates().isEmpty()) {
      return "a page without a wheel or sdist";
    }
    return universe.candidates().stream()
            .limit(SHOWN)
            .map(candidate -> candidate.version().toString())
            .collect(Collectors.joining(", "))
        + (universe.candidates().size() > SHOWN
            ? ", … (" + universe.candidates().size() + " versions)"
            : "");
  }

  /**
   * Some versions in a few words: all of them when they are few, else the newest and the oldest.
   */
  static String versions(Universe universe, Collection<Integer> choices) {
    List<String> versions =
        choices.stream()
            .filter(choice -> choice > 0)
            .sorted()
            .map(choice -> universe.version(choice).toString())
            .toList();
    if (versions.size() <= SHOWN) {
      return String.join(", ", versions);
    }
    return versions.getLast()
        + " to "
        + versions.getFirst()
        + " ("
        + versions.size()
        + " versions)";
  }
}
