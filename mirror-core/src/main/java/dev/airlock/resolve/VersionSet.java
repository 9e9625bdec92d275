package dev.airlock.resolve;

import java.util.Arrays;
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

  private final long[] words;
  private final int universe;

  private VersionSet(long[] words, int universe) {
    this.words = words;
    this.universe = universe;
  }

  private static long[] words(int universe) {
    return new long[(universe + Long.SIZE - 1) / Long.SIZE];
  }

  /** Every choice there is, of so many. */
  static VersionSet full(int universe) {
    return of(universe, IntStream.range(0, universe));
  }

  /** The given choices. */
  static VersionSet of(int universe, IntStream choices) {
    long[] words = words(universe);
    choices.forEach(choice -> words[choice / Long.SIZE] |= 1L << choice);
    return new VersionSet(words, universe);
  }

  VersionSet and(VersionSet other) {
    long[] result = words(universe);
    for (int i = 0; i < result.length; i++) {
      result[i] = words[i] & other.words[i];
    }
    return new VersionSet(result, universe);
  }

  VersionSet or(VersionSet other) {
    long[] result = words(universe);
    for (int i = 0; i < result.length; i++) {
      result[i] = words[i] | other.words[i];
    }
    return new VersionSet(result, universe);
  }

  VersionSet complement() {
    long[] result = words(universe);
    for (int i = 0; i < result.length; i++) {
      result[i] = ~words[i];
    }
    int beyond = universe % Long.SIZE;
    if (beyond != 0) {
      result[result.length - 1] &= (1L << beyond) - 1;
    }
    return new VersionSet(result, universe);
  }

  boolean isSubsetOf(VersionSet other) {
    for (int i = 0; i < words.length; i++) {
      if ((words[i] & ~other.words[i]) != 0) {
        return false;
      }
    }
    return true;
  }

  boolean isDisjoint(VersionSet other) {
    for (int i = 0; i < words.length; i++) {
      if ((words[i] & other.words[i]) != 0) {
        return false;
      }
    }
    return true;
  }

  boolean contains(int choice) {
    return (words[choice / Long.SIZE] & (1L << choice)) != 0;
  }

  boolean isFull() {
    return size() == universe;
  }

  boolean isEmpty() {
    return size() == 0;
  }

  int size() {
    int size = 0;
    for (long word : words) {
      size += Long.bitCount(word);
    }
    return size;
  }

  /** The choices, the newest version first. */
  IntStream stream() {
    return BitSet.valueOf(words).stream();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof VersionSet set && Arrays.equals(words, set.words);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(words);
  }

  @Override
  public String toString() {
    return BitSet.valueOf(words).toString();
  }
}
