package dev.airlock.resolve;

import dev.airlock.packaging.marker.Requirement;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Choices that cannot all be made at once: for each node named, a choice from its set. No set is
 * full; one that would be is left out, because it always holds.
 *
 * @param terms the sets, by node
 * @param cause why
 */
record Incompatibility(Map<Node, VersionSet> terms, Cause cause) {
  /** Why choices exclude each other. */
  sealed interface Cause {
    /** A version requires another project. */
    record Requires(Node dependent, Requirement requirement, String wantedBy) implements Cause {}

    /** An extra goes with its project in one version. */
    record SameVersion(Node.WithExtra extra) implements Cause {}

    /** A constraint of the preset. */
    record Constrained(Requirement constraint) implements Cause {}

    /**
     * The versions of the first node cannot be used; where there are other nodes, as long as these
     * are chosen so.
     */
    record Refused(Refusal refusal) implements Cause {}

    /** Two other incompatibilities. */
    record Derived(Incompatibility left, Incompatibility right) implements Cause {}
  }

  static Incompatibility of(Node node, VersionSet set, Cause cause) {
    return new Incompatibility(Map.of(node, set), cause);
  }

  static Incompatibility of(
      Node first, VersionSet firstSet, Node second, VersionSet secondSet, Cause cause) {
    Map<Node, VersionSet> terms = new LinkedHashMap<>();
    terms.put(first, firstSet);
    if (!secondSet.isFull()) {
      terms.put(second, secondSet);
    }
    return new Incompatibility(terms, cause);
  }

  /**
   * What follows from two incompatibilities that exclude each other's choices of one node: the rule
   * of resolution.
   */
  static Incompatibility resolve(Incompatibility left, Incompatibility right, Node pivot) {
    Map<Node, VersionSet> terms = new LinkedHashMap<>(left.terms);
    right.terms.forEach((node, set) ->
        terms.merge(node, set, node.equals(pivot) ? VersionSet::or : VersionSet::and));
    terms.values().removeIf(VersionSet::isFull);
    return new Incompatibility(terms, new Cause.Derived(left, right));
  }

  /** Whether it excludes every solution. */
  boolean isTerminal() {
    return terms.isEmpty()
        || (terms.size() == 1 && terms.keySet().iterator().next() instanceof Node.Root);
  }
}
