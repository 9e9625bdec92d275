package dev.airlock.ledger;

import dev.airlock.preset.Problem;
import java.util.List;
import java.util.stream.Collectors;

/** A file of notes that cannot be used, with every mistake found in it. */
public final class MalformedNotesException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedNotesException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
  }
}
