package dev.airlock.server;

import dev.airlock.progress.ProgressEvent;
import dev.airlock.progress.ProgressListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Locale;

/** Tells in the log of files that come from upstreams: of large ones already when they begin. */
final class Arrivals implements ProgressListener {
  private static final Logger LOG = System.getLogger(Arrivals.class.getName());
  private static final long LARGE = 64L << 20;
  private static final double MEGABYTE = 1e6;

  @Override
  public void on(ProgressEvent event) {
    switch (event) {
      case ProgressEvent.Started(String file, long held, long size) -> {
        if (size >= LARGE) {
          LOG.log(
              Level.INFO,
              held == 0
                  ? "fetching " + file + ", " + megabytes(size)
                  : "fetching " + file + ", from " + megabytes(held) + " to " + megabytes(size));
        }
      }
      case ProgressEvent.Finished finished ->
          LOG.log(
              Level.INFO,
              "fetched "
                  + finished.file()
                  + ", "
                  + megabytes(finished.size())
                  + String.format(Locale.ROOT, " in %.1f s", finished.took().toMillis() / 1e3));
      case ProgressEvent.Note(String text) -> LOG.log(Level.INFO, text);
      case ProgressEvent.Failed(String file, String reason) ->
          LOG.log(Level.WARNING, "cannot fetch " + file + ": " + reason);
      default -> {
        // What happens in between is nothing for a log.
      }
    }
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / MEGABYTE);
  }
}
