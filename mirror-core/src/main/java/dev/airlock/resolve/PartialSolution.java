package dev.airlock.resolve;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The choices made and the limits derived so far, in the order in which they came. */
final class PartialSolution {
  /**
   * One step.
   *
   * @param set what it limits the node to
   * @param together what this and all earlier steps limit the node to
   * @param level how many decisions had been made
   * @param cause what it was derived from; null for a decision
   */
  record Assignment(
      int index,
      Node node,
      VersionSet set,
      VersionSet together,
      int level,
      @Nullable Incompatibility cause) {}

  private final List<Assignment> all = new ArrayList<>();
  private final Map<Node, List<Assignment>> byNode = new LinkedHashMap<>();
  private int level;

  void decide(Node node, VersionSet choice) {
    level++;
    add(node, choice, null);
  }

  void derive(Node node, VersionSet limit, Incompatibility cause) {
    add(node, limit, cause);
  }

  private void add(Node node, VersionSet set, @Nullable Incompatibility cause) {
    List<Assignment> earlier = byNode.computeIfAbsent(node, _ -> new ArrayList<>());
    VersionSet together = earlier.isEmpty() ? set : earlier.getLast().together().and(set);
    var assignment = new Assignment(all.size(), node, set, together, level, cause);
    earlier.add(assignment);
    all.add(assignment);
  }

  /** What a node is limited to; null where nothing is known of it yet. */
  @Nullable VersionSet current(Node node) {
    List<Assignment> assignments = byNode.get(node);
    return assignments == null || assignments.isEmpty() ? null : assignments.getLast().together();
  }

  /** Goes back to the state in which so many decisions had been made. */
  void backtrack(int toLevel) {
    while (!all.isEmpty() && all.getLast().level() > toLevel) {
      Assignment last = all.removeLast();
      Objects.requireNonNull(byNode.get(last.node())).removeLast();
    }
    level = toLevel;
  }

  /** The first step with which a node was limited to a set. */
  Assignment satisfier(Node node, VersionSet set) {
    for (Assignment assignment : byNode.getOrDefault(node, List.of())) {
      if (assignment.together().isSubsetOf(set)) {
        return assignment;
      }
    }
    throw new IllegalStateException("nothing limits " + node + " to " + set);
  }

  /**
   * The nodes that have to be chosen and are not decided, in the order in which they were first
   * heard of.
   */
  List<Node> undecided() {
    var nodes = new ArrayList<Node>();
    byNode.forEach((node, assignments) -> {
      if (!assignments.isEmpty()
          && !assignments.getLast().together().contains(VersionSet.ABSENT)
          && decision(node) < 0) {
        nodes.add(node);
      }
    });
    return nodes;
  }

  /** The choice of a node, by its number; -1 where it is not decided. */
  int decision(Node node) {
    for (Assignment assignment : byNode.getOrDefault(node, List.of())) {
      if (assignment.cause() == null) {
        return assignment.set().stream().findFirst().orElse(-1);
      }
    }
    return -1;
  }

  /** The nodes that are decided. */
  List<Node> decided() {
    return byNode.keySet().stream().filter(node -> decision(node) >= 0).toList();
  }
}
