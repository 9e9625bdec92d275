package dev.airlock.progress;

/**
 * Takes the events of long work, from several threads at once. It must not throw, and should not
 * take long.
 */
@FunctionalInterface
public interface ProgressListener {
  /** A listener that passes over every event. */
  ProgressListener SILENT = event -> {};

  /** Something happened. */
  void on(ProgressEvent event);
}
