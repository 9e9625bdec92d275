package dev.airlock.server.pullthrough;

import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.IndexKey;
import dev.airlock.index.Authority;
import dev.airlock.index.IndexFile;
import java.net.URI;

/**
 * Where the bytes of a file came from, as it was recorded.
 *
 * @param index the index they are of
 * @param source the address they were read from
 */
public record Provenance(IndexKey index, URI source) {
  static Provenance of(IndexKey index, HeldFile file) {
    return new Provenance(index, file.source());
  }

  static Provenance of(IndexKey index, IndexFile file) {
    return new Provenance(index, file.url());
  }

  /** The source for everybody's eyes: without credentials, and without a query, which may sign. */
  public String shown() {
    return Authority.shown(source).replaceFirst("[?#].*$", "");
  }
}
