package dev.airlock.resolve;

import dev.airlock.packaging.marker.Marker;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.packaging.version.Version;
import dev.airlock.resolve.Candidate.State;
import dev.airlock.resolve.Incompatibility.Cause;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Puts incompatibilities into clauses that a reader of the preset understands. */
final class Wording {
  private static final String EVERY = "every version of ";
  private static final String NO = "no version of ";
  private static final int VERSIONS_SHOWN = 6;
  private static final int RUNS_SHOWN = 4;

  private final Function<Node, Universe> universes;

  Wording(Function<Node, Universe> universes) {
    this.universes = universes;
  }

  /** What an incompatibility says, as a clause: a fact as it was found, else what follows. */
  String clause(Incompatibility incompatibility) {
    return incompatibility.cause() instanceof Cause.Derived
        ? conclusion(incompatibility)
        : fact(incompatibility);
  }

  /** A fact from outside the solver. */
  String fact(Incompatibility incompatibility) {
    return switch (incompatibility.cause()) {
      case Cause.Requires(Node dependent, Requirement requirement, String wantedBy) ->
          requires(incompatibility, dependent, requirement, wantedBy);
      case Cause.SameVersion(Node.WithExtra extra) ->
          extra + " is " + extra.project() + " of the same version";
      case Cause.Constrained(Requirement constraint) ->
          "the preset constrains " + constraint.when(Marker.always());
      case Cause.Refused(Refusal refusal) ->
          cannotBeUsed(incompatibility.terms().entrySet().iterator().next()) + " (" + refusal + ")";
      case Cause.Derived derived -> throw new IllegalArgumentException("not a fact: " + derived);
    };
  }

  private String requires(
      Incompatibility incompatibility, Node dependent, Requirement requirement, String wantedBy) {
    VersionSet dependents = incompatibility.terms().get(dependent);
    String who =
        dependent instanceof Node.Root || dependents == null
            ? wantedBy
            : chosen(dependent, bridged(universes.apply(dependent), dependents));
    Universe universe = universe(requirement);
    String requires = who + " requires " + requirement.when(Marker.always());
    if (universe.missing().isPresent()) {
      return requires + ", but " + universe.missing().get();
    }
    if (universe.admitted(requirement.specifier()).isEmpty()) {
      String only = ", but of " + requirement.project() + " there is only " + all(universe);
      return requires + only + (universe.where().isEmpty() ? "" : " " + universe.where());
    }
    return requires;
  }

  /** What would make a requirement that no version satisfies one that some version does. */
  Optional<String> remedy(Requirement requirement) {
    Universe universe = universe(requirement);
    return universe.missing().flatMap(Refusal::remedy);
  }

  /** Whether no version satisfies both requirements, though each is satisfied by some. */
  boolean exclude(Requirement first, Requirement second) {
    if (!first.project().equals(second.project())) {
      return false;
    }
    VersionSet ofFirst = universe(first).admitted(first.specifier());
    VersionSet ofSecond = universe(second).admitted(second.specifier());
    return !ofFirst.isEmpty() && !ofSecond.isEmpty() && ofFirst.isDisjoint(ofSecond);
  }

  private Universe universe(Requirement requirement) {
    return universes.apply(new Node.Plain(requirement.project()));
  }

  private static String all(Universe universe) {
    if (universe.candidates().isEmpty()) {
      return "a page without a wheel or sdist";
    }
    return universe.candidates().stream()
            .limit(VERSIONS_SHOWN)
            .map(candidate -> candidate.version().toString())
            .collect(Collectors.joining(", "))
        + (universe.candidates().size() > VERSIONS_SHOWN
            ? ", … (" + universe.candidates().size() + " versions)"
            : "");
  }

  /** What follows from other incompatibilities. */
  private String conclusion(Incompatibility incompatibility) {
    List<Map.Entry<Node, VersionSet>> positive = new ArrayList<>();
    List<String> needed = new ArrayList<>();
    for (Map.Entry<Node, VersionSet> term : incompatibility.terms().entrySet()) {
      VersionSet set = term.getValue();
      if (term.getKey() instanceof Node.Root) {
        continue;
      }
      if (set.contains(VersionSet.ABSENT)) {
        needed.add(needed(term.getKey(), set.complement()));
      } else {
        positive.add(term);
      }
    }
    List<String> together =
        positive.stream().map(term -> chosen(term.getKey(), term.getValue())).toList();
    if (needed.isEmpty()) {
      return switch (together.size()) {
        case 0 -> "there is no solution";
        case 1 -> cannotBeUsed(positive.getFirst());
        default -> joined(together) + " cannot be used together";
      };
    }
    String either = String.join(" or ", needed);
    return switch (together.size()) {
      case 0 -> either + " has to be used";
      case 1 -> together.getFirst() + " requires " + either;
      default -> joined(together) + " together require " + either;
    };
  }

  /** A node of which one of these versions is needed; just the node where each will do. */
  private String needed(Node node, VersionSet set) {
    String chosen = chosen(node, set);
    return chosen.startsWith(EVERY) ? node.toString() : chosen;
  }

  private String cannotBeUsed(Map.Entry<Node, VersionSet> term) {
    String chosen = chosen(term.getKey(), term.getValue());
    return chosen.startsWith(EVERY)
        ? NO + chosen.substring(EVERY.length()) + " can be used"
        : chosen + " cannot be used";
  }

  private static String joined(List<String> parts) {
    return String.join(", ", parts.subList(0, parts.size() - 1)) + " and " + parts.getLast();
  }

  /** A node in some of its versions: {@code numpy 1.20 to 1.26.4, 2.1}. */
  private String chosen(Node node, VersionSet set) {
    Universe universe = universes.apply(node);
    List<Integer> choices = set.stream().filter(choice -> choice > 0).boxed().toList();
    boolean every = choices.size() == universe.candidates().size();
    if (every && choices.size() > 1) {
      return EVERY + node;
    }
    if (choices.isEmpty()) {
      return NO + node;
    }
    return node + " " + versions(universe, choices);
  }

  /** Versions from the oldest to the newest, those that stand next to each other as a range. */
  private static String versions(Universe universe, List<Integer> choices) {
    List<String> runs = new ArrayList<>();
    int newest = choices.getFirst();
    int oldest = newest;
    for (int choice : choices.subList(1, choices.size())) {
      if (choice != oldest + 1) {
        runs.add(run(universe, oldest, newest));
        newest = choice;
      }
      oldest = choice;
    }
    runs.add(run(universe, oldest, newest));
    Collections.reverse(runs);
    return runs.size() <= RUNS_SHOWN
        ? String.join(", ", runs)
        : String.join(", ", runs.subList(0, RUNS_SHOWN - 1))
            + ", … "
            + runs.getLast()
            + " ("
            + choices.size()
            + " versions)";
  }

  /** The choices, and those between them that are of no use anyway and were not looked at. */
  private static VersionSet bridged(Universe universe, VersionSet set) {
    VersionSet bridged = set;
    List<Integer> between = new ArrayList<>();
    boolean usefulBetween = true;
    for (int choice = 1; choice < universe.size(); choice++) {
      if (set.contains(choice)) {
        if (!usefulBetween) {
          bridged = bridged.or(VersionSet.of(universe.size(), between.stream().mapToInt(i -> i)));
        }
        between.clear();
        usefulBetween = false;
      } else {
        between.add(choice);
        usefulBetween |= !(universe.candidate(choice).state() instanceof State.Unusable);
      }
    }
    return bridged;
  }

  private static String run(Universe universe, int oldest, int newest) {
    Version first = universe.version(oldest);
    return oldest == newest ? first.toString() : first + " to " + universe.version(newest);
  }
}
