package dev.airlock.resolve;

import java.util.BitSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A set of the choices for one node. The choices are numbered: 0 is "not chosen at all", the others
 * are the node's versions, the newest first. With 0 among the choices every term of PubGrub,
 * positive or negative, is a plain set.
 */
final class VersionSet {
  static final int ABSENT = 0;

  private final BitSet members;
  private final int universe;

  private VersionSet(BitSet members, int universe) {
    this.members = members;
    this.universe = universe;
  }

  /** Every choice there is, of so many. */
  static VersionSet full(int universe) {
    var members = new BitSet(universe);
    members.set(0, universe);
    return new VersionSet(members, universe);
  }

  /** The given choices. */
  static VersionSet of(int universe, IntStream choices) {
    var members = new BitSet(universe);
    choices.forEach(members::set);
    return new VersionSet(members, universe);
  }

  VersionSet and(VersionSet other) {
    BitSet result = (BitSet) members.clone();
    result.and(other.members);
    return new VersionSet(result, universe);
  }

  VersionSet or(VersionSet other) {
    BitSet result = (BitSet) members.clone();
    result.or(other.members);
    return new VersionSet(result, universe);
  }

  VersionSet complement() {
    BitSet result = (BitSet) members.clone();
    result.flip(0, universe);
    return new VersionSet(result, universe);
  }

  boolean isSubsetOf(VersionSet other) {
    BitSet outside = (BitSet) members.clone();
    outside.andNot(other.members);
    return outside.isEmpty();
  }

  boolean isDisjoint(VersionSet other) {
    return !members.intersects(other.members);
  }

  boolean contains(int choice) {
    return members.get(choice);
  }

  boolean isFull() {
    return members.cardinality() == universe;
  }

  boolean isEmpty() {
    return members.isEmpty();
  }

  int size() {
    return members.cardinality();
  }

  /** The choices, the newest version first. */
  IntStream stream() {
    return members.stream();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof VersionSet set && members.equals(set.members);
  }

  @Override
  public int hashCode() {
    return members.hashCode();
  }

  @Override
  public String toString() {
    return members.toString();
  }
}
