package dev.airlock.resolve;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
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

  /** What happened to one node. */
  private static final class History {
    private static final int UNDECIDED = -1;

    private final int place;
    private final List<Assignment> assignments = new ArrayList<>();
    private int decision = UNDECIDED;

    History(int place) {
      this.place = place;
    }

    void add(Assignment assignment) {
      assignments.add(assignment);
      if (assignment.cause() == null) {
        decision = assignment.set().stream().findFirst().orElseThrow();
      }
    }

    void removeLast() {
      if (assignments.removeLast().cause() == null) {
        decision = UNDECIDED;
      }
    }

    boolean hasToBeDecided() {
      return decision == UNDECIDED
          && !assignments.isEmpty()
          && !assignments.getLast().together().contains(VersionSet.ABSENT);
    }
  }

  private final List<Assignment> all = new ArrayList<>();
  private final Map<Node, History> histories = new LinkedHashMap<>();

  /** By the place of their first mention. */
  private final SortedMap<Integer, Node> undecided = new TreeMap<>();

  private int level;

  void decide(Node node, VersionSet choice) {
    level++;
    add(node, choice, null);
  }

  void derive(Node node, VersionSet limit, Incompatibility cause) {
    add(node, limit, cause);
  }

  private void add(Node node, VersionSet set, @Nullable Incompatibility cause) {
    History history = histories.computeIfAbsent(node, _ -> new History(histories.size()));
    VersionSet current = current(node);
    VersionSet together = current == null ? set : current.and(set);
    var assignment = new Assignment(all.size(), node, set, together, level, cause);
    history.add(assignment);
    all.add(assignment);
    sort(node, history);
  }

  private void sort(Node node, History history) {
    if (history.hasToBeDecided()) {
      undecided.put(history.place, node);
    } else {
      undecided.remove(history.place);
    }
  }

  /** What a node is limited to; null where nothing is known of it yet. */
  @Nullable VersionSet current(Node node) {
    List<Assignment> assignments = assignments(node);
    return assignments.isEmpty() ? null : assignments.getLast().together();
  }

  private List<Assignment> assignments(Node node) {
    History history = histories.get(node);
    return history == null ? List.of() : history.assignments;
  }

  /** Goes back to the state in which so many decisions had been made. */
  void backtrack(int toLevel) {
    while (!all.isEmpty() && all.getLast().level() > toLevel) {
      Node node = all.removeLast().node();
      History history = Objects.requireNonNull(histories.get(node));
      history.removeLast();
      sort(node, history);
    }
    level = toLevel;
  }

  /** The first step with which a node was limited to a set. */
  Assignment satisfier(Node node, VersionSet set) {
    for (Assignment assignment : assignments(node)) {
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
    return List.copyOf(undecided.values());
  }

  /** The choice of a node, by its number; -1 where it is not decided. */
  int decision(Node node) {
    History history = histories.get(node);
    return history == null ? History.UNDECIDED : history.decision;
  }

  /** The nodes that are decided. */
  List<Node> decided() {
    return histories.keySet().stream().filter(node -> decision(node) >= 0).toList();
  }
}
