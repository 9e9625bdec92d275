package dev.airlock.fetch;

import dev.airlock.catalog.HeldFile;
import dev.airlock.digest.Sha256;
import dev.airlock.index.IndexFile;
import dev.airlock.store.Blob;
import dev.airlock.store.GrowingBytes;
import dev.airlock.store.GrowingBytes.Outcome;
import dev.airlock.store.Growth;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One file on its way into the store, which can be read while it comes. */
public final class Download {
  private static final Duration WITHOUT_LIMIT = Duration.ofNanos(Long.MAX_VALUE);

  private final IndexFile file;
  private final Growth bytes;
  private volatile @Nullable HeldFile entry;

  Download(IndexFile file) {
    this.file = file;
    this.bytes = new Growth(file.size());
  }

  /** The digest that the index states, which the file will have when it comes to its end. */
  public Optional<Sha256> sha256() {
    return file.sha256();
  }

  /** Its bytes, for readers. */
  public GrowingBytes bytes() {
    return bytes;
  }

  /** Waits for the end: for the file's entry, or the reason why there is none. */
  HeldFile await() throws IOException {
    return switch (bytes.awaitEnd(WITHOUT_LIMIT).outcome().orElseThrow()) {
      case Outcome.Whole _ -> Objects.requireNonNull(entry, "a whole file has an entry");
      case Outcome.Failed(IOException e) -> throw e;
      case Outcome.Failed(RuntimeException e) -> throw e;
      case Outcome.Failed(Exception e) -> throw new IOException(e);
    };
  }

  /** Its bytes, for whoever fetches it. */
  Growth growth() {
    return bytes;
  }

  /** It is in the store. */
  void arrived(HeldFile held, Blob blob) {
    entry = held;
    bytes.ended(new Outcome.Whole(blob));
  }

  /** It cannot be had. */
  void failed(Exception reason) {
    bytes.ended(new Outcome.Failed(reason));
  }
}
