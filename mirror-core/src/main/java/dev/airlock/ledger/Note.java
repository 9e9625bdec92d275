package dev.airlock.ledger;

import dev.airlock.packaging.name.ProjectName;
import java.time.Instant;
import java.util.Optional;

/**
 * Something that was asked for, with all the times it was.
 *
 * @param kind what became of it
 * @param preset the name of the preset that it was asked of, where it was one
 * @param index the key of the index that it was asked of, where that is known
 * @param project the project
 * @param filename the file, where it was one; else the whole project
 * @param asker who asked last
 * @param first when it was asked for first
 * @param last when it was asked for last
 * @param count how often
 * @param reason why it was not there, as of the last time
 */
public record Note(
    Kind kind,
    Optional<String> preset,
    Optional<String> index,
    ProjectName project,
    Optional<String> filename,
    String asker,
    Instant first,
    Instant last,
    long count,
    String reason) {

  /** This note as if somebody else had asked last. */
  public Note askedBy(String other) {
    return new Note(kind, preset, index, project, filename, other, first, last, count, reason);
  }

  /** What a note is of, which is the same whoever asks. */
  Identity identity() {
    return new Identity(kind, preset, index, project, filename);
  }

  /** Both notes of one thing together. */
  Note and(Note other) {
    Note later = other.last.isBefore(last) ? this : other;
    return new Note(
        kind,
        preset,
        index,
        project,
        filename,
        later.asker,
        first.isBefore(other.first) ? first : other.first,
        later.last,
        count + other.count,
        later.reason);
  }

  /**
   * What a note is of.
   *
   * @param kind what became of it
   * @param preset the preset it was asked of
   * @param index the index it was asked of
   * @param project the project
   * @param filename the file
   */
  record Identity(
      Kind kind,
      Optional<String> preset,
      Optional<String> index,
      ProjectName project,
      Optional<String> filename) {}
}
