package dev.airlock.preset;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A preset that cannot be used, or a file that none can be made from, with every mistake found in
 * it.
 */
public final class InvalidPresetException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /** Tells all mistakes at once. */
  public InvalidPresetException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** The mistakes, in the order of the file. */
  public List<Problem> problems() {
    return problems;
  }
}
