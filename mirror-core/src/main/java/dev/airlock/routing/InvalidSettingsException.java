package dev.airlock.routing;

import dev.airlock.preset.Problem;
import java.util.List;
import java.util.stream.Collectors;

/** A configuration file that cannot be used, with every mistake found in it. */
public final class InvalidSettingsException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  InvalidSettingsException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** The mistakes, in the order of the file. */
  public List<Problem> problems() {
    return problems;
  }
}
