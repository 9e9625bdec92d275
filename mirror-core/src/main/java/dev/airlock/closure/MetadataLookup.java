package dev.airlock.closure;

import dev.airlock.archive.SdistMetadata;
import dev.airlock.packaging.metadata.CoreMetadata;

/** What a file says of itself. */
public sealed interface MetadataLookup {
  /**
   * A wheel, which says everything.
   *
   * @param metadata its core metadata
   */
  record OfWheel(CoreMetadata metadata) implements MetadataLookup {}

  /**
   * An sdist, which says what it can.
   *
   * @param metadata what is certain of it
   */
  record OfSdist(SdistMetadata metadata) implements MetadataLookup {}

  /**
   * The file is damaged, or its metadata cannot be understood.
   *
   * @param reason why, as a clause
   */
  record Unusable(String reason) implements MetadataLookup {}
}
