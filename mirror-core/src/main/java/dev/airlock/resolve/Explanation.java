package dev.airlock.resolve;

import dev.airlock.packaging.marker.Marker;
import dev.airlock.packaging.marker.Requirement;
import dev.airlock.resolve.Incompatibility.Cause;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Why there is no solution: the facts from outside the solver, what follows from them step by step,
 * and what to change.
 */
final class Explanation {
  private static final int FACTS_SHOWN = 30;
  private static final int REMEDIES_SHOWN = 8;

  private final Wording wording;
  private final List<Incompatibility> failures;
  private final List<Incompatibility> facts;

  Explanation(Function<Node, Universe> universes, List<Incompatibility> failures) {
    this.wording = new Wording(universes);
    this.failures = List.copyOf(failures);
    this.facts = external(failures);
  }

  /** The facts, each as a clause; what the preset itself requires comes first. */
  List<String> facts() {
    return facts.stream()
        .sorted(Comparator.comparing(Explanation::isNotOfTheRoot))
        .map(wording::fact)
        .distinct()
        .toList();
  }

  /**
   * The facts, or what follows from them where that is short enough to be read, and the remedies.
   */
  String text() {
    var text = new StringBuilder("no set of versions fits");
    Proof proof = new Proof(wording);
    if (failures.size() == 1 && proof.isReadable(failures.getFirst())) {
      text.append(":");
      proof
          .sentences(failures.getFirst())
          .forEach(sentence -> text.append("\n  ").append(sentence));
    } else {
      text.append(", because");
      bullets(text, facts(), FACTS_SHOWN);
    }
    List<String> remedies = remedies();
    if (!remedies.isEmpty()) {
      text.append("\nWhat can be done:");
      bullets(text, remedies, REMEDIES_SHOWN);
    }
    return text.toString();
  }

  private static boolean isNotOfTheRoot(Incompatibility fact) {
    return !(fact.cause() instanceof Cause.Requires(Node dependent, _, _)
        && dependent instanceof Node.Root);
  }

  private static void bullets(StringBuilder text, List<String> lines, int shown) {
    lines.stream().limit(shown).forEach(line -> text.append("\n  - ").append(line));
    if (lines.size() > shown) {
      text.append("\n  - … and ").append(lines.size() - shown).append(" more");
    }
  }

  /** What to change, each an imperative. */
  List<String> remedies() {
    Set<String> remedies = new LinkedHashSet<>();
    Set<String> wishes = new LinkedHashSet<>();
    for (Incompatibility fact : facts) {
      switch (fact.cause()) {
        case Cause.Requires(Node dependent, Requirement requirement, String wantedBy) -> {
          wording.remedy(requirement).ifPresent(remedies::add);
          if (dependent instanceof Node.Root && !requirement.specifier().isAny()) {
            wishes.add(requirement.when(Marker.always()) + " of " + wantedBy);
          }
        }
        case Cause.Constrained(Requirement constraint) ->
            wishes.add("the constraint " + constraint.when(Marker.always()));
        case Cause.Refused(Refusal refusal) -> refusal.remedy().ifPresent(remedies::add);
        case Cause.SameVersion _, Cause.Derived _ -> {}
      }
    }
    List<String> all = new ArrayList<>(remedies);
    if (!wishes.isEmpty()) {
      all.add((wishes.size() == 1 ? "loosen " : "loosen one of: ") + String.join("; ", wishes));
    }
    all.addAll(overrides());
    return all;
  }

  /** Where what versions require cannot be had together, the preset can overrule it. */
  private List<String> overrides() {
    List<Cause.Requires> requirements =
        facts.stream()
            .map(Incompatibility::cause)
            .flatMap(cause ->
                cause instanceof Cause.Requires requires ? Stream.of(requires) : Stream.empty())
            .toList();
    return requirements.stream()
        .filter(requires -> !(requires.dependent() instanceof Node.Root))
        .filter(requires -> requirements.stream().anyMatch(other -> exclude(requires, other)))
        .map(requires -> requires.requirement().project())
        .distinct()
        .map(project ->
            "overrule what others require of "
                + project
                + ", if you know better: \"override\": [\""
                + project
                + "==…\"]")
        .toList();
  }

  private boolean exclude(Cause.Requires one, Cause.Requires other) {
    return !one.dependent().behind().equals(other.dependent().behind())
        && wording.exclude(one.requirement(), other.requirement());
  }

  /** The incompatibilities that others were derived from and that were not derived themselves. */
  private static List<Incompatibility> external(List<Incompatibility> failures) {
    var external = new ArrayList<Incompatibility>();
    Set<Incompatibility> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Incompatibility> open = new ArrayDeque<>(failures);
    while (!open.isEmpty()) {
      Incompatibility next = open.pop();
      if (!seen.add(next)) {
        continue;
      }
      switch (next.cause()) {
        case Cause.Derived(Incompatibility left, Incompatibility right) -> {
          open.push(right);
          open.push(left);
        }
        case Cause.SameVersion _ -> {}
        case Cause.Requires _, Cause.Constrained _, Cause.Refused _ -> external.add(next);
      }
    }
    return external;
  }
}
