package dev.airlock.tool.terminal;

import dev.airlock.progress.ProgressListener;

/** Draws progress while work goes on, and is closed when it has ended. */
public interface ProgressView extends ProgressListener, AutoCloseable {
  /** Ends the drawing, and leaves the screen to others. */
  @Override
  void close();
}
