package dev.airlock.rehearsal;

import java.util.List;

/**
 * Something that would make an install from the store fail.
 *
 * @param kind what kind of trouble it is
 * @param what what is missing, damaged or unsolvable
 * @param wantedBy who wants it
 * @param remedy what to do about it
 */
public record Finding(Kind kind, String what, List<String> wantedBy, String remedy) {
  /** The kinds of trouble. */
  public enum Kind {
    /** Something is not there. */
    MISSING,
    /** Something is there and is not what it has to be. */
    DAMAGED,
    /** All is there, and does not fit together. */
    UNSOLVABLE
  }

  /** Copies the list. */
  public Finding {
    wantedBy = List.copyOf(wantedBy);
  }

  @Override
  public String toString() {
    return what
        + (wantedBy.isEmpty() ? "" : ", wanted by " + String.join(", ", wantedBy))
        + ": "
        + remedy;
  }
}
