package dev.airlock.export;

import dev.airlock.store.Blob;
import java.util.List;
import java.util.Map;

/** What an export has to do, as it was found out before anything is written. */
public final class ExportPlan {
  private final Map<String, Blob> wanted;
  private final List<ExportedFile> writes;
  private final List<ExportedFile> kept;
  private final List<ExportedFile> removals;
  private final List<String> notes;
  private final Manifest before;
  private final Manifest after;

  ExportPlan(
      Map<String, Blob> wanted,
      List<ExportedFile> writes,
      List<ExportedFile> kept,
      List<ExportedFile> removals,
      List<String> notes,
      Manifest before,
      Manifest after) {
    this.wanted = Map.copyOf(wanted);
    this.writes = List.copyOf(writes);
    this.kept = List.copyOf(kept);
    this.removals = List.copyOf(removals);
    this.notes = List.copyOf(notes);
    this.before = before;
    this.after = after;
  }

  /** What is written, in this order: pages behind what they link to. */
  public List<ExportedFile> writes() {
    return writes;
  }

  /** What is there already as it should be. */
  public List<ExportedFile> kept() {
    return kept;
  }

  /** What earlier exports wrote and no preset of the folder needs any more. */
  public List<ExportedFile> removals() {
    return removals;
  }

  /** What else is to be known, one sentence each. */
  public List<String> notes() {
    return notes;
  }

  /** The size of some files together, in bytes. */
  public static long bytes(List<ExportedFile> files) {
    return files.stream().mapToLong(ExportedFile::size).sum();
  }

  /** The bytes of a file that is written. */
  Blob content(ExportedFile file) {
    Blob content = wanted.get(file.place());
    if (content == null) {
      throw new IllegalArgumentException(file.place() + " is no part of this plan");
    }
    return content;
  }

  Manifest before() {
    return before;
  }

  Manifest after() {
    return after;
  }
}
