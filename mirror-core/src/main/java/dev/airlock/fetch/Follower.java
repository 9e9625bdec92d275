package dev.airlock.fetch;

import dev.airlock.index.IndexFile;
import dev.airlock.progress.ProgressEvent;
import dev.airlock.progress.ProgressListener;
import dev.airlock.store.Growth;
import dev.airlock.store.OtherDraft;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;

/**
 * Looks on while somebody else fetches a file into the same store, perhaps another process. What
 * arrives there can be read here.
 */
final class Follower {
  private static final Duration LOOK = Duration.ofMillis(50);

  /** A writer that wrote nothing for so long was stopped, or waits for an upstream that is gone. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final long NOT_KNOWN = -1;

  private final IndexFile file;
  private final Growth growth;
  private final ProgressListener progress;

  Follower(IndexFile file, Growth growth, ProgressListener progress) {
    this.file = file;
    this.growth = growth;
    this.progress = progress;
  }

  /**
   * Looks on until the other one is done with it, however it went, or stands still.
   *
   * @return how far it was at the last look
   */
  OtherDraft.Progress follow(OtherDraft other) throws IOException {
    long lastSeen = System.nanoTime();
    OtherDraft.Progress before = OtherDraft.Progress.NOTHING;
    tell(new ProgressEvent.Started(name(), 0, file.size().orElse(NOT_KNOWN)));
    while (other.isWritten()) {
      OtherDraft.Progress now = other.progress();
      // Where nothing is any more, it was renamed or thrown away: the lock will tell.
      if (now.length() > 0 && !now.equals(before)) {
        lastSeen = System.nanoTime();
        moved(other, before, now);
        before = now;
      } else if (System.nanoTime() - lastSeen > PATIENCE.toNanos()) {
        break;
      }
      pause();
    }
    return before;
  }

  private void moved(OtherDraft other, OtherDraft.Progress before, OtherDraft.Progress now) {
    boolean first = before.length() == 0;
    if (!first && before.beginning().equals(now.beginning())) {
      growth.advanced(now.length());
      tell(new ProgressEvent.Advanced(name(), now.length() - before.length()));
      return;
    }
    if (!first) {
      growth.beginsAfresh();
      tell(new ProgressEvent.Started(name(), 0, file.size().orElse(NOT_KNOWN)));
    }
    growth.begins(other::reader, now.length(), file.size());
    tell(new ProgressEvent.Advanced(name(), now.length()));
  }

  private void tell(ProgressEvent event) {
    progress.on(event);
  }

  private String name() {
    return file.name().text();
  }

  static void pause() throws InterruptedIOException {
    try {
      Thread.sleep(LOOK);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while another process fetches a file");
    }
  }
}
