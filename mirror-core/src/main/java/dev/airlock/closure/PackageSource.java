package dev.airlock.closure;

import dev.airlock.index.IndexFile;
import dev.airlock.packaging.name.ProjectName;
import java.io.IOException;

/**
 * Where pages and metadata come from: upstreams while syncing, the store alone while rehearsing.
 * Safe for several threads; what was asked for once is answered the same again, without delay.
 */
public interface PackageSource {
  /** The page of a project, from the one index that the preset takes it from. */
  PageLookup page(ProjectName project) throws IOException;

  /** What a file of that page says of itself. */
  MetadataLookup metadata(IndexFile file) throws IOException;
}
