package dev.airlock.server.pullthrough;

import dev.airlock.catalog.HeldFile;
import dev.airlock.catalog.IndexKey;
import dev.airlock.index.IndexFile;

/**
 * Where the bytes of a file came from, as it was recorded.
 *
 * @param index the index they are of
 * @param origin the location that they were fetched from, for people: without credentials and
 *     without a query, which may sign
 */
public record Provenance(IndexKey index, String origin) {
  static Provenance of(IndexKey index, HeldFile file) {
    return new Provenance(index, file.origin());
  }

  static Provenance of(IndexKey index, IndexFile file) {
    return new Provenance(index, HeldFile.origin(file.url()));
  }
}
