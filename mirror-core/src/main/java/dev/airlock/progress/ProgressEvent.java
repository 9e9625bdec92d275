package dev.airlock.progress;

import java.time.Duration;

/**
 * Something that happened in long work. The grammar of one sync is: any {@code Looked}; then one
 * {@code Planned}; then for each file {@code Started}, any {@code Advanced}, and one of {@code
 * Finished} and {@code Failed}; files overlap. {@code Started} comes again when the bytes of a file
 * that arrived have to be thrown away. {@code Note} may come at any time.
 */
public sealed interface ProgressEvent {
  /**
   * Something worth telling a user, which is no failure.
   *
   * @param text one sentence
   */
  record Note(String text) implements ProgressEvent {}

  /**
   * The metadata of one more version was looked at while solving.
   *
   * @param project the project
   * @param version the version
   */
  record Looked(String project, String version) implements ProgressEvent {}

  /**
   * What is going to be transferred is known.
   *
   * @param files how many files
   * @param bytes how many bytes, as far as sizes are known
   * @param reusedFiles how many files are held already
   * @param reusedBytes how many bytes are held already
   */
  record Planned(int files, long bytes, int reusedFiles, long reusedBytes)
      implements ProgressEvent {}

  /**
   * A file's transfer begins.
   *
   * @param file its name
   * @param held the bytes held from an earlier, interrupted transfer
   * @param size its size, -1 when not known
   */
  record Started(String file, long held, long size) implements ProgressEvent {}

  /**
   * Bytes of a file arrived.
   *
   * @param file its name
   * @param bytes how many since the last event
   */
  record Advanced(String file, long bytes) implements ProgressEvent {}

  /**
   * A file is verified and in its place.
   *
   * @param file its name
   * @param size its size in bytes
   * @param took how long it took
   */
  record Finished(String file, long size, Duration took) implements ProgressEvent {}

  /**
   * A file could not be had.
   *
   * @param file its name
   * @param reason why, in one sentence
   */
  record Failed(String file, String reason) implements ProgressEvent {}
}
