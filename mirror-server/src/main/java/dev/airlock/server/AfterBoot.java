package dev.airlock.server;

import dev.airlock.digest.Sha256;
import dev.airlock.files.ReadFailures;
import dev.airlock.server.pullthrough.Verifications;
import dev.airlock.store.Blob;
import dev.airlock.store.BootRecord;
import dev.airlock.store.CorruptContentException;
import dev.airlock.store.GrowingBytes.Outcome;
import dev.airlock.store.Store;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Looks, once after each start of the operating system, at what was written last before: a power
 * cut may have torn it. The newest blob comes first, and then those of the hour before it.
 */
final class AfterBoot implements Closeable {
  private static final Logger LOG = System.getLogger(AfterBoot.class.getName());
  private static final Duration LATELY = Duration.ofHours(1);
  private static final Duration WITHOUT_LIMIT = Duration.ofNanos(Long.MAX_VALUE);

  private final Store store;
  private final BootRecord record;
  private final Verifications verifications;
  private final Thread thread =
      Thread.ofPlatform().name("airlock-boot").daemon().unstarted(this::run);

  AfterBoot(Store store, BootRecord record, Verifications verifications) {
    this.store = store;
    this.record = record;
    this.verifications = verifications;
  }

  /** Begins to look, in the background, unless it was looked since the last start. */
  void start() {
    thread.start();
  }

  private void run() {
    try {
      if (!record.wasSound()) {
        look(lately());
      }
    } catch (InterruptedIOException closing) {
      LOG.log(Level.DEBUG, "closed before all was looked at that was written last");
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cannot look at what was written last: " + e.getMessage());
    }
  }

  private void look(List<Blob> blobs) throws IOException {
    LOG.log(
        Level.INFO,
        "the system was started anew: looking at what was written last, "
            + blobs.size()
            + " blobs");
    int damaged = 0;
    boolean isAllKnown = true;
    for (Blob blob : blobs) {
      Outcome outcome;
      try {
        outcome = verifications.begin(blob).awaitEnd(WITHOUT_LIMIT).outcome().orElseThrow();
      } catch (NoSuchFileException takenAwayMeanwhile) {
        LOG.log(Level.DEBUG, "gone: {0}", blob.digest());
        continue;
      } catch (IOException e) {
        if (!ReadFailures.isOfTheFile(e)) {
          throw e;
        }
        LOG.log(Level.WARNING, "the blob " + blob.digest() + ": " + ReadFailures.reason(e));
        damaged++;
        isAllKnown = false;
        continue;
      }
      switch (outcome) {
        case Outcome.Whole _ -> LOG.log(Level.DEBUG, "sound: {0}", blob.digest());
        case Outcome.Failed(CorruptContentException _) -> damaged++;
        case Outcome.Failed(Exception e) ->
            throw new IOException(
                "while the blob " + blob.digest() + " was read, something went wrong: " + e, e);
      }
    }
    if (damaged == 0) {
      LOG.log(Level.INFO, "what was written last is sound");
    } else {
      LOG.log(
          Level.WARNING,
          damaged
              + " of "
              + blobs.size()
              + " blobs that were written last are damaged: run `airlock verify` and `airlock"
              + " repair`");
    }
    if (isAllKnown) {
      record.confirm();
    }
  }

  /** The newest blobs, the very newest first. Times of clocks that were ahead count as new. */
  private List<Blob> lately() throws IOException {
    Instant now = Instant.now();
    Instant since = Instant.MIN;
    var lately = new ArrayList<Blob>();
    for (Sha256 digest : store.blobs().newestFirst()) {
      Optional<Blob> blob = store.blobs().find(digest);
      Optional<Instant> when = blob.isEmpty() ? Optional.empty() : written(blob.get());
      if (when.isEmpty()) {
        continue;
      }
      Instant written = when.get();
      if (written.isBefore(since)) {
        break;
      }
      if (since.equals(Instant.MIN) && !written.isAfter(now)) {
        since = written.minus(LATELY);
      }
      lately.add(blob.orElseThrow());
    }
    return lately;
  }

  private static Optional<Instant> written(Blob blob) throws IOException {
    try {
      return Optional.of(blob.written());
    } catch (NoSuchFileException takenAwayMeanwhile) {
      return Optional.empty();
    }
  }

  /** Stops to look. The next start of a server looks again. */
  @Override
  public void close() {
    thread.interrupt();
  }
}
